"""A process beside this one, where a function is called that would keep everyone waiting here. It is ended past a
deadline, and starts with the first call.

Knows how to call a function elsewhere and to end it; what it does, how many may wait, and who, are its callers'.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, TypeVar

from sparql_api.words.errors import ServiceError

T = TypeVar("T")
NICE: Final = 5
_PR_SET_PDEATHSIG: Final = 1


class Unfinished(ServiceError):
    """What was called did not come to its end: past its deadline, or with the process."""


class ProcessBeside:
    """One process of `memory` bytes of address space, and one call at a time of `seconds`. Of one event loop.

    `goes_on` tells whether a call is worked out to its end though its caller left; else the process ends then.
    """

    def __init__(self, memory: int, seconds: float, *, goes_on: bool = False) -> None:
        self._memory, self._seconds, self._goes_on = memory, seconds, goes_on
        self._turn = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None

    async def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what a function says there, once it is its turn; raises what it raises, and Unfinished."""
        async with self._turn:
            if self._pool is None:
                spawn = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, spawn, _confine, (os.getpid(), self._memory))
            try:
                async with asyncio.timeout(self._seconds):
                    return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
            except asyncio.CancelledError:
                if not self._goes_on:
                    await self.end()
                raise
            except (TimeoutError, BrokenProcessPool) as error:
                await self.end()
                raise Unfinished from error

    async def end(self) -> None:
        """End the process, whatever it does; the next call starts another."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                process.kill()
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def _confine(parent: int, memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    os.nice(NICE)  # The process that answers everyone goes first.
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
