"""A process beside the one that answers: what is called there ends by its deadline or with its caller, and the next goes."""

from __future__ import annotations

import asyncio
import os
import threading
import time

import pytest
from starlette.requests import Request

from sparql_api.computing.beside import ProcessBeside, Unfinished
from sparql_api.computing.fairuse import FairUse
from sparql_api.computing.limiter import Computing

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


def asked_by(host: str) -> Request:
    return Request({"type": "http", "headers": [], "client": (host, 1)})


def test_one_client_does_not_keep_the_process_beside_from_others() -> None:
    async def tried() -> list[str]:
        computing, order = Computing(FairUse(600.0, 60.0), threads=1, queue=10, seconds=60), list[str]()

        async def one(host: str, name: str) -> None:
            await computing.apart(asked_by(host), os.getpid)
            order.append(name)

        try:
            await asyncio.gather(*(one("192.0.2.1", f"a{n}") for n in range(3)), one("192.0.2.2", "b"))
        finally:
            computing.stop()
            await computing.end()
        return order

    assert asyncio.run(tried()) == ["a0", "b", "a1", "a2"]


def test_files_of_a_former_edition_that_are_made_keep_nobody_from_those_of_today() -> None:
    async def tried() -> None:
        computing, over = Computing(FairUse(600.0, 60.0), threads=1, queue=10, seconds=60), threading.Event()
        former = [asyncio.create_task(computing.run(asked_by("192.0.2.1"), over.wait, kind="former")) for _ in range(3)]
        try:
            await asyncio.sleep(0)
            assert await computing.run(asked_by("192.0.2.2"), lambda: 7, kind="file") == 7
            assert computing.running("former") == 1 and computing.waiting("former") == 2
        finally:
            over.set()
            await asyncio.gather(*former)
            computing.stop()

    asyncio.run(tried())
