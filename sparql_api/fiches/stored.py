"""How the index of an edition's fiches lies in a folder: its two SQLite files, and how both are read as one.

`fiches.sqlite` is the index as it was written whole, `changements.sqlite` what changed since: the first is the same
file in several editions, the second is small. The set of fiches that hold a facet's value is a bitmap (bit n is fiche
n), so that counting a facet is an AND and a population count. A fiche keeps its number for good; the order of the list
stands beside. The words stand beside too (`text`).

Tables of both: `fiche` (n, id, exemple, date, item, document), `chose` (a facet's value: iri, labels, names, groups,
rank where its vocabulary has an order).
Of the first: `ensemble` (a set of fiches by kind and value), `point` (an académie's representative point), `meta`. Of
the second: `bascule` (a number that a set holds now and did not, or the other way), `ordre` (all numbers in the order
of the list). A document is JSON, packed.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import zstandard

from sparql_api.fiches.bits import bits_of, bytes_of
from sparql_api.fiches.rows import LIVING, Held
from sparql_api.fiches.things import StoreReader

INDEX_NAME: Final = "fiches.sqlite"
CHANGES_NAME: Final = "changements.sqlite"
LAYOUT: Final = "10"
UNSAFE: Final = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;"
"""Files are written under another name, and made to last once they are whole."""
_BOTH: Final = """
CREATE TABLE fiche(n INTEGER PRIMARY KEY, id TEXT UNIQUE, exemple INTEGER, date TEXT, item TEXT, document BLOB);
CREATE TABLE chose(iri TEXT PRIMARY KEY, labels TEXT, names TEXT, groups TEXT, rang INTEGER);
"""
TABLES: Final = f"""
{_BOTH}
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE ensemble(genre TEXT, valeur TEXT, bits BLOB, PRIMARY KEY(genre, valeur));
CREATE TABLE point(academie TEXT PRIMARY KEY, longitude REAL, latitude REAL);
"""
CHANGES: Final = f"""
{_BOTH}
CREATE TABLE bascule(genre TEXT, valeur TEXT, n INTEGER, PRIMARY KEY(genre, valeur, n)) WITHOUT ROWID;
CREATE TABLE ordre(numbers BLOB);
"""


def address(path: Path) -> str:
    """Return the address by which SQLite opens a file that never changes."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def open_index(folder: Path) -> sqlite3.Connection:
    """Open the two files of an index for reading; `main` is the whole, `changes` what changed since."""
    database = sqlite3.connect(address(folder / INDEX_NAME), uri=True, check_same_thread=False)
    database.execute("ATTACH DATABASE ? AS changes", (address(folder / CHANGES_NAME),))
    return database


def is_index(folder: Path) -> bool:
    """Return whether a folder holds an index of this layout."""
    if not all((folder / name).is_file() for name in (INDEX_NAME, CHANGES_NAME)):
        return False
    database = sqlite3.connect(address(folder / INDEX_NAME), uri=True)
    try:
        found: object = database.execute("SELECT value FROM meta WHERE key = 'layout'").fetchone()
        return found == (LAYOUT,)
    except sqlite3.DatabaseError:
        return False
    finally:
        database.close()


def fetch(database: sqlite3.Connection, columns: str, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield some columns of the fiches with these numbers, in the order given."""
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        marks, found = ",".join("?" * len(part)), {}
        for schema in ("main", "changes"):
            for n, *row in database.execute(f"SELECT n, {columns} FROM {schema}.fiche WHERE n IN ({marks})", part):
                found[n] = tuple(row)
        for n in part:
            yield found[n]


def numbers_of(database: sqlite3.Connection, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield (id, number) of the fiches that have one of some local ids."""
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ",".join("?" * len(part))
        for schema in ("main", "changes"):
            yield from database.execute(f"SELECT id, n FROM {schema}.fiche WHERE id IN ({marks})", part)


def read_sets(database: sqlite3.Connection) -> dict[Held, int]:
    """Return every set of fiches as bits."""
    found = {
        (kind, value): int.from_bytes(unpacked(bits), "little")
        for kind, value, bits in database.execute("SELECT genre, valeur, bits FROM main.ensemble")
    }
    flipped: dict[Held, list[int]] = defaultdict(list)
    for kind, value, n in database.execute("SELECT genre, valeur, n FROM changes.bascule"):
        flipped[kind, value].append(n)
    for held, numbers in flipped.items():
        found[held] = found.get(held, 0) ^ bits_of(numbers, max(numbers) + 1)
    return {held: bits for held, bits in found.items() if bits}


def read_set(database: sqlite3.Connection, held: Held) -> int:
    """Return one set of fiches as bits; none where nothing is in it."""
    row = database.execute("SELECT bits FROM main.ensemble WHERE genre = ? AND valeur = ?", held).fetchone()
    flipped = [n for (n,) in database.execute("SELECT n FROM changes.bascule WHERE genre = ? AND valeur = ?", held)]
    return (int.from_bytes(unpacked(row[0]), "little") if row else 0) ^ bits_of(flipped, max(flipped, default=-1) + 1)


def write_order(database: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Write the order of the list in the place of the one that stands in a file of changes."""
    database.execute("DELETE FROM ordre")
    database.execute("INSERT INTO ordre VALUES (?)", (packed(array("I", numbers).tobytes()),))


def read_order(database: sqlite3.Connection) -> list[int]:
    """Return the numbers of all fiches in the order of the list."""
    (data,) = database.execute("SELECT numbers FROM ordre").fetchone()
    return array("I", unpacked(data)).tolist()


def write_things(
    database: sqlite3.Connection, values: Iterable[Held], known: set[str], reader: StoreReader, schema: str = "main"
) -> None:
    """Write how the values of sets are called that are not known yet."""
    for iri in sorted({value for kind, value in values if kind != LIVING} - known):
        labels, names = reader.labels(iri)
        row = (iri, json_text(labels), json_text(sorted(names)), json_text(reader.scheme(iri)), reader.rank(iri))
        database.execute(f"INSERT INTO {schema}.chose VALUES (?,?,?,?,?)", row)


def share(source: Path, target: Path) -> None:
    """Give a file that never changes a second name; it is copied where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def json_text(value: Any) -> str:
    """Return a value as JSON, as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def packed(data: bytes | int) -> bytes:
    """Return bytes, or a set, packed."""
    return zstandard.compress(bytes_of(data) if isinstance(data, int) else data, 1)


def unpacked(data: bytes) -> bytes:
    """Return what was packed."""
    return zstandard.decompress(data)
