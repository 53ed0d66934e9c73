"""Where deposits are examined: one process beside this one, a bounded number of them at once, a deadline for each.

Knows how to call a function elsewhere and to end it; what is done with a deposit is `examining`'s. The process starts
with the first deposit, whose reader it confines again, and shares nothing with the queries' workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final, TypeVar

from sparql_api.computing.beside import ProcessBeside, Unfinished
from sparql_api.words.errors import ServiceError
from sparql_api.words.problems import Problem, ProblemError

T = TypeVar("T")
MEMORY: Final = 4 << 30
"""Address space of the process."""
RETRY_SECONDS: Final = 5


class Unexamined(ServiceError):
    """A deposit that was not examined to its end: past its deadline, or with the process."""


class Desk:
    """The process, and how many deposits are held: read, waiting for it, in it. Of one event loop."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._each = max(1, most // 4)
        self._held: Counter[str] = Counter()
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

    async def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what a function says in the process, once it is its turn; raises what it raises, and Unexamined."""
        try:
            return await self._process.call(function, *arguments)
        except Unfinished as error:
            raise Unexamined from error

    async def end(self) -> None:
        """End the process, whatever it does; the next deposit starts another."""
        await self._process.end()
