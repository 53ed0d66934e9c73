"""Writes the index of an edition's fiches: one SQLite file, made at publication from the edition's store.

Knows which properties are searched and filtered, and how the file is laid out. `fiches_search` reads it;
nothing here knows of HTTP. The set of fiches that hold a facet's value is a bitmap (bit n is fiche n, in the
order of the list), so that counting a facet is an AND and a population count.

Tables: `fiche` (n, id, item, document), `valeur` (facet, iri, id, labels, names, bits), `mots` (full text,
folded, without its content), `point` (an académie's representative point), `meta`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, RDF_TYPE, Iris
from sparql_api.folding import fold
from sparql_api.geometry import representative_point

INDEX_NAME: Final = "fiches.sqlite"
LAYOUT: Final = "1"


@dataclass(frozen=True)
class Facet:
    """A filter: its name in addresses, the properties it reads, whether broader values find narrower ones."""

    name: str
    properties: tuple[str, ...]
    hierarchical: bool = False
    grouped: bool = False
    """Whether a value's vocabulary is said beside it: several principles have the same name."""


FACETS: Final = (
    Facet("academie", ("academie", "academieAssociee")),
    Facet("region", ("regionAcademique",)),
    Facet("niveau", ("niveau",), hierarchical=True),
    Facet("discipline", ("discipline",), hierarchical=True),
    Facet("type_ia", ("typeIA",), hierarchical=True),
    Facet("principe", ("concerne",), grouped=True),
)
SKOS, DCT, RDFS, GEO = PREFIXES["skos"], PREFIXES["dct"], PREFIXES["rdfs"], PREFIXES["geo"]
TITLE, ABSTRACT = DCT + "title", DCT + "abstract"
SHOWN_LABELS: Final = (SKOS + "prefLabel", RDFS + "label", TITLE, PREFIXES["foaf"] + "name")
OTHER_NAMES: Final = (SKOS + "altLabel", SKOS + "hiddenLabel", SKOS + "notation", DCT + "identifier")

FrameDocument = Callable[[list[ox.Quad], str], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One fiche on its way into the index."""

    title: str
    abstract: str
    rest: list[str]
    item: Mapping[str, Any]
    document: bytes
    values: Mapping[str, set[str]]


def write_index(folder: Path, store: ox.Store, *, base: str = BASE, frame: FrameDocument | None = None) -> Path:
    """Write the index of every project of a store into `folder`, whole or not at all; return the file.

    `frame` makes the JSON document of a fiche from its graph's quads; without it no document is kept.
    """
    target = folder / INDEX_NAME
    partial = target.with_suffix(f".{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    reader = StoreReader(store, Iris(base))
    fiches = reader.fiches()
    with sqlite3.connect(partial, isolation_level=None) as database:
        database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
            "CREATE TABLE fiche(n INTEGER PRIMARY KEY, id TEXT UNIQUE, item TEXT, document BLOB);"
            "CREATE TABLE valeur(facet TEXT, iri TEXT, id TEXT, labels TEXT, names TEXT, groups TEXT,"
            " direct INTEGER, bits BLOB, PRIMARY KEY(facet, iri));"
            "CREATE TABLE point(academie TEXT PRIMARY KEY, longitude REAL, latitude REAL);"
            "CREATE VIRTUAL TABLE mots USING fts5(titre, resume, reste, content='', detail=full,"
            " tokenize='unicode61 remove_diacritics 2', prefix='3 4');"
        )
        holders = write_rows(database, (reader.row(subject, graph, frame) for subject, graph in fiches))
        write_values(database, holders, reader)
        database.executemany("INSERT INTO point VALUES (?,?,?)", reader.points())
        meta = {"layout": LAYOUT, "fiches": str(len(fiches)), "base": base}
        database.executemany("INSERT INTO meta VALUES (?,?)", meta.items())
        database.execute("INSERT INTO mots(mots) VALUES ('optimize')")
        database.execute("COMMIT")
    database.close()
    partial.replace(target)
    return target


def is_index(folder: Path) -> bool:
    """Return whether a folder holds an index of this layout."""
    path = folder / INDEX_NAME
    if not path.is_file():
        return False
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        found: object = database.execute("SELECT value FROM meta WHERE key = 'layout'").fetchone()
        return found == (LAYOUT,)
    except sqlite3.DatabaseError:
        return False
    finally:
        database.close()


Holders = dict[tuple[str, str], list[int]]
"""The numbers of the fiches that hold (facet, value) itself."""


def write_rows(database: sqlite3.Connection, rows: Iterable[Row]) -> Holders:
    """Write each fiche and its words, numbered in the order given; return who holds which value."""
    holders: Holders = defaultdict(list)
    for n, row in enumerate(rows):
        item = json.dumps(row.item, ensure_ascii=False, separators=(",", ":"))
        database.execute("INSERT INTO fiche VALUES (?,?,?,?)", (n, row.item["id"], item, row.document))
        folded = (fold(row.title), fold(row.abstract), fold(" \n ".join(row.rest)))
        database.execute("INSERT INTO mots(rowid, titre, resume, reste) VALUES (?,?,?,?)", (n, *folded))
        for facet, values in row.values.items():
            for value in values:
                holders[facet, value].append(n)
    return holders


def write_values(database: sqlite3.Connection, holders: Holders, reader: StoreReader) -> None:
    """Write each value of each facet, and each broader value, with the bitmap of its fiches."""
    hierarchical = {facet.name for facet in FACETS if facet.hierarchical}
    grouped = {facet.name for facet in FACETS if facet.grouped}
    widened: dict[tuple[str, str], set[int]] = defaultdict(set)
    for (facet, value), numbers in holders.items():
        for broader in reader.ancestry(value) if facet in hierarchical else {value}:
            widened[facet, broader].update(numbers)
    for (facet, value), found in widened.items():
        labels, names = reader.labels(value)
        texts = (json.dumps(labels, ensure_ascii=False), json.dumps(sorted(names), ensure_ascii=False))
        group = json.dumps(reader.scheme(value) if facet in grouped else {}, ensure_ascii=False)
        row = (facet, value, local_id(value), *texts, group, (facet, value) in holders, bitmap(found))
        database.execute("INSERT INTO valeur VALUES (?,?,?,?,?,?,?,?)", row)


class StoreReader:
    """Reads fiches, labels and hierarchies out of a store; each label and ancestry is looked up once."""

    def __init__(self, store: ox.Store, iris: Iris) -> None:
        self.store = store
        self.iris = iris
        self._labels: dict[str, tuple[dict[str, str], set[str]]] = {}
        self._broader: dict[str, frozenset[str]] = {}

    def fiches(self) -> list[tuple[ox.NamedNode, ox.NamedNode]]:
        """Return (project, graph) of each fiche in the order of the list: latest first, undated last."""
        kind = ox.NamedNode(self.iris.term("Projet"))
        date = ox.NamedNode(self.iris.term("date"))
        found = []
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), kind):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.graph_name, ox.NamedNode):
                dates = self.store.quads_for_pattern(quad.subject, date, None, quad.graph_name)
                when = max((q.object.value for q in dates if isinstance(q.object, ox.Literal)), default="")
                found.append((latest_first(when), quad.subject.value, quad.subject, quad.graph_name))
        found.sort(key=lambda fiche: fiche[:2])
        return [(subject, graph) for _, _, subject, graph in found]

    def row(self, subject: ox.NamedNode, graph: ox.NamedNode, frame: FrameDocument | None) -> Row:
        """Return the row of one fiche, read from its graph and from what publication derived."""
        quads = list(self.store.quads_for_pattern(None, None, None, graph))
        about: dict[str, list[str]] = defaultdict(list)
        for quad in quads:
            if quad.subject == subject and isinstance(quad.object, ox.NamedNode | ox.Literal):
                about[quad.predicate.value].append(quad.object.value)
        concerne = ox.NamedNode(self.iris.term("concerne"))
        derived = self.store.quads_for_pattern(subject, concerne, None)
        about[concerne.value] = [q.object.value for q in derived if isinstance(q.object, ox.NamedNode)]
        values = {f.name: {v for p in f.properties for v in about[self.iris.term(p)]} for f in FACETS}
        tools = sorted(about[self.iris.term("outil")])
        title, abstract = first(about[TITLE]), first(about[ABSTRACT])
        literals = {q.object.value for q in quads if isinstance(q.object, ox.Literal)} - {title, abstract}
        named = {v for f in ("academie", "region", "niveau", "discipline", "type_ia") for v in values[f]}
        names = {label for iri in named | set(tools) for label in self.labels(iri)[0].values()}
        item = {
            "id": subject.value.removeprefix(self.iris.entity("projet", "")),
            "iri": subject.value,
            "titre": title,
            "resume": abstract,
            "date": first(about[self.iris.term("date")]),
            "etablissement": sorted(about[self.iris.term("etablissement")]),
            "commune": sorted(about[self.iris.term("commune")]),
            **{name: sorted(held) for name, held in values.items()},
            "outil": [{"iri": iri, "label": self.labels(iri)[0]} for iri in tools],
        }
        document = dict(frame(quads, subject.value)) if frame else {}
        packed = zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 6)
        return Row(title, abstract, sorted(literals | names), item, packed, values)

    def labels(self, iri: str) -> tuple[dict[str, str], set[str]]:
        """Return (label by language, every folded name) of a thing; its local id where it has no label."""
        if iri not in self._labels:
            shown: dict[str, str] = {}
            names: set[str] = set()
            for predicate in (*SHOWN_LABELS, *OTHER_NAMES):
                for quad in self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None):
                    if isinstance(quad.object, ox.Literal):
                        names.add(fold(quad.object.value))
                        if predicate in SHOWN_LABELS:
                            shown.setdefault((quad.object.language or "fr")[:2], quad.object.value)
            kept: dict[str, str] = {tag: text for tag, text in shown.items() if tag in ("fr", "en")}
            self._labels[iri] = (kept or {"fr": local_id(iri)}, names)
        return self._labels[iri]

    def scheme(self, iri: str) -> dict[str, str]:
        """Return the labels of the vocabulary that a concept is in; none where it is in none."""
        schemes = sorted(str(o)[1:-1] for o in self.objects(ox.NamedNode(iri), SKOS + "inScheme"))
        return self.labels(schemes[0])[0] if schemes else {}

    def ancestry(self, value: str) -> frozenset[str]:
        """Return a concept and its ancestors; a cycle ends the climb."""
        if value not in self._broader:
            seen, waiting = {value}, [value]
            while waiting:
                new = self.parents(waiting.pop()) - seen
                seen |= new
                waiting.extend(new)
            self._broader[value] = frozenset(seen)
        return self._broader[value]

    def parents(self, value: str) -> set[str]:
        """Return what stands one step above: `skos:broader`, and our own levels that cover this one."""
        node = ox.NamedNode(value)
        above = {q.object for q in self.store.quads_for_pattern(node, ox.NamedNode(SKOS + "broader"), None)}
        for predicate in (SKOS + "narrower", self.iris.term("couvre")):
            above |= {q.subject for q in self.store.quads_for_pattern(None, ox.NamedNode(predicate), node)}
        return {term.value for term in above if isinstance(term, ox.NamedNode)}

    def points(self) -> Iterator[tuple[str, float, float]]:
        """Yield (académie, longitude, latitude) for each académie with an outline."""
        kind = ox.NamedNode(self.iris.term("Academie"))
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), kind):
            for geometry in self.objects(quad.subject, GEO + "hasGeometry"):
                for outline in self.objects(geometry, GEO + "asWKT"):
                    point = representative_point(outline.value) if isinstance(outline, ox.Literal) else None
                    if point and isinstance(quad.subject, ox.NamedNode):
                        yield quad.subject.value, *point

    def objects(self, subject: object, predicate: str) -> Iterator[object]:
        """Yield the values of a property, whatever the graph."""
        if isinstance(subject, ox.NamedNode):
            for quad in self.store.quads_for_pattern(subject, ox.NamedNode(predicate), None):
                yield quad.object


def first(values: Iterable[str]) -> str:
    """Return the first value in order, or nothing."""
    return min(values, default="")


def local_id(iri: str) -> str:
    """Return the last segment of an IRI, by which people know the thing."""
    return iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def latest_first(date: str) -> tuple[bool, tuple[int, ...]]:
    """Return a sort key that puts later dates first, and what has none last."""
    return (not date, tuple(-ord(c) for c in date))


def bitmap(numbers: Iterable[int]) -> bytes:
    """Return the little-endian bitmap of a set of numbers."""
    held = sorted(numbers)
    bits = bytearray((held[-1] >> 3) + 1 if held else 0)
    for n in held:
        bits[n >> 3] |= 1 << (n & 7)
    return bytes(bits)
