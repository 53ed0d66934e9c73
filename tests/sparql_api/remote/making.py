"""Editions made by hand: small, quick, and laid out as publication lays them out."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from ingestion import Edition, Editions
from ontologie import canonical_lines

EX = "http://example.org/"


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(EX + name)


def cut_edition(var: Path, number: int, quads: Iterable[ox.Quad]) -> Edition:
    """Write an edition's folder: store, dump, manifest. It does not answer until `announce`."""
    edition = Edition(number, var / "editions" / str(number))
    edition.path.mkdir(parents=True)
    store = ox.Store(str(edition.store_path))
    store.extend(quads)
    store.flush()
    lines = list(canonical_lines(store))
    by_graph = sorted(lines, key=lambda line: (graph_of(line), line))
    with gzip.open(edition.path / "dump.nq.gz", "wb") as out:
        out.writelines(by_graph)
    counts = {"quads": len(lines), "graphs": len(set(map(graph_of, lines)))}
    sha256 = hashlib.sha256(b"".join(by_graph)).hexdigest()
    manifest = {"number": number, "sha256": sha256, "counts": counts, "base": "https://w3id.org/observatoire-ia/"}
    (edition.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return edition


def graph_of(line: bytes) -> bytes:
    return line[line.rindex(b" <") + 2 : -4]


def announce(var: Path, edition: Edition) -> None:
    """Make an edition the one that answers."""
    Editions(var).point_to(edition)


def numbered(edition: int, graphs: int = 6, things: int = 20) -> list[ox.Quad]:
    """Return graphs each of whose triples says which edition it is of; and one that never changes."""
    quads = [
        ox.Quad(iri(f"g{graph}#{thing}"), iri("edition"), ox.Literal(edition), iri(f"g{graph}"))
        for graph in range(graphs)
        for thing in range(things)
    ]
    return [*quads, ox.Quad(iri("same"), iri("label"), ox.Literal("toujours la même", language="fr"), iri("same"))]


def rich() -> list[ox.Quad]:
    """Return things of several kinds in three graphs, with values of each type and texts hard to write."""
    typed = "http://www.w3.org/2001/XMLSchema#"
    texts = ["Élève", 'guillemet " et \\ barre', "\\u0041 n'est pas A", "deux\nlignes\r\tet un tab", "\u2028 \u0085 \u200f", "<b>&amp;</b>", "", "𝒳"]
    quads = []
    for i in range(24):
        thing, graph = iri(f"thing/{i}"), iri(f"graph/{i % 3}")
        values: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            ("kind", iri(f"kind/{i % 4}")),
            ("next", iri(f"thing/{(i * 7 + 1) % 24}")),
            ("count", ox.Literal(i % 9)),
            ("label", ox.Literal(texts[i % len(texts)], language="fr" if i % 2 else "en-gb")),
            ("note", ox.Literal(texts[(i + 3) % len(texts)])),
        ]
        if i % 2:
            values.append(("score", ox.Literal(f"{i % 5}.5", datatype=ox.NamedNode(typed + "decimal"))))
        if i % 3:
            values.append(("day", ox.Literal(f"2025-0{i % 9 + 1}-1{i % 10}", datatype=ox.NamedNode(typed + "date"))))
        if i % 4 == 0:
            values.append(("open", ox.Literal(i % 8 == 0)))
        quads += [ox.Quad(thing, iri(name), value, graph) for name, value in values]
    return quads
