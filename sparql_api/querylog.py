"""The query log: one JSON line a query, bounded and rotated, without a word of the query or of who asked.

Knows files; what is logged is an event of the engine's.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sparql_api.events import QueryEvent

FILE_BYTES: Final = 8 << 20
FILES: Final = 5
logger = logging.getLogger("observatoire.querylog")


class QueryLog:
    """Appends to `queries.jsonl` in a folder; the oldest of `FILES` files is dropped when one is full."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES, files: int = FILES) -> None:
        self._path = folder / "queries.jsonl"
        self._file_bytes = file_bytes
        self._files = files

    def __call__(self, event: QueryEvent) -> None:
        """Write one line; a log that cannot be written never stops an answer."""
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "query": event.query_hash,
                "edition": event.edition,
                "outcome": event.outcome,
                "seconds": round(event.seconds, 4),
                "wall_seconds": round(event.wall_seconds, 4),
                "rows": event.rows,
                "bytes": event.size,
                "cached": event.cached,
            }
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size + len(line) >= self._file_bytes:
                self._rotate()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            logger.warning("the query log cannot be written: %s", error)

    def _rotate(self) -> None:
        """Move each file one place on: `queries.jsonl` becomes `queries.1.jsonl`."""
        for number in range(self._files - 2, -1, -1):
            source = self._numbered(number)
            if source.exists():
                source.replace(self._numbered(number + 1))

    def _numbered(self, number: int) -> Path:
        return self._path if number == 0 else self._path.with_name(f"queries.{number}.jsonl")
