"""The segments of an edition: runs of graphs, in the order of their IRIs, whose members its dumps are made of.

Decided in docs/decisions/segments.md.

A segment begins at a graph whose name falls in one class of `CLASSES` (and at the first graph of all): where segments
are cut is a function of the names alone, so that any history cuts as a build from nothing does. Knows the ledger's
tables of segments and how members are written; what a member's file is called is `members`'.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final
from zlib import crc32

from ingestion.publication.files.members import Member

CLASSES: Final = 32
"""Graphs a segment, on average."""
SCHEMA: Final = """
CREATE TABLE segments (start TEXT PRIMARY KEY, digest TEXT NOT NULL, stale INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX stale_segments ON segments (start) WHERE stale;
CREATE TABLE members (start TEXT, form TEXT, unpacked TEXT NOT NULL, unpacked_bytes INTEGER NOT NULL,
 file TEXT NOT NULL, file_bytes INTEGER NOT NULL, PRIMARY KEY (start, form)) WITHOUT ROWID;
CREATE TABLE touched (graph TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""A segment is known by the graph that it begins at, the one before the first cut by an empty name. `touched` are the
graphs that changed since members were last written."""

FIRST: Final = ""
_LAST: Final = "\U0010ffff"
_LEVEL: Final = 3
_WAITING: Final = 16
"""Segments whose members are being written at most, which bounds memory."""
_EACH: Final = 500
"""New files from which the whole disk is told to make them last, which is quicker than one after the other."""
_COLUMNS: Final = "form, unpacked, unpacked_bytes, file, file_bytes"

Contents = Callable[[str, str | None], Iterator[tuple[str, bytes]]]
"""Given where a segment begins and where the next one does: the form of each of its members, and what that holds."""


def begins(graph: str) -> bool:
    """Tell whether a segment begins at a graph."""
    return crc32(graph.encode()) % CLASSES == 0


def digest_of(graphs: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a segment, from its (graph IRI, SHA-256 of its canonical N-Quads)."""
    return hashlib.sha256("".join(f"{graph} {one}\n" for graph, one in graphs).encode()).hexdigest()


def root_of(digests: Iterable[str]) -> str:
    """Return the hash over all segments, from their digests."""
    return hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()


class Segments:
    """The segments of a ledger, in its database, whose table `graphs` says in `cut` where one begins."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep segments in a database."""
        self._connection = connection

    def touch(self, graph: str) -> None:
        """Note that a graph, or what dumps hold of it, changed."""
        self._connection.execute("INSERT OR IGNORE INTO touched VALUES (?)", (graph,))

    def touched(self) -> set[str]:
        """Return the graphs of which something changed since members were last written."""
        return {row[0] for row in self._connection.execute("SELECT graph FROM touched")}

    def clear(self) -> None:
        """Forget everything."""
        for table in ("segments", "members", "touched"):
            self._connection.execute(f"DELETE FROM {table}")

    def root(self) -> str:
        """Return the hash over all segments: SHA-256 of the list of their digests, each that of its graphs' list."""
        touched = sorted(self.touched())
        starts = {self._start(graph) for graph in touched}
        # Where a cut comes, the segment before it shrinks; where one goes, that segment grows.
        for graph in filter(begins, touched):
            starts.add(self._start(graph, before=True))
            self._connection.execute("DELETE FROM segments WHERE start = ?", (graph,))
        for start in starts:
            self._note(start)
        listed = self._connection.execute("SELECT digest FROM segments ORDER BY start")
        return root_of(digest for (digest,) in listed)

    def count(self) -> int:
        """Return how many segments there are."""
        return int(self._connection.execute("SELECT COUNT(*) FROM segments").fetchone()[0])

    def write(self, folder: Path, before: Path | None, contents: Contents) -> list[Member]:
        """Put every member into a folder, on the disk for good; return them in the dumps' order. After `root`.

        What `before` has already is the same file under a second name (a hard link); the rest is written.
        """
        folder.mkdir()
        self._connection.execute("DELETE FROM members WHERE start NOT IN (SELECT start FROM segments)")
        stale = {row[0] for row in self._connection.execute("SELECT start FROM segments WHERE stale")}
        lost = {start for start, one in self._members() if start not in stale and not _linked(one, folder, before)}
        written = self._written(sorted(stale | lost), folder, before, contents)
        make_last(written, folder)
        self._connection.execute("UPDATE segments SET stale = 0 WHERE stale")
        self._connection.execute("DELETE FROM touched")
        return [one for _, one in self._members()]

    def _written(self, starts: list[str], folder: Path, before: Path | None, contents: Contents) -> list[Path]:
        """Write the members of some segments in threads beside this one, and note them; return the new files."""
        found: list[Path] = []
        waiting: list[tuple[str, Future[tuple[Member, bool]]]] = []

        def settle(most: int) -> None:
            while len(waiting) > most:
                start, future = waiting.pop(0)
                member, fresh = future.result()
                row = (start, member.form, member.unpacked, member.unpacked_bytes, member.file, member.file_bytes)
                self._connection.execute("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?)", row)
                if fresh:
                    found.append(folder / member.name)

        with ThreadPoolExecutor(2) as pool:
            for start in starts:
                known = {one.unpacked: one for one in self._of(start)}
                self._connection.execute("DELETE FROM members WHERE start = ?", (start,))
                make = partial(write_member, folder, before, known)
                waiting += [(start, pool.submit(make, *one)) for one in contents(start, self._end(start))]
                settle(_WAITING)
            settle(0)
        return found

    def _members(self) -> Iterator[tuple[str, Member]]:
        for start, *row in self._connection.execute(f"SELECT start, {_COLUMNS} FROM members ORDER BY start"):
            yield start, Member(*row)

    def _of(self, start: str) -> list[Member]:
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM members WHERE start = ?", (start,))
        return [Member(*row) for row in rows]

    def _note(self, start: str) -> None:
        """Note the digest of a segment, and that its members are to be written; it is no more without graphs."""
        asked = "SELECT graph, digest FROM graphs WHERE graph >= ? AND graph < ? ORDER BY graph"
        rows = self._connection.execute(asked, (start, self._end(start) or _LAST)).fetchall()
        if not rows:
            self._connection.execute("DELETE FROM segments WHERE start = ?", (start,))
            return
        self._connection.execute("INSERT OR REPLACE INTO segments VALUES (?, ?, 1)", (start, digest_of(rows)))

    def _start(self, graph: str, *, before: bool = False) -> str:
        """Return where the segment of a graph begins, whether it is there or not, or that of the graph before it."""
        asked = f"SELECT MAX(graph) FROM graphs WHERE cut AND graph {'<' if before else '<='} ?"
        return self._connection.execute(asked, (graph,)).fetchone()[0] or FIRST

    def _end(self, start: str) -> str | None:
        """Return where the segment after begins."""
        found: str | None = self._connection.execute(
            "SELECT MIN(graph) FROM graphs WHERE cut AND graph > ?", (start,)
        ).fetchone()[0]
        return found


def _linked(one: Member, folder: Path, before: Path | None) -> bool:
    """Give the file of a member a second name in a folder; return whether it was there."""
    if before is None:
        return False
    try:
        os.link(before / one.name, folder / one.name)
    except FileExistsError:
        return True
    except FileNotFoundError:
        return False
    except OSError:  # A file system without hard links, or with too many of one file.
        shutil.copyfile(before / one.name, folder / one.name)
    return True


def write_member(
    folder: Path, before: Path | None, known: dict[str, Member], form: str, content: bytes
) -> tuple[Member, bool]:
    """Write a member, or link what `before` has of it; return it, and whether its file is new."""
    unpacked = hashlib.sha256(content).hexdigest()
    one = known.get(unpacked)
    if one is not None and one.form == form and _linked(one, folder, before):
        return one, False
    # No name and no time inside the archive: the same content makes the same bytes.
    packed = gzip.compress(content, _LEVEL, mtime=0)
    one = Member(form, unpacked, len(content), hashlib.sha256(packed).hexdigest(), len(packed))
    with suppress(FileExistsError), (folder / one.name).open("xb") as file:
        file.write(packed)
    return one, True


def make_last(files: list[Path], folder: Path) -> None:
    """Make new files last through a power cut, and their names."""
    if len(files) >= _EACH:
        os.sync()
    for path in [*(files if len(files) < _EACH else []), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
