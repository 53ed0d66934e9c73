"""Writes the index of an edition's fiches at publication, from their dump and the store: a SQLite file and its words.

Knows which properties are searched and filtered, and how the file is laid out. `search` reads it, `things` the store;
nothing here knows of HTTP. The set of fiches that hold a facet's value is a bitmap (bit n is fiche n, in the
order of the list), so that counting a facet is an AND and a population count. Invented examples come after all
projects: who looks at the numbers below `meta.fiches` alone sees none of them.

Tables: `fiche` (n, id, item, document), `valeur` (facet, iri, id, labels, names, bits), `rattachement` (principle,
kind of evidence, bits), `point` (an académie's representative point), `meta`. A document is JSON, packed. The words
stand beside it (`text`).
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import zstandard

from ingestion import columns
from ontologie import BASE, Iris, context
from sparql_api.fiches.text import EXAMPLES_TEXT_NAME, TEXT_NAME, WEIGHTS, TextWriter, text_writer
from sparql_api.fiches.things import StoreReader, is_thing, local_id

INDEX_NAME: Final = "fiches.sqlite"
LAYOUT: Final = "8"


@dataclass(frozen=True)
class Facet:
    """A filter: its name in addresses, the properties it reads, whether broader values find narrower ones."""

    name: str
    properties: tuple[str, ...]
    hierarchical: bool = False
    grouped: bool = False
    """Whether a value's vocabulary is said beside it: several principles have the same name."""
    derived: bool = False
    """Whether publication says it of a project, and not its fiche."""


FACETS: Final = (
    Facet("academie", ("academie", "academieAssociee")),
    Facet("region", ("regionAcademique",)),
    Facet("niveau", ("niveau",), hierarchical=True),
    Facet("discipline", ("discipline",), hierarchical=True),
    Facet("type_ia", ("typeIA",), hierarchical=True),
    Facet("annee_scolaire", ("anneeScolaireDeduite",), derived=True),
    Facet("principe", ("concerne",), grouped=True, derived=True),
    Facet("preuve", ("genreDePreuve",), derived=True),
)
TIES: Final = {
    "concerneParIndice": "indice",
    "concerneParAppreciation": "appreciation",
    "concerneParConstat": "constat",
}
"""The properties that tie a project to a principle by one kind of evidence, and that kind."""
EXAMPLE: Final = "ProjetExemple"
"""The type of a fiche that is invented."""
TABLES: Final = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; BEGIN;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE fiche(n INTEGER PRIMARY KEY, id TEXT UNIQUE, item TEXT, document BLOB);
CREATE TABLE valeur(facet TEXT, iri TEXT, id TEXT, labels TEXT, names TEXT, groups TEXT, direct INTEGER, bits BLOB,
 PRIMARY KEY(facet, iri));
CREATE TABLE rattachement(principe TEXT, genre TEXT, bits BLOB, PRIMARY KEY(principe, genre)) WITHOUT ROWID;
CREATE TABLE point(academie TEXT PRIMARY KEY, longitude REAL, latitude REAL);
CREATE TEMP TABLE venue(i INTEGER PRIMARY KEY, id TEXT, item TEXT, document BLOB, titre TEXT, resume TEXT, reste TEXT);
CREATE TEMP TABLE place(n INTEGER PRIMARY KEY, i INTEGER);
"""
"""`venue` holds the fiches as they come, `place` gives their place in the list: everything is written in its order."""


@dataclass(frozen=True)
class FicheRow:
    """One fiche on its way into the index."""

    title: str
    abstract: str
    rest: list[str]
    item: Mapping[str, Any]
    last: str
    """Its latest date, by which the list is ordered."""
    values: Mapping[str, set[str]]
    """By facet; and by kind of evidence, an IRI, the principles that it ties the project to."""


def write_index(folder: Path, store: ox.Store, fiches: Iterable[bytes], *, base: str = BASE) -> Path:
    """Write the index of every project among `fiches` into `folder`, whole or not at all; return the file.

    `fiches` are documents as JSON, without their context; the store gives what publication derived from them, and
    what is said of the things that they name.
    """
    target = folder / INDEX_NAME
    partial = target.with_suffix(f".{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    reader = StoreReader(store, Iris(base))
    with (
        sqlite3.connect(partial, isolation_level=None) as database,
        text_writer(folder / TEXT_NAME) as text,
        text_writer(folder / EXAMPLES_TEXT_NAME) as text_of_examples,
    ):
        database.executescript(TABLES)
        count, examples, holders = write_rows(database, (text, text_of_examples), reader, fiches)
        ties = {one: holders.pop(one) for one in [*holders] if is_thing(one[0])}
        write_values(database, holders, reader, count)
        rows = ((principle, kind, bitmap(numbers)) for (kind, principle), numbers in ties.items())
        database.executemany("INSERT INTO rattachement VALUES (?,?,?)", rows)
        database.executemany("INSERT INTO point VALUES (?,?,?)", reader.points())
        meta = {"layout": LAYOUT, "fiches": str(count), "exemples": str(examples), "base": base}
        database.executemany("INSERT INTO meta VALUES (?,?)", meta.items())
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
"""The numbers of the fiches that hold (facet, value) itself, and of those that (kind of evidence, principle) ties."""


def write_rows(
    database: sqlite3.Connection, texts: tuple[TextWriter, TextWriter], reader: StoreReader, fiches: Iterable[bytes]
) -> tuple[int, int, Holders]:
    """Write each fiche and its words in the order of the list: projects, then examples, the latest first.

    The words of projects go to the first of `texts`, those of examples to the second. Return how many projects and
    examples there are, and who holds what.
    """
    coming: Holders = defaultdict(list)
    keys: list[tuple[bool, bool, tuple[int, ...], str]] = []
    told, inside = Derived.read(reader), Documents(reader.iris)
    pack = zstandard.ZstdCompressor(level=1).compress

    def rows() -> Iterator[tuple[Any, ...]]:
        for fiche in fiches:
            document = json.loads(fiche)
            if document["id"].startswith("projet/"):
                row = inside.row(document, told, reader)
                for facet, values in row.values.items():
                    for value in values:
                        coming[facet, value].append(len(keys))
                item = json.dumps(row.item, ensure_ascii=False, separators=(",", ":"))
                yield len(keys), row.item["id"], item, pack(fiche), row.title, row.abstract, "\n".join(row.rest)
                keys.append((row.item["exemple"], *latest_first(row.last), row.item["iri"]))

    database.executemany("INSERT INTO venue VALUES (?,?,?,?,?,?,?)", rows())
    order = sorted(range(len(keys)), key=keys.__getitem__)
    database.executemany("INSERT INTO place VALUES (?,?)", enumerate(order))
    placed = "FROM place CROSS JOIN venue USING (i) ORDER BY n"
    database.execute(f"INSERT INTO fiche SELECT n, id, item, document {placed}")
    projects = sum(not key[0] for key in keys)
    for n, *words in database.execute(f"SELECT n, titre, resume, reste {placed}"):
        texts[n >= projects].add(n, dict(zip(WEIGHTS, words, strict=True)))
    place = {i: n for n, i in enumerate(order)}
    return projects, len(order) - projects, {held: [place[i] for i in numbers] for held, numbers in coming.items()}


def write_values(database: sqlite3.Connection, holders: Holders, reader: StoreReader, projects: int) -> None:
    """Write each value of each facet, and each broader value, with the bitmap of its fiches.

    `direct` is 1 where a project holds the value itself, 2 where an example alone does, else 0.
    """
    hierarchical = {facet.name for facet in FACETS if facet.hierarchical}
    grouped = {facet.name for facet in FACETS if facet.grouped}
    widened: dict[tuple[str, str], set[int]] = defaultdict(set)
    for (facet, value), numbers in holders.items():
        for broader in reader.ancestry(value) if facet in hierarchical else {value}:
            widened[facet, broader].update(numbers)
    ids = {facet.name: short_ids(value for name, value in widened if name == facet.name) for facet in FACETS}
    for (facet, value), found in widened.items():
        labels, names = reader.labels(value)
        texts = (json.dumps(labels, ensure_ascii=False), json.dumps(sorted(names), ensure_ascii=False))
        group = json.dumps(reader.scheme(value) if facet in grouped else {}, ensure_ascii=False)
        held = holders.get((facet, value))
        direct = 0 if held is None else 1 if min(held) < projects else 2
        row = (facet, value, ids[facet][value], *texts, group, direct, bitmap(found))
        database.execute("INSERT INTO valeur VALUES (?,?,?,?,?,?,?,?)", row)


class Documents:
    """Reads what the index needs out of documents; knows which keys lead to things, and which hold words."""

    def __init__(self, iris: Iris) -> None:
        self.iris = iris
        words = context(iris.base)
        self.links = {key for key, told in words.items() if isinstance(told, dict) and told.get("@type") == "@id"}
        self.dates = [key for key, told in words.items() if isinstance(told, dict) and told.get("@id") == "oia:date"]

    def row(self, document: Mapping[str, Any], derived: Derived, reader: StoreReader) -> FicheRow:
        """Return the row of one fiche; `derived` is what publication says of each project."""
        iri = self.absolute(document["id"])
        values = {f.name: {self.absolute(v) for key in f.properties for v in texts(document.get(key))} for f in FACETS}
        values |= {facet: set(held.get(iri, ())) for facet, held in derived.facets.items()}
        owner = {self.absolute(one) for one in texts(document.get("academie"))}
        tools = sorted(self.absolute(tool) for tool in texts(document.get("outil")))
        title, abstract = first(texts(document.get("titre"))), first(texts(document.get("resume")))
        dates = [date for key in self.dates for date in texts(document.get(key))]
        named = {v for f in ("academie", "region", "niveau", "discipline", "type_ia") for v in values[f]}
        names = {label for thing in named.union(tools) for label in reader.labels(thing)[0].values()}
        item = {
            "id": iri.removeprefix(self.iris.entity("projet", "")),
            "iri": iri,
            "titre": title,
            "langue": first(document.get("titre", {})),
            "resume": abstract,
            "date": first(dates),
            "premier_jour": first(derived.first_days.get(iri, ())),
            "etablissement": sorted(texts(document.get("etablissement"))),
            "commune": sorted(texts(document.get("commune"))),
            **{name: sorted(held) for name, held in values.items()},
            "academie": sorted(values["academie"], key=lambda one: (one not in owner, one)),
            "outil": [{"iri": tool, "id": local_id(tool), "label": reader.labels(tool)[0]} for tool in tools],
            "horsVocabulaire": unlisted(document),
            "exemple": EXAMPLE in texts(document.get("type")),
        }
        rest = sorted({*self.words(document), *names} - {title, abstract})
        ties = {kind: set(held.get(iri, ())) for kind, held in derived.ties.items()}
        return FicheRow(title, abstract, rest, item, max(dates, default=""), values | ties)

    def words(self, node: Mapping[str, Any]) -> Iterator[str]:
        """Yield the text of every literal of a document."""
        for key, value in node.items():
            if key not in ("id", "type", "@type", "@language"):
                for one in value if isinstance(value, list) else (value,):
                    if isinstance(one, dict):
                        yield from self.words(one)
                    elif key not in self.links:
                        yield one

    def absolute(self, iri: str) -> str:
        """Return the IRI that a document writes, relative to the base where it is ours."""
        return iri if ":" in iri.partition("/")[0] else self.iris.base + iri


@dataclass(frozen=True)
class Derived:
    """What publication says of projects, by their IRIs."""

    facets: Mapping[str, Mapping[str, list[str]]]
    """By facet, the values of each project."""
    first_days: Mapping[str, list[str]]
    ties: Mapping[str, Mapping[str, list[str]]]
    """By kind of evidence, an IRI, the principles that it ties each project to."""

    @classmethod
    def read(cls, reader: StoreReader) -> Derived:
        """Read it out of a store."""
        facets = {f.name: reader.said(*f.properties) for f in FACETS if f.derived}
        kinds = reader.iris.entity("concept/genre-preuve", "")
        ties = {kinds + kind: reader.said(term) for term, kind in TIES.items()}
        return cls(facets, reader.said("premierJour"), ties)


def unlisted(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the labels of a fiche that no vocabulary knows, under the names that an item of the list has."""
    names = {key: facet.name for facet in FACETS for key in facet.properties} | {"outil": "outil"}
    found: dict[str, list[str]] = defaultdict(list)
    mentions = document.get("mention", [])
    for mention in mentions if isinstance(mentions, list) else [mentions]:
        column = columns().get(mention.get("champ"))
        if column is not None and column.key in names and not mention.get("resoluEn"):
            found[names[column.key]].append(mention["libelleDepose"])
    return {name: sorted(labels) for name, labels in found.items()}


def texts(value: Any) -> list[str]:
    """Return the values of a key that are written as such, in whatever language: none, one or several."""
    if isinstance(value, dict):
        return [text for said in value.values() for text in texts(said)]
    return [one for one in (value if isinstance(value, list) else (value,)) if isinstance(one, str)]


def first(values: Iterable[str]) -> str:
    """Return the first value in order, or nothing."""
    return min(values, default="")


def short_ids(iris: Iterable[str]) -> dict[str, str]:
    """Return an id for each of these IRIs: its last segment, or as many more as make it no other's."""
    found = {iri: local_id(iri) for iri in iris}
    depth = 1
    while shared := {name for name, count in Counter(found.values()).items() if count > 1}:
        depth += 1
        for iri, name in found.items():
            if name in shared:
                segments = iri.rstrip("/").rsplit("/", depth)
                found[iri] = "/".join(segments[1:]) if len(segments) > depth else iri
    return found


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
