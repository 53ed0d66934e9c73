"""Worker processes shared between those who ask: whose turn it is, who waits, who gives way.

Knows workers as things that are busy or idle; what they are asked is not its business.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from sparql_api.engine.workers.experience import BRIEF, Experience
from sparql_api.engine.workers.process import Worker, WorkerConfig, WorkerDied
from sparql_api.words.errors import ServiceError

logger = logging.getLogger("observatoire.engine")
SPARE: Final = 1
"""Workers kept warm beyond those that may work at once: a killed one is replaced without waiting."""
REMEMBERED: Final = 256
"""Brief queries kept until somebody waits; to tell the shapes of so many takes a few hundredths of a second."""
PACE: Final = 0.02
"""Seconds between two brief queries that are looked at while nobody waits: one takes a few tenths of a millisecond."""


class Length(IntEnum):
    """How long a query is known to take, in the order of turns."""

    SHORT = 0
    MIDDLE = 1
    UNKNOWN = 2
    LONG = 3


class PoolFull(ServiceError):
    """As many wait as may."""


class PoolClosed(ServiceError):
    """The pool has been stopped."""


@dataclass(eq=False)
class _Waiter:
    client: str | None
    text: str
    since: float
    turn: asyncio.Future[Worker]


class Pool:
    """`size` workers that may work at once, and a bounded queue before them.

    Queries known to be short come first, with those of clients who asked little until now; those known to be long
    come last. Among equals the next turn goes to the client with the fewest workers, then the least engine time
    used, then to the query expected to be shortest, then to who came first. The last free worker is not for
    queries known to be long; where many wait, it is for those known to be short alone, and the one before it for
    those known not to be long; and while long ones hold every worker that someone might have, who has waited
    `patience` seconds, the youngest query of the client that holds the most is ended. A busy service refuses long
    work: it does not stop answering.
    """

    def __init__(
        self,
        config: WorkerConfig,
        *,
        size: int,
        queue: int,
        patience: float,
        used: Callable[[str | None], float] = lambda client: 0.0,
        warm: Callable[[], dict[str, Any] | None] = lambda: None,
    ) -> None:
        self.size = size
        self.queue = queue
        self.restarts = 0
        self.experience = Experience()
        self.config = config
        self._patience = patience
        self._used = used
        self._warm = warm
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._waiting: list[_Waiter] = []
        self._brief: deque[tuple[str, float, str | None]] = deque(maxlen=REMEMBERED)
        self._looked = 0.0
        self._starting = 0
        self._failures = 0
        self._running = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._relief: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Start the workers and wait until they are ready; raises WorkerDied where none can start."""
        self._running = True
        self._starting = self.size + SPARE
        try:
            await asyncio.gather(*(self._start_one() for _ in range(self._starting)))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Kill every worker; who waits or runs gets PoolClosed."""
        self._running = False
        if self._relief:
            self._relief.cancel()
        for waiter in self._waiting:
            if not waiter.turn.done():
                waiter.turn.set_exception(PoolClosed())
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in [*self._idle, *self._busy]:
            worker.kill()
        self._idle.clear()
        self._busy.clear()

    @property
    def busy(self) -> int:
        """How many workers work."""
        return len(self._busy)

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

    @property
    def alive(self) -> int:
        """How many workers there are, the spare one left out."""
        return min(self.size, len(self._idle) + len(self._busy))

    @property
    def isolation(self) -> str:
        """What keeps the workers from the network, as the last one told."""
        known = [worker.isolation for worker in (*self._idle, *self._busy)]
        return known[-1] if known else "unknown"

    def take(self, client: str | None, text: str = "") -> Worker | None:
        """Return a worker as `acquire` does where nobody need wait for one, else None; raises PoolClosed."""
        if not self._running:
            raise PoolClosed
        if self._waiting or not self._has_free() or not self._may(text):
            return None
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return self._begin(worker, client, text)
            self._bury(worker)
        return None

    async def acquire(self, client: str | None, text: str = "") -> Worker:
        """Return a worker of one's own; give it back by `release` or `discard`.

        `text` is the query it is for, so that it can be told how long such queries take. Raises PoolFull, PoolClosed.
        """
        if not self._running:
            raise PoolClosed
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._look_back()
        waiter = _Waiter(client, text, time.monotonic(), turn)
        self._waiting.append(waiter)
        self._dispatch()
        if len(self._waiting) > self.queue:
            last = max(self._waiting, key=self._order())
            self._waiting.remove(last)
            last.turn.set_exception(PoolFull())
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release(turn.result())
            raise
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def release(self, worker: Worker) -> None:
        """Take back a worker that is ready for the next request."""
        if not worker.end():
            self.discard(worker)
            return
        self._busy.discard(worker)
        if self._running:
            self._idle.append(worker)
            self._dispatch()
        else:
            worker.kill()

    def discard(self, worker: Worker) -> None:
        """Kill a worker that is dead, or works on what nobody wants any more; another takes its place."""
        self._busy.discard(worker)
        worker.kill()
        self.restarts += 1
        self._dispatch()
        self._replace()

    def learn(self, worker: Worker, seconds: float, *, ended: bool) -> None:
        """Take in what a worker's query took; while nobody waits, most of what is brief is looked at later."""
        now = time.monotonic()
        if ended or self._waiting or seconds >= BRIEF or now - self._looked >= PACE:
            self._looked = now
            self.experience.learn(worker.text, seconds, ended=ended, client=worker.client)
        else:
            self._brief.append((worker.text, seconds, worker.client))

    def _look_back(self) -> None:
        """Take in what was brief while nobody waited: now that somebody does, it is known to be short."""
        while self._brief:
            text, seconds, client = self._brief.popleft()
            self.experience.learn(text, seconds, ended=False, client=client)

    def _order(self) -> Callable[[_Waiter], tuple[Length, int, float, float, float]]:
        """Return what those who wait are sorted by."""
        running = Counter(worker.client for worker in self._busy if worker.client)
        # Once a client: what is used flows back with time, and who came first must stay first.
        used = {client: self._used(client) for client in {waiter.client for waiter in self._waiting}}
        expected = self.experience.expected
        return lambda w: (
            self._length(w.text, w.client),
            running[w.client or ""],
            used[w.client],
            expected(w.text, w.client) or 0.0,
            w.since,
        )

    def _length(self, text: str, client: str | None) -> Length:
        expected, short = self.experience.expected(text), self._patience / 10
        if expected is not None and expected >= self._patience / 2:
            return Length.LONG
        # Who has asked little until now is trusted with a query that is new, or not quite short.
        if self.experience.past(client) < short or (expected is not None and expected < short):
            return Length.SHORT
        return Length.UNKNOWN if expected is None else Length.MIDDLE

    def _has_free(self) -> bool:
        return bool(self._idle) and len(self._busy) < self.size

    def _may(self, text: str) -> bool:
        """Tell whether a worker that is free may be given to a query; the last ones ask for more than trust."""
        busy = len(self._busy)
        # What even a long one may take needs no look at the text.
        return busy < self._open_to(Length.LONG) or busy < self._open_to(self._length(text, None))

    def _open_to(self, length: Length) -> int:
        """Return how many workers queries of a length may find at work and still begin."""
        crowded = len(self._waiting) > 2 * self.size
        kept = {Length.SHORT: 0, Length.MIDDLE: int(crowded), Length.UNKNOWN: 2 * crowded, Length.LONG: 1 + crowded}
        return max(1, self.size - kept[length])

    def _next(self) -> _Waiter | None:
        """Return whose turn it is, None where nobody may take the worker that is free."""
        may = [waiter for waiter in self._waiting if self._may(waiter.text)]
        return min(may, key=self._order(), default=None) if len(may) > 1 else may[0] if may else None

    def _begin(self, worker: Worker, client: str | None, text: str) -> Worker:
        worker.begin(client, text)
        self._busy.add(worker)
        return worker

    def _bury(self, worker: Worker) -> None:
        """Replace a worker that died idle."""
        worker.kill()
        self.restarts += 1
        self._replace()

    def _dispatch(self) -> None:
        self._waiting = [waiter for waiter in self._waiting if not waiter.turn.done()]
        while self._has_free() and (waiter := self._next()):
            worker = self._idle.pop()
            if worker.alive:
                self._waiting.remove(waiter)
                waiter.turn.set_result(self._begin(worker, waiter.client, waiter.text))
            else:
                self._bury(worker)
        if self._waiting and self._relief is None:
            self._relief = asyncio.get_running_loop().call_later(self._patience / 2, self._relieve)

    def _relieve(self) -> None:
        """End one long query where all are long and someone has lost patience."""
        self._relief = None
        now = time.monotonic()
        long = [w for w in self._busy if now - w.started >= self._patience]
        for worker in long:
            # A short query on a busy machine takes long too: what it had of the processor tells them apart.
            self.experience.learn(worker.text, worker.worked(), ended=True, client=worker.client)
        tired = (waiter for waiter in self._waiting if self._tired(waiter, now))
        if any(len(long) >= self._open_to(self._length(waiter.text, None)) for waiter in tired):
            held = Counter(worker.client for worker in long)
            # Our own pages' queries (no client) are the last to go.
            victim = max(long, key=lambda w: (w.client is not None, held[w.client], w.started))
            victim.preempt()
        self._dispatch()

    def _tired(self, waiter: _Waiter, now: float) -> bool:
        """Tell whether another's query may be ended for one that waits: not for a long one, nor for who used much."""
        if now - waiter.since < self._patience:
            return False
        length = self._length(waiter.text, waiter.client)
        return length <= Length.MIDDLE or (length is Length.UNKNOWN and self._used(waiter.client) < self._patience)

    def _replace(self) -> None:
        if not self._running or len(self._idle) + len(self._busy) + self._starting >= self.size + SPARE:
            return
        self._starting += 1
        task = asyncio.get_running_loop().create_task(self._restart())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _restart(self) -> None:
        # Workers that cannot start are tried again more and more slowly: no loop eats the machine.
        if self._failures:
            await asyncio.sleep(min(5.0, 0.1 * 2**self._failures))
        try:
            await self._start_one()
        except (OSError, WorkerDied, TimeoutError) as error:
            self._failures += 1
            logger.error("a query worker does not start: %s", error)
            self._replace()

    async def _start_one(self) -> None:
        try:
            worker = await Worker.start(self.config)
            try:
                warm = self._warm()
                if warm is not None:
                    await worker.ask(warm)
            except BaseException:
                worker.kill()
                raise
        finally:
            self._starting -= 1
        self._failures = 0
        if self._running:
            self._idle.insert(0, worker)
            self._dispatch()
        else:
            worker.kill()
