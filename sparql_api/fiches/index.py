"""Writes the index of an edition's fiches whole, from their dump and the store; `changes` brings one up to date."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import zstandard

from ontologie import BASE, Iris
from sparql_api.fiches.bits import bits_of
from sparql_api.fiches.rows import Derived, Documents, Held
from sparql_api.fiches.stored import (
    CHANGES,
    CHANGES_NAME,
    INDEX_NAME,
    LAYOUT,
    TABLES,
    UNSAFE,
    json_text,
    packed,
    write_order,
    write_things,
)
from sparql_api.fiches.text import EXAMPLES_TEXT_NAME, TEXT_NAME, WEIGHTS, TextWriter, text_writer
from sparql_api.fiches.things import StoreReader

_COMING: Final = """
CREATE TEMP TABLE venue(i INTEGER PRIMARY KEY, id TEXT, exemple INTEGER, date TEXT, item TEXT, document BLOB,
 titre TEXT, resume TEXT, reste TEXT);
CREATE TEMP TABLE place(n INTEGER PRIMARY KEY, i INTEGER);
"""
"""`venue` holds the fiches as they come, `place` gives their place in the list: everything is written in its order."""


def write_index(folder: Path, store: ox.Store, fiches: Iterable[bytes], *, base: str = BASE) -> Path:
    """Write the index of every project among `fiches` into `folder`, whole or not at all; return the file.

    `fiches` are documents as JSON, without their context; the store gives what publication derived from them, and
    what is said of the things that they name.
    """
    targets = [folder / name for name in (CHANGES_NAME, INDEX_NAME)]
    changes, whole = partials = [target.with_suffix(f".{os.getpid()}.partial") for target in targets]
    for partial in partials:
        partial.unlink(missing_ok=True)
    reader = StoreReader(store, Iris(base))
    with (
        sqlite3.connect(whole, isolation_level=None) as database,
        text_writer(folder / TEXT_NAME) as text,
        text_writer(folder / EXAMPLES_TEXT_NAME) as text_of_examples,
    ):
        database.executescript(f"{UNSAFE} BEGIN; {TABLES} {_COMING}")
        count, holders = write_rows(database, (text, text_of_examples), reader, fiches)
        sets = ((*held, packed(bits_of(numbers, max(numbers) + 1))) for held, numbers in holders.items())
        database.executemany("INSERT INTO ensemble VALUES (?,?,?)", sets)
        write_things(database, holders, set(), reader)
        database.executemany("INSERT INTO point VALUES (?,?,?)", reader.points())
        database.executemany("INSERT INTO meta VALUES (?,?)", {"layout": LAYOUT, "base": base}.items())
        database.execute("COMMIT")
    database.close()
    with sqlite3.connect(changes, isolation_level=None) as database:
        database.executescript(f"{UNSAFE} {CHANGES}")
        write_order(database, range(count))
    database.close()
    for partial, target in zip(partials, targets, strict=True):
        partial.replace(target)
    return targets[1]


def write_rows(
    database: sqlite3.Connection, texts: tuple[TextWriter, TextWriter], reader: StoreReader, fiches: Iterable[bytes]
) -> tuple[int, dict[Held, list[int]]]:
    """Write each fiche and its words, numbered in the order of the list; return their count, and who is in which set.

    The words of projects go to the first of `texts`, those of examples to the second.
    """
    coming: dict[Held, list[int]] = defaultdict(list)
    places: list[tuple[Any, ...]] = []
    told, inside = Derived.read(reader), Documents(reader.iris)
    pack = zstandard.ZstdCompressor(level=1).compress

    def rows() -> Iterator[tuple[Any, ...]]:
        for fiche in fiches:
            document = json.loads(fiche)
            if document["id"].startswith("projet/"):
                row = inside.row(document, told, reader)
                for held in row.sets:
                    coming[held].append(len(places))
                yield len(places), row.id, row.example, row.date, json_text(row.item), pack(fiche), *row.texts
                places.append(row.place)

    database.executemany("INSERT INTO venue VALUES (?,?,?,?,?,?,?,?,?)", rows())
    order = sorted(range(len(places)), key=places.__getitem__)
    database.executemany("INSERT INTO place VALUES (?,?)", enumerate(order))
    placed = "FROM place CROSS JOIN venue USING (i) ORDER BY n"
    database.execute(f"INSERT INTO fiche SELECT n, id, exemple, date, item, document {placed}")
    for n, example, *words in database.execute(f"SELECT n, exemple, titre, resume, reste {placed}"):
        texts[example].add(n, dict(zip(WEIGHTS, words, strict=True)))
    number = {i: n for n, i in enumerate(order)}
    return len(order), {held: [number[i] for i in found] for held, found in coming.items()}
