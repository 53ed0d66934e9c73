"""Brings the index of an edition's fiches up to what changed since the edition before, whose files it shares.

Knows which differences may be told so: what is then found, ordered and counted is as if the index had been written
whole (`index`). Where a document went, it is written whole: these files would keep what an erasure must reach.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from bisect import bisect_left
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import zstandard

from ontologie import BASE, Iris
from sparql_api.fiches.rows import Derived, Documents, FicheRow, place_of
from sparql_api.fiches.stored import (
    CHANGES_NAME,
    INDEX_NAME,
    address,
    fetch,
    is_index,
    json_text,
    read_order,
    read_sets,
    share,
    write_order,
    write_things,
)
from sparql_api.fiches.text import EXAMPLES_TEXT_NAME, TEXT_NAME, WEIGHTS, text_writer
from sparql_api.fiches.things import StoreReader

SMALL: Final = 100
SHARE: Final = 32
"""Up to that many fiches stand among the changes, or one in so many: beyond, the index is written whole."""


@dataclass(frozen=True)
class _Changed:
    """A fiche that changed or came, with its number."""

    n: int
    row: FicheRow
    document: bytes
    before: tuple[Any, ...] | None
    """Its place in the list before; None where it came."""


def change_index(
    folder: Path, before: Path, store: ox.Store, fiches: Mapping[str, bytes | None], *, base: str = BASE
) -> bool:
    """Put the index of the folder `before` into `folder`, with some fiches changed or added: by their projects' ids.

    Return whether it did: where it did not, no index stands in `folder`, and it is to be written whole. `store` says
    of all things but these projects what it said for `before`.
    """
    held = {name: fiche for name, fiche in fiches.items() if fiche is not None}
    if len(held) < len(fiches) or not is_index(before):
        return False
    partial = folder / f"{CHANGES_NAME}.{os.getpid()}.partial"
    shutil.copyfile(before / CHANGES_NAME, partial)
    try:
        with closing(_open(before / INDEX_NAME, partial)) as database:
            order, reader = read_order(database), StoreReader(store, Iris(base))
            changed = _changed(database, len(order), held, reader)
            if not _may_be_told(database, changed, len(order)):
                return False
            _write(database, changed, order, reader)
        for name, example in ((TEXT_NAME, False), (EXAMPLES_TEXT_NAME, True)):
            with text_writer(folder / name, before / name) as writer:
                for one in changed:
                    if one.row.example == example:
                        writer.replace(one.n, dict(zip(WEIGHTS, one.row.texts, strict=True)))
        partial.replace(folder / CHANGES_NAME)
        share(before / INDEX_NAME, folder / INDEX_NAME)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _open(whole: Path, changes: Path) -> sqlite3.Connection:
    database = sqlite3.connect(address(whole), uri=True, isolation_level=None)
    database.execute("ATTACH DATABASE ? AS changes", (f"{changes.absolute().as_uri()}?mode=rw",))
    for setting in ("journal_mode", "synchronous"):
        database.execute(f"PRAGMA changes.{setting}=OFF")
    return database


def _changed(
    database: sqlite3.Connection, count: int, fiches: Mapping[str, bytes], reader: StoreReader
) -> list[_Changed]:
    """Return what changed, with the numbers and places that it has; what came takes the numbers that follow."""
    told = Derived.read(reader, [reader.iris.entity("projet", name) for name in fiches])
    inside, found = Documents(reader.iris), list[_Changed]()
    for name in sorted(fiches):
        row = inside.row(json.loads(fiches[name]), told, reader)
        n = _number(database, name)
        place = None if n is None else _place(database, n)
        if n is None:
            n, count = count, count + 1
        found.append(_Changed(n, row, fiches[name], place))
    return found


def _number(database: sqlite3.Connection, name: str) -> int | None:
    for schema in ("changes", "main"):
        found = database.execute(f"SELECT n FROM {schema}.fiche WHERE id = ?", (name,)).fetchone()
        if found:
            return int(found[0])
    return None


def _place(database: sqlite3.Connection, n: int) -> tuple[Any, ...]:
    ((example, date, name),) = fetch(database, "exemple, date, id", (n,))
    return place_of(example, date, name)


def _may_be_told(database: sqlite3.Connection, changed: Collection[_Changed], count: int) -> bool:
    """Return whether the changes stay few, and no project became an invented example, whose words stand apart."""
    numbers = {one.n for one in changed}.union(n for (n,) in database.execute("SELECT n FROM changes.fiche"))
    same = all(one.before is None or one.before[0] == one.row.example for one in changed)
    return same and len(numbers) <= max(SMALL, count // SHARE)


def _write(database: sqlite3.Connection, changed: Collection[_Changed], order: list[int], reader: StoreReader) -> None:
    """Write changed fiches, the sets that they are in, and the order of the list."""
    pack = zstandard.ZstdCompressor(level=1).compress
    sets = read_sets(database)
    database.execute("BEGIN")
    for one in changed:
        row = (one.n, one.row.id, one.row.example, one.row.date, json_text(one.row.item), pack(one.document))
        database.execute("INSERT OR REPLACE INTO changes.fiche VALUES (?,?,?,?,?,?)", row)
        held = {held for held, bits in sets.items() if bits >> one.n & 1}
        for kind, value in held.symmetric_difference(one.row.sets):
            flip = (kind, value, one.n)
            asked = "DELETE FROM changes.bascule WHERE genre = ? AND valeur = ? AND n = ?"
            if not database.execute(asked, flip).rowcount:
                database.execute("INSERT INTO changes.bascule VALUES (?,?,?)", flip)
    known = {iri for schema in ("main", "changes") for (iri,) in database.execute(f"SELECT iri FROM {schema}.chose")}
    write_things(database, {held for one in changed for held in one.row.sets}, known, reader, "changes")
    _reorder(database, order, [one for one in changed if one.before != one.row.place])
    database.execute("COMMIT")


def _reorder(database: sqlite3.Connection, order: list[int], moved: Collection[_Changed]) -> None:
    """Write the order of the list with some fiches at their places, which are written already."""
    if not moved:
        return
    numbers = {one.n for one in moved}
    left = [n for n in order if n not in numbers]
    for one in moved:
        left.insert(bisect_left(left, one.row.place, key=lambda n: _place(database, n)), one.n)
    write_order(database, left)
