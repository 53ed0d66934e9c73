"""Reads long texts in a process of its own: the thread that answers everyone goes on.

Knows how to call a function elsewhere; what is read is its callers'. Short texts are read where they
are asked for. Another thread would not do: Python runs one at a time.
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
LONG: Final = 8 << 10
"""Characters from which a text takes long enough to read that others would notice."""
WAITING: Final = 16
"""Long texts that may wait; reading one takes seconds at the very worst."""
MEMORY: Final = 1 << 30
"""Address space of the process that reads."""
PR_SET_PDEATHSIG: Final = 1


class Crowded(ServiceError):
    """As many long texts wait as may."""


class _Reader:
    """The process, started with the first long text, and how many wait for it."""

    def __init__(self) -> None:
        self.waiting = 0
        self._pool: ProcessPoolExecutor | None = None

    async def call(self, function: Callable[..., T], *arguments: object) -> T:
        if self.waiting >= WAITING:
            raise Crowded
        self.waiting += 1
        try:
            return await self._call(function, *arguments)
        except BrokenProcessPool:  # It died, perhaps with the thread that had started it.
            self._pool = None
            return await self._call(function, *arguments)
        finally:
            self.waiting -= 1

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, spawn, _confine, (os.getpid(),))
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def end(self) -> None:
        """End the process, whatever it reads; the next long text starts another."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(cancel_futures=True)


_reader = _Reader()


async def in_reader_process(size: int, function: Callable[..., T], *arguments: object) -> T:
    """Return what a function says of a text of `size` characters; raises what it raises, and Crowded."""
    return function(*arguments) if size <= LONG else await _reader.call(function, *arguments)


async def end_reading() -> None:
    """End the process that reads: left to the end of the program, what it shares with it would be told as leaked."""
    await asyncio.to_thread(_reader.end)


def _confine(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    os.nice(5)  # The process that answers everyone goes first.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
