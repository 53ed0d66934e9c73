"""The publisher's ledger: the canonical lines and the digest of each graph of the current edition.

It makes the cost of an edition's hash follow what changed, and lets dumps be written without reading the store
back. It is derived: lost or behind, it is made again from the registry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Self

import zstandard

from ontologie import digest

_VERSION: Final = 4
_SCHEMA: Final = f"""
PRAGMA journal_mode=WAL;
CREATE TABLE graphs (graph TEXT PRIMARY KEY, digest TEXT NOT NULL, quads INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE contents (graph TEXT PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE fiches (graph TEXT PRIMARY KEY, mark TEXT NOT NULL, line BLOB NOT NULL);
CREATE TABLE rests (project TEXT, graph TEXT, PRIMARY KEY (project, graph)) WITHOUT ROWID;
CREATE INDEX rests_by_graph ON rests (graph);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version={_VERSION};
"""
"""Digests stand apart from contents, so that an edition's hash reads little. `rests` tells which graphs the
derivation of a project rests on."""

_ABOUT_GRAPHS: Final = ("graphs", "contents", "fiches", "rests")


class Ledger:
    """One transaction over the ledger's file: what is put in counts once `commit` is called."""

    def __init__(self, path: Path) -> None:
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
        self._pack = zstandard.ZstdCompressor(level=1)
        self._unpack = zstandard.ZstdDecompressor()

    def __enter__(self) -> Self:
        """Return the ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it; what was not committed is forgotten."""
        self._connection.close()

    def commit(self) -> None:
        """Keep what was put in, and go on in a new transaction."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")

    def clear(self) -> None:
        """Forget everything."""
        for table in (*_ABOUT_GRAPHS, "facts"):
            self._connection.execute(f"DELETE FROM {table}")

    def fact(self, name: str) -> str | None:
        """Return a noted fact, such as the edition the ledger stands for."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Note a fact."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def put(self, graph: str, lines: Sequence[bytes], resting: Sequence[str] = ()) -> bool:
        """Replace a graph by its canonical lines, none removing it; return whether that changed it.

        `resting` are the projects whose derivation rests on it.
        """
        before = self.digest(graph)
        if not lines:
            for table in _ABOUT_GRAPHS:
                self._connection.execute(f"DELETE FROM {table} WHERE graph = ?", (graph,))
            return before is not None
        data = b"".join(lines)
        fresh = digest(data)
        if fresh == before:
            return False
        self._connection.execute("INSERT OR REPLACE INTO graphs VALUES (?, ?, ?)", (graph, fresh, len(lines)))
        packed = self._pack.compress(data)
        self._connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (graph, packed))
        if resting or before is not None:
            self._connection.execute("DELETE FROM rests WHERE graph = ?", (graph,))
            self._connection.executemany("INSERT INTO rests VALUES (?, ?)", ((project, graph) for project in resting))
        return True

    def resting(self, graph: str) -> list[str]:
        """Return the projects whose derivation rests on a graph."""
        return [row[0] for row in self._connection.execute("SELECT project FROM rests WHERE graph = ?", (graph,))]

    def rested_on(self, project: str) -> list[str]:
        """Return the graphs that a project's derivation rests on, in the order of their IRIs' bytes."""
        asked = "SELECT graph FROM rests WHERE project = ? ORDER BY graph"
        return [row[0] for row in self._connection.execute(asked, (project,))]

    def digest(self, graph: str) -> str | None:
        """Return the digest of a graph's canonical form, None where it is not there."""
        row = self._connection.execute("SELECT digest FROM graphs WHERE graph = ?", (graph,)).fetchone()
        return None if row is None else str(row[0])

    def lines(self, graph: str) -> bytes:
        """Return a graph's canonical N-Quads, empty where it is not there."""
        row = self._connection.execute("SELECT lines FROM contents WHERE graph = ?", (graph,)).fetchone()
        return b"" if row is None else self._unpack.decompress(row[0])

    def graphs(self) -> Iterator[tuple[str, bytes]]:
        """Yield (graph IRI, canonical N-Quads) in the order of the IRIs' bytes."""
        for graph, packed in self._connection.execute("SELECT graph, lines FROM contents ORDER BY graph"):
            yield graph, self._unpack.decompress(packed)

    def fiche(self, graph: str, mark: str, make: Callable[[bytes], bytes]) -> bytes:
        """Return what `make` makes of a graph's N-Quads, kept as long as neither the graph nor the mark changes."""
        mark = f"{self.digest(graph)} {mark}"
        row = self._connection.execute("SELECT mark, line FROM fiches WHERE graph = ?", (graph,)).fetchone()
        if row is not None and row[0] == mark:
            return self._unpack.decompress(row[1])
        line = make(self.lines(graph))
        row = (graph, mark, self._pack.compress(line))
        self._connection.execute("INSERT OR REPLACE INTO fiches VALUES (?, ?, ?)", row)
        return line

    def digests(self) -> Iterator[tuple[str, str]]:
        """Yield (graph IRI, digest) in the order of the IRIs' bytes."""
        yield from self._connection.execute("SELECT graph, digest FROM graphs ORDER BY graph")

    def totals(self) -> tuple[int, int]:
        """Return how many graphs and quads there are."""
        row = self._connection.execute("SELECT COUNT(*), COALESCE(SUM(quads), 0) FROM graphs").fetchone()
        return int(row[0]), int(row[1])

    def names(self, prefix: str) -> list[str]:
        """Return the IRIs of graphs that start so, in the order of their bytes."""
        asked = "SELECT graph FROM graphs WHERE graph >= ? AND graph < ? ORDER BY graph"
        return [row[0] for row in self._connection.execute(asked, (prefix, prefix + "\U0010ffff"))]


def _usable(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION)
    except sqlite3.DatabaseError:
        return False
