"""The publisher's ledger: the canonical lines and the digest of each graph of the current edition.

It makes the cost of an edition's hash follow what changed, and lets dumps be written without reading the store
back. It is derived: lost or behind, it is made again from the registry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Self

import zstandard

from ontologie import digest

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS graphs (graph TEXT PRIMARY KEY, digest TEXT NOT NULL, quads INTEGER NOT NULL,
                                   lines BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (kind TEXT, identifier TEXT, stamp TEXT NOT NULL,
                                      PRIMARY KEY (kind, identifier)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Ledger:
    """One transaction over the ledger's file: what is put in counts once `commit` is called."""

    def __init__(self, path: Path) -> None:
        """Open the ledger, making it where it is missing."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        self._connection.execute("BEGIN IMMEDIATE")
        self._pack = zstandard.ZstdCompressor(level=3)
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
        for table in ("graphs", "documents", "facts"):
            self._connection.execute(f"DELETE FROM {table}")

    def fact(self, name: str) -> str | None:
        """Return a noted fact, such as the edition the ledger stands for."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Note a fact."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def stamps(self) -> dict[tuple[str, str], str]:
        """Return what each published document was at its last publication."""
        rows = self._connection.execute("SELECT kind, identifier, stamp FROM documents")
        return {(kind, identifier): stamp for kind, identifier, stamp in rows}

    def stamp(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Note what documents are at this publication: (kind, identifier, stamp)."""
        self._connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)

    def forget(self, kind: str, identifier: str) -> None:
        """Forget a document that is no longer public."""
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND identifier = ?", (kind, identifier))

    def put(self, graph: str, lines: Sequence[bytes]) -> bool:
        """Replace a graph by its canonical lines, none removing it; return whether that changed it."""
        before = self.digest(graph)
        if not lines:
            self._connection.execute("DELETE FROM graphs WHERE graph = ?", (graph,))
            return before is not None
        data = b"".join(lines)
        fresh = digest(data)
        if fresh == before:
            return False
        row = (graph, fresh, len(lines), self._pack.compress(data))
        self._connection.execute("INSERT OR REPLACE INTO graphs VALUES (?, ?, ?, ?)", row)
        return True

    def digest(self, graph: str) -> str | None:
        """Return the digest of a graph's canonical form, None where it is not there."""
        row = self._connection.execute("SELECT digest FROM graphs WHERE graph = ?", (graph,)).fetchone()
        return None if row is None else str(row[0])

    def lines(self, graph: str) -> bytes:
        """Return a graph's canonical N-Quads, empty where it is not there."""
        row = self._connection.execute("SELECT lines FROM graphs WHERE graph = ?", (graph,)).fetchone()
        return b"" if row is None else self._unpack.decompress(row[0])

    def graphs(self) -> Iterator[tuple[str, bytes]]:
        """Yield (graph IRI, canonical N-Quads) in the order of the IRIs' bytes."""
        for graph, packed in self._connection.execute("SELECT graph, lines FROM graphs ORDER BY graph"):
            yield graph, self._unpack.decompress(packed)

    def digests(self) -> Iterator[tuple[str, str]]:
        """Yield (graph IRI, digest) in the order of the IRIs' bytes."""
        yield from self._connection.execute("SELECT graph, digest FROM graphs ORDER BY graph")

    def totals(self) -> tuple[int, int]:
        """Return how many graphs and quads there are."""
        row = self._connection.execute("SELECT COUNT(*), COALESCE(SUM(quads), 0) FROM graphs").fetchone()
        return int(row[0]), int(row[1])
