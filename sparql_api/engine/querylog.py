"""The query log: one JSON line a query, bounded and rotated, without a word of the query or of who asked.

Knows files; what is logged is an event of the engine's.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from sparql_api.engine.events import QueryEvent, Told

FILE_BYTES: Final = 8 << 20
FILES: Final = 5
OPENED_SECONDS: Final = 5.0
"""Time after which the file is opened anew: another process, or an operator, may have moved it."""
SILENT_SECONDS: Final = 60.0
"""Time in which a log that cannot be written says so once: a full disk is no reason to fill another log."""
logger = logging.getLogger("observatoire.querylog")


class QueryLog:
    """Appends to `queries.jsonl` in a folder; the oldest of `FILES` files is dropped when one is full."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES, files: int = FILES) -> None:
        self._path = folder / "queries.jsonl"
        self._file_bytes = file_bytes
        self._files = files
        self._file: int | None = None
        self._size = 0
        self._opened = 0.0
        self._warned = -SILENT_SECONDS

    def __call__(self, told: Sequence[Told]) -> None:
        """Write one line for each event; a log that cannot be written never stops an answer."""
        try:
            lines: list[bytes] = []
            count = 0
            for when, event in told:
                line = b"%b%b" % (_time(when), _said(event) if event.wall_seconds else _again(event))
                if lines and self._size + count + len(line) > self._file_bytes:
                    self._append(lines, count)
                    lines, count = [], 0
                lines.append(line)
                count += len(line)
            self._append(lines, count)
        except OSError as error:
            now = time.monotonic()
            if now - self._warned >= SILENT_SECONDS:
                logger.warning("the query log cannot be written: %s", error)
                self._warned = now

    def _append(self, lines: Sequence[bytes], count: int) -> None:
        written = os.write(self._with_room(count), b"".join(lines))
        self._size += written  # Read after the call: making room sets it anew.

    def _with_room(self, count: int) -> int:
        """Return the descriptor of the file, one that has room for so many bytes."""
        now = time.monotonic()
        if self._file is None or now - self._opened > OPENED_SECONDS:
            self._open(now)
        if self._is_full(count):
            self._open(now)  # Another process may have moved the file on already.
            if self._is_full(count):
                self._rotate()
                self._open(now)
        assert self._file is not None
        return self._file

    def _is_full(self, count: int) -> bool:
        return self._size > 0 and self._size + count > self._file_bytes

    def _open(self, now: float) -> None:
        self._close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._size, self._opened = os.fstat(self._file).st_size, now

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __del__(self) -> None:
        self._close()

    def _rotate(self) -> None:
        """Move each file one place on: `queries.jsonl` becomes `queries.1.jsonl`."""
        for number in range(self._files - 2, -1, -1):
            source = self._numbered(number)
            if source.exists():
                source.replace(self._numbered(number + 1))

    def _numbered(self, number: int) -> Path:
        return self._path if number == 0 else self._path.with_name(f"queries.{number}.jsonl")


def _time(when: float) -> bytes:
    """Return the beginning of a line: a moment, in seconds since 1970, in UTC."""
    second = int(when)
    return b'{"time": "%b.%03d+00:00", ' % (_second(second), (when - second) * 1000)


def _said(event: QueryEvent) -> bytes:
    """Return the rest of a line; no value of it has anything to escape."""
    return (
        f'"query": "{event.query_hash}", '
        f'"edition": {_number(event.edition)}, "outcome": "{event.outcome}", "seconds": {event.seconds:.4f}, '
        f'"wall_seconds": {event.wall_seconds:.4f}, "rows": {_number(event.rows)}, "bytes": {_number(event.size)}, '
        f'"cached": {"true" if event.cached else "false"}}}\n'
    ).encode()


_again: Final = lru_cache(maxsize=1024)(_said)
"""The same, of an answer that is given again and again."""


@lru_cache(maxsize=1)
def _second(second: int) -> bytes:
    """Return a second since 1970 in UTC: answers that are kept come thousands in one."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)
