"""A process beside the one that answers: what is called there ends by its deadline or with its caller, and the next goes."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from sparql_api.computing.beside import ProcessBeside, Unfinished

MEMORY = 256 << 20


def ended(process: int) -> bool:
    """Whether a process is gone; waited for, the kernel takes its time."""
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def grows() -> int:
    return len(bytearray(2 * MEMORY))


def test_what_is_called_beside_ends_by_its_deadline_its_memory_or_with_its_caller() -> None:
    async def tried() -> None:
        beside = ProcessBeside(MEMORY, 60)
        try:
            first = await beside.call(os.getpid)
            assert first != os.getpid() and await beside.call(abs, -3) == 3
            with pytest.raises(MemoryError):
                await beside.call(grows)
            leaving = asyncio.create_task(beside.call(time.sleep, 600))
            await asyncio.sleep(0)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            assert ended(first)
            second = await beside.call(os.getpid)
            beside._seconds = 0.01
            with pytest.raises(Unfinished):
                await beside.call(time.sleep, 600)
            assert ended(second)
        finally:
            await beside.end()

    asyncio.run(tried())
