"""Where deposits are examined: one process beside this one, a bounded number of them at once, a deadline for each.

Knows how to call a function elsewhere and to end it; what is done with a deposit is `examining`'s. The process starts
with the first deposit, whose reader it confines again, and shares nothing with the queries' workers.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, TypeVar

from sparql_api.words.errors import ServiceError
from sparql_api.words.problems import Problem, ProblemError

T = TypeVar("T")
MEMORY: Final = 4 << 30
"""Address space of the process."""
NICE: Final = 5
RETRY_SECONDS: Final = 5
_PR_SET_PDEATHSIG: Final = 1


class Unexamined(ServiceError):
    """A deposit that was not examined to its end: past its deadline, or with the process."""


class Desk:
    """The process, and how many deposits are held: read, waiting for it, in it. Of one event loop."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._each = max(1, most // 4)
        self._held: Counter[str] = Counter()
        self._turn = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None

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
        async with self._turn:
            if self._pool is None:
                spawn = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, spawn, _confine, (os.getpid(),))
            try:
                async with asyncio.timeout(self._seconds):
                    return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
            except (TimeoutError, BrokenProcessPool) as error:
                await self.end()
                raise Unexamined from error

    async def end(self) -> None:
        """End the process, whatever it does; the next deposit starts another."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                process.kill()
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def _confine(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    os.nice(NICE)  # The process that answers everyone goes first.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
