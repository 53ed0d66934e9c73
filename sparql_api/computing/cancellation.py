"""When a computation in a thread must end: at its deadline, or because nobody waits for it any more.

Knows clocks and SQLite's progress handler; not who asked, nor for what. What computes calls `checkpoint` now and then,
goes through things by `checked`, and opens databases under `watched`; outside of a scope these do nothing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Final, TypeVar

from sparql_api.words.errors import ServiceError

T = TypeVar("T")
OPERATIONS: Final = 10_000
"""Steps of SQLite's virtual machine between two looks: some tenths of a millisecond."""


class Cancelled(ServiceError):
    """The computation was ended before its result."""


class CancelScope:
    """The time that one computation has."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._cancelled = False

    def cancel(self) -> None:
        """End the computation at its next checkpoint; may be called from any thread."""
        self._cancelled = True

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self._ends - time.monotonic()

    def over(self) -> bool:
        """Return whether the computation must end."""
        return self._cancelled or self.left <= 0


current: Final[ContextVar[CancelScope | None]] = ContextVar("current", default=None)
"""The scope of the computation that this thread carries out."""


def checkpoint() -> None:
    """Raise Cancelled where the computation under way must end."""
    scope = current.get()
    if scope is not None and scope.over():
        raise Cancelled


def checked(things: Iterable[T]) -> Iterator[T]:
    """Yield things one by one; raises Cancelled between two of them."""
    for thing in things:
        checkpoint()
        yield thing


def watched(database: sqlite3.Connection) -> sqlite3.Connection:
    """Return a database whose queries fail (OperationalError, "interrupted") once the computation must end."""
    scope = current.get()
    if scope is not None:
        database.set_progress_handler(scope.over, OPERATIONS)
    return database
