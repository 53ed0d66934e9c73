"""The publisher's ledger: the canonical lines and the digest of each graph of the current edition.

It makes the cost of an edition's hash, of its dumps and of its statistics follow what changed, without reading the
store back. It is derived: lost or behind, it is made again from the registry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from ingestion.graphs.compression import PackedGraph, Packer
from ingestion.publication.files import segments, statistics
from ingestion.publication.files.segments import Segments, begins
from ingestion.publication.files.statistics import Statistics

_VERSION: Final = 10
_SCHEMA: Final = f"""
PRAGMA journal_mode=WAL;
CREATE TABLE graphs (graph TEXT PRIMARY KEY, digest TEXT NOT NULL, quads INTEGER NOT NULL, cut INTEGER NOT NULL)
 WITHOUT ROWID;
CREATE INDEX cuts ON graphs (graph) WHERE cut;
CREATE TABLE contents (graph TEXT PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE fiches (graph TEXT PRIMARY KEY, mark TEXT NOT NULL, line BLOB NOT NULL);
CREATE TABLE rests (project TEXT, graph TEXT, PRIMARY KEY (project, graph)) WITHOUT ROWID;
CREATE INDEX rests_by_graph ON rests (graph);
CREATE TABLE workings (graph TEXT PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{segments.SCHEMA}
{statistics.SCHEMA}
PRAGMA user_version={_VERSION};
"""
"""Digests stand apart from contents, so that an edition's hash reads little. `rests` tells which graphs the
derivation of a project rests on; `workings` holds what rules concluded of it to serve others (`derivation.bearing`)."""

_LAST: Final = "\U0010ffff"
_ABOUT_GRAPHS: Final = ("graphs", "contents", "fiches", "rests", "workings")


class Ledger:
    """One transaction over the ledger's file: what is put in counts once `commit` is called."""

    def __init__(self, path: Path, base: str) -> None:
        """Open the ledger, making it where it is missing, of another version, or damaged: it is derived."""
        usable = path.exists() and _usable(path)
        if not usable:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous=NORMAL")
        if not usable:
            self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN IMMEDIATE")
        self._packer = Packer()
        self.segments = Segments(self._connection)
        self.statistics = Statistics(self._connection, base)

    def __enter__(self) -> Self:
        """Return the ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it; what was not committed is forgotten."""
        self._connection.close()

    def commit(self) -> None:
        """Keep what was put in, and go on in a new transaction."""
        self._keep()
        self._connection.execute("BEGIN IMMEDIATE")

    def renew(self, path: Path) -> None:
        """Write it whole into a new file, in which nothing is left of what it held before; what was put in is kept."""
        self._keep()
        self._connection.execute("VACUUM INTO ?", (str(path),))
        self._connection.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(path)) as fresh:
            fresh.execute("PRAGMA journal_mode=WAL")

    def _keep(self) -> None:
        self.statistics.flush()
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        for table in (*_ABOUT_GRAPHS, "facts"):
            self._connection.execute(f"DELETE FROM {table}")
        self.segments.clear()
        self.statistics.clear()

    def fact(self, name: str) -> str | None:
        """Return a noted fact, such as the edition the ledger stands for."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Note a fact."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def packed(self, graph: str, lines: Sequence[bytes]) -> PackedGraph:
        """Return a graph packed, as `put` takes it."""
        return self._packer.graph(graph, lines)

    def unpacked(self, one: PackedGraph) -> bytes:
        """Return the canonical N-Quads of what was packed."""
        return self._packer.unpack(one.data) if one.data else b""

    def put(self, one: PackedGraph, resting: Sequence[str] = (), data: bytes | None = None) -> bool | None:
        """Replace a graph, without lines removing it; return whether it stood here, None where nothing changed.

        `resting` are the projects whose derivation rests on it; `data` is what it unpacks to, where that is at hand.
        """
        before = self.digest(one.graph)
        if not one.quads:
            if before is None:
                return None
            self._changed(one.graph, self.data(one.graph), b"")
            for table in _ABOUT_GRAPHS:
                self._connection.execute(f"DELETE FROM {table} WHERE graph = ?", (one.graph,))
            return True
        if one.digest == before:
            return None
        data = self.unpacked(one) if data is None else data
        self._changed(one.graph, b"" if before is None else self.data(one.graph), data)
        row = (one.graph, one.digest, one.quads, begins(one.graph))
        self._connection.execute("INSERT OR REPLACE INTO graphs VALUES (?, ?, ?, ?)", row)
        self._connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (one.graph, one.data))
        if before is not None:
            self._connection.execute("DELETE FROM rests WHERE graph = ?", (one.graph,))
        for project in resting:
            self._connection.execute("INSERT INTO rests VALUES (?, ?)", (project, one.graph))
        return before is not None

    def _changed(self, graph: str, before: bytes, after: bytes) -> None:
        """Tell segments and statistics of a graph, packed as it was, that is about to be replaced."""
        self.statistics.change(graph, self._packer.unpack(before) if before else b"", after)
        self.segments.touch(graph)

    def resting(self, graph: str) -> list[str]:
        """Return the projects whose derivation rests on a graph."""
        return [row[0] for row in self._connection.execute("SELECT project FROM rests WHERE graph = ?", (graph,))]

    def rested_on(self, project: str) -> dict[str, bytes]:
        """Return the graphs that a project's derivation rests on, packed, in the order of their IRIs' bytes."""
        asked = "SELECT graph, lines FROM rests JOIN contents USING (graph) WHERE project = ? ORDER BY graph"
        return dict(self._connection.execute(asked, (project,)))

    def keep_workings(self, graph: str, packed: bytes) -> None:
        """Keep what rules concluded to serve others, with the derived graph that came of it, and as long as that."""
        if packed:
            self._connection.execute("INSERT OR REPLACE INTO workings VALUES (?, ?)", (graph, packed))
        else:
            self._connection.execute("DELETE FROM workings WHERE graph = ?", (graph,))

    def workings(self, graph: str) -> bytes:
        """Return what was kept so with a derived graph, packed; empty where nothing was."""
        row = self._connection.execute("SELECT lines FROM workings WHERE graph = ?", (graph,)).fetchone()
        return b"" if row is None else bytes(row[0])

    def digest(self, graph: str) -> str | None:
        """Return the digest of a graph's canonical form, None where it is not there."""
        row = self._connection.execute("SELECT digest FROM graphs WHERE graph = ?", (graph,)).fetchone()
        return None if row is None else str(row[0])

    def data(self, graph: str) -> bytes:
        """Return a graph's canonical N-Quads packed, empty where it is not there."""
        row = self._connection.execute("SELECT lines FROM contents WHERE graph = ?", (graph,)).fetchone()
        return b"" if row is None else bytes(row[0])

    def lines(self, graph: str) -> list[bytes]:
        """Return a graph's canonical lines, none where it is not there."""
        return self._packer.lines(self.data(graph))

    def graphs(self, start: str, end: str | None) -> Iterator[tuple[str, bytes]]:
        """Yield (graph IRI, canonical N-Quads) from one IRI to before another, in the order of their bytes."""
        asked = "SELECT graph, lines FROM contents WHERE graph >= ? AND graph < ? ORDER BY graph"
        for graph, packed in self._connection.execute(asked, (start, end or _LAST)):
            yield graph, self._packer.unpack(packed)

    def fiches(self, start: str, end: str | None) -> Iterator[bytes]:
        """Yield the kept fiches of graphs from one IRI to before another, in the order of their bytes."""
        asked = "SELECT line FROM fiches WHERE graph >= ? AND graph < ? ORDER BY graph"
        for (line,) in self._connection.execute(asked, (start, end or _LAST)):
            yield self._packer.unpack(line)

    def fiche(self, graph: str) -> bytes | None:
        """Return the kept fiche of a graph, None where there is none."""
        row = self._connection.execute("SELECT line FROM fiches WHERE graph = ?", (graph,)).fetchone()
        return None if row is None else self._packer.unpack(row[0])

    def unframed(self, mark: str, prefix: str) -> list[str]:
        """Return the IRIs of graphs that start so and whose fiche is not kept, or under another mark.

        Where all were framed under this mark (`framed_all`), only graphs that changed since are looked at.
        """
        among = "touched JOIN graphs USING (graph)" if self.fact(f"framed:{prefix}") == mark else "graphs"
        asked = f"""
        SELECT graph FROM {among} LEFT JOIN fiches USING (graph)
        WHERE graph >= ? AND graph < ? AND mark IS NOT digest || ? ORDER BY graph
        """
        return [row[0] for row in self._connection.execute(asked, (prefix, prefix + _LAST, mark))]

    def framed_all(self, mark: str, prefix: str) -> None:
        """Note that the fiche of every graph that starts so is kept under a mark."""
        self.note(f"framed:{prefix}", mark)

    def keep_fiche(self, mark: str, graph: str, fiche: bytes) -> None:
        """Keep the fiche of a graph that stands here, until the graph or the mark changes."""
        asked = "INSERT OR REPLACE INTO fiches SELECT graph, digest || ?, ? FROM graphs WHERE graph = ?"
        self._connection.execute(asked, (mark, self._packer.pack(fiche), graph))
        self.segments.touch(graph)

    def digests(self) -> Iterator[tuple[str, str]]:
        """Yield (graph IRI, digest) in the order of the IRIs' bytes."""
        yield from self._connection.execute("SELECT graph, digest FROM graphs ORDER BY graph")

    def quads(self, prefix: str) -> dict[str, int]:
        """Return how many quads each graph has whose IRI starts so."""
        asked = "SELECT graph, quads FROM graphs WHERE graph >= ? AND graph < ? ORDER BY graph"
        return dict(self._connection.execute(asked, (prefix, prefix + _LAST)))

    def names(self, prefix: str) -> list[str]:
        """Return the IRIs of graphs that start so, in the order of their bytes."""
        asked = "SELECT graph FROM graphs WHERE graph >= ? AND graph < ? ORDER BY graph"
        return [row[0] for row in self._connection.execute(asked, (prefix, prefix + _LAST))]


def replace_ledger(fresh: Path, old: Path) -> None:
    """Put a fresh ledger in the place of an old one, of which no file is left; both are closed."""
    for path in (old, fresh):
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.replace(old)


def _usable(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION)
    except sqlite3.DatabaseError:
        return False
