"""Where deposits are examined: one process beside this one, a bounded number of them at once, a deadline for each.

Knows how to call a function elsewhere and to end it; what is done with a deposit is `examining`'s. The process starts
with the first deposit, whose reader it confines again, and shares nothing with the queries' workers.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from sparql_api.computing.beside import ProcessBeside, Unfinished
from sparql_api.computing.fairuse import Levels
from sparql_api.words.errors import ServiceError
from sparql_api.words.problems import Problem, ProblemError

T = TypeVar("T")
MEMORY: Final = 4 << 30
"""Address space of the process."""
RETRY_SECONDS: Final = 5
FORGOTTEN: Final = 10.0
"""Seconds after which one second of the process no longer counts against who had it."""


class Unexamined(ServiceError):
    """A deposit that was not examined to its end: past its deadline, or with the process; `seconds` went to it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Desk:
    """The process, and how many deposits are held: read, waiting for it, in it. Of one event loop."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._each = max(1, most // 4)
        self._held: Counter[str] = Counter()
        self._busy = False
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._spent = Levels(1 / FORGOTTEN, time.monotonic)
        self._process = ProcessBeside(MEMORY, seconds, goes_on=True)

    def enter(self, agent: str) -> None:
        """Hold one deposit more; raises ProblemError (503) where as many are held as may, a quarter by an agent."""
        if self._held.total() >= self._most or self._held[agent] >= self._each:
            said = {"limit": self._most, "retry_after": RETRY_SECONDS}
            raise ProblemError(
                Problem("deposit-queue", said, {"bound": "deposit-queue"}, {"Retry-After": str(RETRY_SECONDS)})
            )
        self._held[agent] += 1

    def leave(self, agent: str) -> None:
        """Hold one less."""
        self._held[agent] -= 1
        self._held += Counter()  # those who hold none are not kept

    async def call(self, agent: str, function: Callable[..., T], *arguments: object) -> T:
        """Return what a function says in the process, once it is its turn; raises what it raises, and Unexamined."""
        async with self._turn(agent):
            begun = time.monotonic()
            try:
                return await self._process.call(function, *arguments)
            except Unfinished as error:
                raise Unexamined(time.monotonic() - begun) from error
            finally:
                self._spent.charge(agent, time.monotonic() - begun)

    @asynccontextmanager
    async def _turn(self, agent: str) -> AsyncIterator[None]:
        """Wait until the process is free; the next is the first of the agent who had least of it for some minutes."""
        if self._busy:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append((agent, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next()
                raise
        self._busy = True
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        self._waiting = [one for one in self._waiting if not one[1].done()]
        self._busy = bool(self._waiting)
        if self._waiting:
            first = min(self._waiting, key=lambda one: self._spent.of(one[0]))
            self._waiting.remove(first)
            first[1].set_result(None)

    async def end(self) -> None:
        """End the process, whatever it does; the next deposit starts another."""
        await self._process.end()
