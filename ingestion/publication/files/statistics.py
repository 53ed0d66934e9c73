"""What is counted of an edition's graphs: kept as counters that follow each change, exact, whatever the history.

Knows how lines are counted: terms told apart, not one read twice. What is said of the numbers is `sparql_api`'s.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, TypeVar

from ingestion.documents.draft import LICENCE
from ingestion.publication.files.editions import STATISTICS
from ontologie import PREFIXES, RDF_TYPE

Told = TypeVar("Told")

SCHEMA: Final = """
CREATE TABLE counters (kind TEXT, term TEXT, place TEXT, count INTEGER NOT NULL, PRIMARY KEY (kind, term, place))
 WITHOUT ROWID;
CREATE TABLE terms (stem INTEGER, term INTEGER, subject INTEGER NOT NULL, object INTEGER NOT NULL,
 PRIMARY KEY (stem, term)) WITHOUT ROWID;
"""
"""`terms` holds in how many graphs a term is a subject, an object: as hashes of 64 bits, of which ten million hold two
that are the same once in four hundred thousand times. The stem keeps a document's fragments beside one another."""

_TYPE: Final = f"<{RDF_TYPE}>".encode()
_LICENCE: Final = f"<{PREFIXES['dct']}license>".encode()
_CHANGED: Final = """
CREATE TEMP TABLE changed (stem INTEGER, term INTEGER, subject INTEGER, object INTEGER, ours INTEGER,
 PRIMARY KEY (stem, term)) WITHOUT ROWID
"""
_DISTINCT: Final = """
WITH both AS (
    SELECT COALESCE(held.subject, 0) AS s, COALESCE(held.object, 0) AS o,
           changed.subject AS ds, changed.object AS dob, ours
    FROM changed LEFT JOIN terms AS held USING (stem, term)
)
SELECT SUM((s + ds > 0) - (s > 0)), SUM(((s + ds > 0) - (s > 0)) * ours), SUM((o + dob > 0) - (o > 0)) FROM both
"""
_ADD: Final = """
INSERT INTO terms SELECT stem, term, subject, object FROM changed WHERE true
ON CONFLICT DO UPDATE SET subject = subject + excluded.subject, object = object + excluded.object
"""
_DROP: Final = """
DELETE FROM terms WHERE subject = 0 AND object = 0
AND (stem, term) IN (SELECT stem, term FROM changed WHERE subject < 0 OR object < 0)
"""
_PENDING: Final = 200_000
"""Terms that wait in memory at most."""


class Statistics:
    """Counters in tables of a database (`SCHEMA`), brought up to date graph by graph."""

    def __init__(self, connection: sqlite3.Connection, base: str) -> None:
        """Count in a database; what begins with `base` is ours."""
        self._connection = connection
        self._ours = f"<{base}".encode()
        self._counters: Counter[tuple[str, str, str]] = Counter()
        self._ways: Counter[tuple[tuple[bytes, ...] | None, bytes]] = Counter()
        self._links: Counter[tuple[bytes, bytes]] = Counter()
        self._subjects: Counter[bytes] = Counter()
        self._objects: Counter[bytes] = Counter()

    def change(self, graph: str, before: bytes, after: bytes) -> None:
        """Count a graph's N-Quads in the place of what it held before; empty where there was, or is, nothing."""
        for sign, lines in ((-1, before), (1, after)):
            if lines:
                self._count(sign, graph, lines)
        if len(self._objects) >= _PENDING:
            self.flush()

    def count_terms(self, subjects: Iterable[bytes], objects: Iterable[bytes]) -> None:
        """Count terms as those of one graph more, of which nothing else is counted."""
        self._subjects.update(subjects)
        self._objects.update(objects)

    def clear(self) -> None:
        """Forget everything."""
        for waiting in (self._counters, self._ways, self._links, self._subjects, self._objects):
            waiting.clear()
        for table in ("counters", "terms"):
            self._connection.execute(f"DELETE FROM {table}")

    def total(self, kind: str, term: str = "") -> int:
        """Return one counter: of `graphs`, `quads`, or the graphs of a `folder`, a name up to its last slash."""
        self.flush()
        asked = "SELECT count FROM counters WHERE kind = ? AND term = ? AND place = ''"
        row = self._connection.execute(asked, (kind, term)).fetchone()
        return 0 if row is None else int(row[0])

    def numbers(self) -> dict[str, Any]:
        """Return what an edition says of its statistics.

        `subjects`, `objects` are distinct terms, `entities` the subjects that are ours; `predicates` and `classes`
        count triples by IRI; `links` lists (predicate, place, triples) where one of ours leads to another's, `uses`
        (class, predicate, triples) where a subject's own graph says its class. `licences` lists (licence, graph, 1) of
        each document that states one, all those under ours together, without their graphs.
        """
        self.flush()
        rows = self._connection.execute("SELECT kind, term, place, count FROM counters ORDER BY kind, term, place")
        found: dict[str, Any] = {
            "triples": 0, "subjects": 0, "entities": 0, "objects": 0, "predicates": {}, "classes": {}, "links": [],
            "uses": [], "licences": [],
        }  # fmt: skip
        for kind, term, place, count in rows:
            if kind in ("links", "uses", "licences"):
                found[kind].append([term, place, count])
            elif kind in ("predicates", "classes"):
                found[kind][term] = count
            elif kind in ("subjects", "entities", "objects"):
                found[kind] = count
            elif kind == "quads":
                found["triples"] = count
        return found

    def _count(self, sign: int, graph: str, lines: bytes) -> None:
        ours, counters, said = self._ours, self._counters, _triples(graph, lines)
        subjects, predicates, values = zip(*said, strict=True)
        classes: dict[bytes, tuple[bytes, ...]] = {}
        for subject, predicate, value in said:
            if predicate == _TYPE:
                classes[subject] = (*classes.get(subject, ()), value)
        links = [
            (predicate, value) for subject, predicate, value in said
            if value[:1] == b"<" and not value.startswith(ours) and predicate != _TYPE and subject.startswith(ours)
        ]  # fmt: skip
        # What a way of being used or a link means is told once for all that are alike, when it no longer waits.
        _count_all(self._ways, sign, zip(map(classes.get, subjects), predicates, strict=True))
        _count_all(self._links, sign, links)
        _count_all(self._subjects, sign, set(subjects))
        _count_all(self._objects, sign, set(values))
        own = f"<{graph}>".encode()
        for licence in (_iri(value) for subject, predicate, value in said if predicate == _LICENCE and subject == own):
            counters["licences", licence, "" if licence == LICENCE else graph] += sign
        counters["quads", "", ""] += sign * len(said)
        counters["graphs", "", ""] += sign
        counters["folder", graph.rpartition("/")[0], ""] += sign

    def flush(self) -> None:
        """Write what waits; a term's first mention makes one more that is distinct, its last one less."""
        told = self._changed_terms()
        if told:
            self._connection.execute(_CHANGED)
            self._connection.executemany("INSERT INTO changed VALUES (?, ?, ?, ?, ?)", told)
            distinct = self._connection.execute(_DISTINCT).fetchone()
            for kind, count in zip(("subjects", "entities", "objects"), distinct, strict=True):
                self._counters[kind, "", ""] += count
            for statement in (_ADD, _DROP, "DROP TABLE changed"):
                self._connection.execute(statement)
        self._count_ways()
        add = "INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"
        counters = [(*key, count) for key, count in self._counters.items() if count]
        self._connection.executemany(add, counters)
        if counters:
            self._connection.execute("DELETE FROM counters WHERE count = 0")
        self._counters.clear()

    def _changed_terms(self) -> list[tuple[int, int, int, int, bool]]:
        """Take the terms that wait; return the rows of `changed`, in the order of their keys."""
        subjects, objects, ours = self._subjects, self._objects, self._ours
        self._subjects, self._objects = Counter(), Counter()
        rows = [
            (*_key(term), count, objects.pop(term, 0), term.startswith(ours)) for term, count in subjects.items()
        ] + [(*_key(term), 0, count, False) for term, count in objects.items()]  # fmt: skip
        return sorted(row for row in rows if row[2] or row[3])

    def _count_ways(self) -> None:
        """Take the ways of being used and the links that wait into the counters."""
        for (classes, predicate), count in self._ways.items():
            self._counters["predicates", _iri(predicate), ""] += count
            for kind in classes or ():
                self._counters["uses", _iri(kind), _iri(predicate)] += count
                if predicate == _TYPE:
                    # One line a class of each subject: as many lines as classes tell each subject once.
                    self._counters["classes", _iri(kind), ""] += count // len(classes or ())
        for (predicate, value), count in self._links.items():
            self._counters["links", _iri(predicate), _place(value)] += count
        self._ways.clear()
        self._links.clear()


def _count_all(waiting: Counter[Told], sign: int, told: Iterable[Told]) -> None:
    """Count what is told, in C where it comes."""
    (waiting.update if sign > 0 else waiting.subtract)(told)


def place(iri: str) -> str:
    """Return where an IRI stands: up to its `#` or its last `/`; the whole of it right below its authority."""
    if "#" in iri:
        return iri[: iri.rindex("#") + 1]
    held = iri[: iri.rfind("/") + 1]
    return iri if held.count("/") <= 3 else held


def write_statistics(folder: Path, numbers: dict[str, Any]) -> None:
    """Write an edition's statistics into its folder."""
    text = json.dumps(numbers, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / STATISTICS).write_text(text, encoding="utf-8")


def count_lines(graphs: Iterable[tuple[str, bytes]], base: str, scratch: Path) -> dict[str, Any]:
    """Count the graphs of an edition that says no statistics, by a database of the moment in a folder."""
    path = scratch / "statistics.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {SCHEMA} BEGIN;")
        statistics = Statistics(connection, base)
        for graph, lines in graphs:
            statistics.change(graph, b"", lines)
        return statistics.numbers()
    finally:
        connection.close()
        path.unlink()


@dataclass(frozen=True)
class Difference:
    """What some graphs of an edition change of its statistics: (graph, its N-Quads before, after) for each."""

    base: str
    changes: Sequence[tuple[str, bytes, bytes]]
    _subjects: set[bytes] = field(default_factory=set)
    _objects: set[bytes] = field(default_factory=set)
    _found: tuple[set[bytes], set[bytes]] = field(default_factory=lambda: (set(), set()))

    def __post_init__(self) -> None:
        for graph, *contents in self.changes:
            for lines in contents:
                subjects, objects = terms_of(graph, lines)
                self._subjects.update(subjects)
                self._objects.update(objects)

    def look_at(self, graph: str, lines: bytes) -> None:
        """Look at a graph that does not change: what it says too is no more and no less distinct for the others."""
        if not self._subjects and not self._objects:
            return
        subjects, objects = terms_of(graph, lines)
        for waiting, found, said in zip((self._subjects, self._objects), self._found, (subjects, objects), strict=True):
            both = waiting & said
            waiting -= both
            found |= both

    def numbers(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return the numbers of the edition as it is then, all other graphs looked at; `told` are those before."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.executescript(SCHEMA)
            statistics = Statistics(connection, self.base)
            statistics.count_terms(*self._found)
            for graph, before, _ in self.changes:
                statistics.change(graph, b"", before)
            then = statistics.numbers()
            for change in self.changes:
                statistics.change(*change)
            now = statistics.numbers()
        return {name: _plus(told[name], then[name], now[name]) for name in then if name in told}


def terms_of(graph: str, lines: bytes) -> tuple[set[bytes], set[bytes]]:
    """Return the subjects and the objects of a graph's N-Quads."""
    triples = _triples(graph, lines)
    return {subject for subject, _, _ in triples}, {value for _, _, value in triples}


def _triples(graph: str, lines: bytes) -> list[list[bytes]]:
    """Return (subject, predicate, object) of a graph's N-Quads: only a line's end holds the end of its lines."""
    return [line.split(b" ", 2) for line in lines.split(f" <{graph}> .\n".encode())[:-1]]


def _plus(told: Any, before: Any, after: Any) -> Any:
    """Return a number, or numbers by name, and what they grew by; a name of none is no more."""
    if isinstance(told, int):
        return told + after - before
    if isinstance(told, list):
        links = _plus(*({(term, where): count for term, where, count in one} for one in (told, before, after)))
        return [[*name, count] for name, count in sorted(links.items())]
    grown = {name: told.get(name, 0) + after.get(name, 0) - before.get(name, 0) for name in {*told, *before, *after}}
    return {name: grown[name] for name in sorted(grown) if grown[name]}


@lru_cache(maxsize=1_000)
def _iri(term: bytes) -> str:
    return term[1:-1].decode()


@lru_cache(maxsize=10_000)
def _place(term: bytes) -> str:
    return place(term[1:-1].decode())


def _key(term: bytes) -> tuple[int, int]:
    stem, mark, _ = term.partition(b"#") if term[:1] == b"<" else (b"", b"", b"")
    return (_hash_of_stem(stem) if mark else 0), _hash(term)


@lru_cache(maxsize=1_000)
def _hash_of_stem(stem: bytes) -> int:
    """Return the hash of a document's IRI, which all of its fragments ask for."""
    return _hash(stem)


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)
