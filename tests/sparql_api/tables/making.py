"""An edition's folder and store, made of a few documents as publication leaves them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ingestion import Edition
from ontologie import BASE, PREFIXES

OIA, SKOS, DCT = (PREFIXES[name] for name in ("oia", "skos", "dct"))
World = Mapping[str, Mapping[str, Any]]
"""Documents by `projet/a`, `analyse/b`: what each says."""


def node(path: str) -> ox.NamedNode:
    return ox.NamedNode(BASE + path)


def quads_of(name: str, said: Mapping[str, Any]) -> list[ox.Quad]:
    about, graph, derived = node(name), node(f"graphe/{name}"), node(f"graphe/derive/{name}")
    oia = lambda term: ox.NamedNode(OIA + term)  # noqa: E731
    if name.startswith("analyse/"):
        found = [ox.Quad(about, oia("evalue"), node(said["evalue"]), graph), ox.Quad(about, oia("grille"), node("grille/g"), graph)]
        found += [ox.Quad(about, ox.NamedNode(PREFIXES["prov"] + "wasAttributedTo"), node("organisation/o"), graph)]
        for criterion, step in said["steps"]:
            one = node(f"{name}#appreciation-{criterion}")
            found += [
                ox.Quad(about, oia("comporte"), one, graph),
                ox.Quad(one, oia("critere"), node(f"critere/{criterion}"), graph),
                ox.Quad(one, oia("echelon"), node(f"echelon/{step}"), graph),
            ]
        return found
    found = [
        ox.Quad(about, ox.NamedNode(DCT + "title"), ox.Literal(said["titre"], language="fr"), graph),
        ox.Quad(about, ox.NamedNode(DCT + "identifier"), ox.Literal(name.partition("/")[2]), graph),
    ]
    found += [ox.Quad(about, oia("niveau"), node(f"concept/niveau/{one}"), graph) for one in said["niveaux"]]
    if said["date"]:
        found.append(ox.Quad(about, oia("date"), ox.Literal(said["date"]), graph))
        found.append(ox.Quad(about, oia("anneeScolaireDeduite"), ox.Literal("2024-2025"), derived))
    for rule in said["constats"]:
        one = node(f"{name}#constat-{rule}")
        found += [
            ox.Quad(about, oia("constat"), one, derived),
            ox.Quad(one, oia("regle"), node(f"regle/{rule}"), derived),
            ox.Quad(one, oia("verdict"), node("concept/verdict/conforme"), derived),
        ]
    return found


VOCABULARY = [
    ox.Quad(node("concept/niveau/3e"), ox.NamedNode(SKOS + "prefLabel"), ox.Literal("3e, dite « troisième »", language="fr"), node("graphe/vocabulaire/v")),
    ox.Quad(node("echelon/e1"), ox.NamedNode(OIA + "valeur"), ox.Literal(1), node("graphe/vocabulaire/v")),
    ox.Quad(node("alignement/x"), ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(PREFIXES["sssom"] + "Mapping"), node("graphe/vocabulaire/v")),
    ox.Quad(node("alignement/x"), ox.NamedNode(PREFIXES["owl"] + "annotatedSource"), node("concept/niveau/3e"), node("graphe/vocabulaire/v")),
    ox.Quad(node("alignement/x"), ox.NamedNode(PREFIXES["owl"] + "annotatedProperty"), ox.NamedNode(SKOS + "closeMatch"), node("graphe/vocabulaire/v")),
    ox.Quad(node("alignement/x"), ox.NamedNode(PREFIXES["owl"] + "annotatedTarget"), node("concept/niveau/4e"), node("graphe/vocabulaire/v")),
]  # fmt: skip


def graphs_of(world: World) -> dict[str, str]:
    """The canonical N-Quads of each graph."""
    found: dict[str, list[str]] = {}
    for quad in (*VOCABULARY, *(quad for name, said in world.items() for quad in quads_of(name, said))):
        assert isinstance(quad.graph_name, ox.NamedNode)
        found.setdefault(quad.graph_name.value, []).append(f"{quad} .\n")
    return {graph: "".join(sorted(lines)) for graph, lines in sorted(found.items())}


def edition_of(folder: Path, world: World, each: int = 3) -> tuple[Edition, ox.Store]:
    """An edition's folder with the members of its N-Quads, some graphs each, and its store."""
    (folder / "members").mkdir(parents=True)
    graphs, rows = list(graphs_of(world).values()), ["dump\tunpacked_sha256\tunpacked_bytes\tfile_sha256\tfile_bytes"]
    for start in range(0, len(graphs), each):
        data = "".join(graphs[start : start + each]).encode()
        name, packed = hashlib.sha256(data).hexdigest(), gzip.compress(data)
        (folder / "members" / f"{name}.nq.gz").write_bytes(packed)
        rows.append(f"nq\t{name}\t{len(data)}\t{hashlib.sha256(packed).hexdigest()}\t{len(packed)}")
    (folder / "members.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"base": BASE, "number": 1}), "utf-8")
    store = ox.Store()
    store.extend(quad for quad in VOCABULARY)
    store.extend(quad for name, said in world.items() for quad in quads_of(name, said))
    return Edition(1, folder), store


def changed_graphs(before: World, after: World) -> set[str]:
    """The graphs that came, changed or went."""
    one, other = graphs_of(before), graphs_of(after)
    return {graph for graph in {*one, *other} if one.get(graph) != other.get(graph)}


def rows_of(folder: Path, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of a table's parts, in order, by DuckDB."""
    import duckdb

    listed = [line.split("\t") for line in (folder / "tables/parts.tsv").read_text("utf-8").split("\n")[1:-1]]
    files = [str(folder / "tables" / f"{row[3]}.parquet") for row in listed if row[0] == table]
    if not files:
        return []
    return duckdb.sql(f"SELECT {', '.join(columns)} FROM read_parquet({files})").fetchall()
