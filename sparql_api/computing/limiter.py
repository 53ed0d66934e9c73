"""What computes outside of the SPARQL engine: a few threads, a bounded line before them, a deadline, an end when the
client leaves, the time charged to who asked. Every route goes through it that is not declared cheap (`routing`).

Knows requests, threads and shares; not what is computed.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_args

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.computing.beside import ProcessBeside, Unfinished
from sparql_api.computing.cancellation import Cancelled, CancelScope, current
from sparql_api.computing.disconnection import client_of, held, sparing, while_connected
from sparql_api.computing.fairuse import FairUse
from sparql_api.settings import Settings
from sparql_api.words.problems import Problem, ProblemError, problem

T = TypeVar("T")
RETRY_SECONDS: Final = 2
GIVE_WAY: Final = 0.0005
"""Seconds after which a thread gives way to the one that answers everyone, which asks for its turn several times a
request. Python runs one at a time: with its own 5 ms, six threads that compute made `/health` eighty times slower."""


Kind = Literal["page", "search", "file", "former", "act"]
"""What is computed: each kind has threads and a line of its own, so that none waits for another. `former` are files of
an edition that is not the current one, which may have to be made of its whole dump."""
THREADS: Final[Mapping[str, int]] = {"act": 4, "former": 1}
"""Threads of the kinds that have a number of their own: what is asked of the registry waits for its file rather than
computes."""
APART: Final = 512 << 20
"""Address space of the process in which is computed what no thread may: Python runs one at a time, and reading JSON
of some megabytes lets no other in."""


class Computing:
    """Bounds what computes: for each kind `threads` at once, and at most `queue` that wait; `seconds` for each, waiting
    included. Its methods belong to the thread of the event loop."""

    def __init__(
        self, fair_use: FairUse, *, threads: int, queue: int, seconds: float, answer_seconds: float = float("inf")
    ) -> None:
        self._fair_use = fair_use
        self._seconds = seconds
        self._answer_seconds = answer_seconds
        self._apart = ProcessBeside(APART, seconds)
        self._line_apart = _Line(fair_use, 1, queue)
        self._lines = {
            kind: _Line(fair_use, THREADS.get(kind, threads), queue) for kind in get_args(Kind)
        }

    def running(self, kind: Kind) -> int:
        """Return how many threads compute something of a kind."""
        return len(self._lines[kind].running)

    def waiting(self, kind: Kind) -> int:
        """Return how many computations of a kind wait for a thread."""
        return len(self._lines[kind].waiting)

    def stop(self) -> None:
        """End what runs at its next checkpoint, and refuse what waits."""
        for line in (*self._lines.values(), self._line_apart):
            line.stop()

    def client(self, request: Request) -> str:
        """Return the opaque key of who asks."""
        return client_of(self._fair_use, request)

    async def answer(self, request: Request, handler: Callable[[], Awaitable[Response]]) -> Response:
        """Answer a request while its client is there and has a share left; raises ProblemError."""

        async def paid() -> Response:
            await held(self._fair_use, request)
            self._fair_use.check(self.client(request))
            return await while_connected(request, timely())

        async def timely() -> Response:
            try:
                async with asyncio.timeout(self._answer_seconds):
                    return await handler()
            except TimeoutError:
                raise self._late() from None

        return await sparing(self._fair_use, request, paid)

    async def run(self, request: Request, work: Callable[..., T], *arguments: Any, kind: Kind = "page") -> T:
        """Return what a function says, called in one of the threads for its kind.

        Raises what the function raises, and ProblemError: 503 where too many wait, 504 past the deadline.
        """
        loop = asyncio.get_running_loop()
        task = _Task(self.client(request), CancelScope(self._seconds), loop.create_future())
        line = self._lines[kind]
        await line.turn(task)
        job = line.pool.submit(_carry, task, work, arguments)
        job.add_done_callback(lambda _: _soon(loop, line.release, task))
        result = asyncio.wrap_future(job)
        result.add_done_callback(lambda done: done.cancelled() or done.exception())  # Who left does not ask for it.
        try:
            await asyncio.wait({result}, timeout=task.scope.left)
            if not result.done():
                raise self._late()
            return await result
        except Cancelled:
            raise self._late() from None
        finally:
            task.scope.cancel()  # Nobody waits for it any more.

    async def apart(self, request: Request, work: Callable[..., T], *arguments: Any) -> T:
        """Return what a function says, called in a process beside this one, its time charged to who asked; the process
        ends where the client leaves.

        Raises what the function raises, and ProblemError: 503 where too many wait, 504 past the deadline.
        """
        future = asyncio.get_running_loop().create_future()
        task = _Task(self.client(request), CancelScope(self._seconds), future)
        await self._line_apart.turn(task)
        try:
            found: T
            found, task.used = await self._apart.call(_timed, work, arguments)
        except Unfinished:
            task.used = self._seconds
            raise self._late() from None
        finally:
            self._line_apart.release(task)
        return found

    async def end(self) -> None:
        """End the process beside this one."""
        await self._apart.end()

    def _late(self) -> ProblemError:
        limit = f"{self._seconds:g}"
        return ProblemError(problem("computing-deadline", limit=limit, extra={"bound": "computing-deadline"}))


@dataclass(eq=False)
class _Task:
    """A computation that waits or runs."""

    client: str
    scope: CancelScope
    turn: asyncio.Future[None]
    used: float = 0.0
    """Seconds of processor time."""


class _Line:
    """Threads for one kind of computation, and those that wait for one.

    The next turn goes to the client with the least under way and the lightest use until now, then to who came first;
    with too many in the line, the last by that order is refused.
    """

    def __init__(self, fair_use: FairUse, threads: int, queue: int) -> None:
        self.pool = ThreadPoolExecutor(threads, "computing")
        self.running: set[_Task] = set()
        self.waiting: list[_Task] = []
        self._fair_use = fair_use
        self._threads = threads
        self._queue = queue

    def stop(self) -> None:
        for task in self.running:
            task.scope.cancel()
        for task in list(self.waiting):
            self._refuse(task)
        self.pool.shutdown(wait=False, cancel_futures=True)

    async def turn(self, task: _Task) -> None:
        """Wait for a thread; the task runs from then on, until `release`. Raises ProblemError 503."""
        self.waiting.append(task)
        self._dispatch()
        if len(self.waiting) > self._queue:
            self._refuse(max(reversed(self.waiting), key=self._order))
        try:
            async with asyncio.timeout(task.scope.left):
                await task.turn
        except TimeoutError:
            self.release(task)
            raise _full(self._queue) from None
        except BaseException:
            self.release(task)
            raise

    def release(self, task: _Task) -> None:
        """Take a task back that has ended, or will not begin."""
        if task in self.waiting:
            self.waiting.remove(task)
        self.running.discard(task)
        self._fair_use.charge(task.client, task.used)
        self._dispatch()

    def _dispatch(self) -> None:
        while self.waiting and len(self.running) < self._threads:
            task = min(self.waiting, key=self._order)
            self.waiting.remove(task)
            if not task.turn.done():  # Else its client has just left.
                self.running.add(task)
                task.turn.set_result(None)

    def _order(self, task: _Task) -> int:
        # Weights in whole seconds: small differences do not make anyone wait for long. Equals stand as they came.
        under_way = sum(other.client == task.client for other in (*self.running, *self.waiting))
        return under_way + int(self._fair_use.weight(task.client))

    def _refuse(self, task: _Task) -> None:
        self.waiting.remove(task)
        if not task.turn.done():
            task.turn.set_exception(_full(self._queue))


def _full(queue: int) -> ProblemError:
    headers = {"Retry-After": str(RETRY_SECONDS)}
    values: dict[str, str | int] = {"limit": queue, "retry_after": RETRY_SECONDS}
    return ProblemError(Problem("computing-queue", values, {"bound": "computing-queue"}, headers))


def _timed(work: Callable[..., T], arguments: tuple[Any, ...]) -> tuple[T, float]:
    """Return what a function says, and the seconds of processor that it took."""
    begun = time.process_time()
    return work(*arguments), time.process_time() - begun


def open_computing(settings: Settings, fair_use: FairUse) -> Computing:
    """Return what computes, within the bounds of the settings."""
    sys.setswitchinterval(GIVE_WAY)
    return Computing(
        fair_use,
        threads=settings.computing_threads,
        queue=settings.computing_queue,
        seconds=settings.computing_timeout,
        # A query and a computation, each at its bound.
        answer_seconds=settings.query_timeout + settings.computing_timeout,
    )


def _carry(task: _Task, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    """Call a function in this thread, under the task's scope; raises Cancelled."""
    begun = time.thread_time()
    before = current.set(task.scope)
    try:
        return work(*arguments)
    except sqlite3.OperationalError:
        if task.scope.over():
            raise Cancelled from None
        raise
    finally:
        current.reset(before)
        task.used = time.thread_time() - begun


def _soon(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
    """Call a function in the thread of a loop, where there still is one."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(function, *arguments)
