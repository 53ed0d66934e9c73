"""Keeps the log of unhandled errors short: a trace is written once, then only how often it came again.

Knows log records; not what went wrong.
"""

from __future__ import annotations

import logging
from threading import Lock
from types import TracebackType
from typing import Final

from cachetools import LRUCache

LOGGERS: Final = ("observatoire", "uvicorn.error")
"""Who writes of an unhandled error: the service, then the server that runs it."""
KINDS: Final = 200
"""Traces remembered; the one not met for longest is forgotten."""
TOLD: Final = "_told"
"""The mark on an error that the log has heard of."""
Place = tuple[str, int]


class Once(logging.Filter):
    """Lets a trace through once. Its 10th, 100th, 1000th… occurrence is a line without it; the others are nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: LRUCache[tuple[object, ...], int] = LRUCache(KINDS)
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written; a trace met before is taken off it."""
        kind, error, trace = record.exc_info or (None, None, None)
        if kind is None:
            return True
        if getattr(error, TOLD, False):  # The same error, told of by the server after the service.
            return False
        setattr(error, TOLD, True)
        with self._lock:
            count = self._count((kind, *places(trace)))
        if count == 1:
            return True
        record.msg, record.args = "%s (an error already traced above, %d times so far)", (record.getMessage(), count)
        record.exc_info = record.exc_text = None
        return str(count).strip("0") == "1"

    def _count(self, key: tuple[object, ...]) -> int:
        count = self._seen[key] = self._seen.get(key, 0) + 1
        return count


def places(trace: TracebackType | None) -> list[Place]:
    """Return (file, line) of each step of a trace: what makes two of them the same."""
    found = []
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


def bound_traces() -> None:
    """Make the service and its server write each trace once; to call it again changes nothing."""
    once = next((f for name in LOGGERS for f in logging.getLogger(name).filters if isinstance(f, Once)), None) or Once()
    for name in LOGGERS:
        logging.getLogger(name).addFilter(once)
