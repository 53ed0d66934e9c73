"""Keeps answers for the next who asks, and lets those who ask the same at once share one computation.

An answer depends on its plan alone, and an edition never changes, so what is kept never grows stale
(docs/decisions/engines.md). Knows nothing of how answers are made.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from cachetools import LRUCache

from sparql_api.engine.events import Listener, QueryEvent, Told
from sparql_api.engine.port import Answer, Engine, EngineStatus
from sparql_api.engine.shelf import Shelf
from sparql_api.query.dataset import Dataset
from sparql_api.query.errors import EngineError, deadline_exceeded
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan, query_hash

SOON: Final = 0.1
"""Seconds in which listeners are told of a query: one line of a log apart costs as much as a kept answer."""


@dataclass
class _Flight:
    """A computation under way and how many wait for it."""

    task: asyncio.Task[Answer]
    passengers: int = 0


class CachedEngine(Engine):
    """An engine that remembers at most `cache_bytes` of answers, and forgets the least asked first.

    `charge` counts the seconds of a query to its client, at once.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        cache_bytes: int,
        limits: Limits,
        shelf: Shelf | None = None,
        charge: Callable[[str | None, float], None] | None = None,
    ) -> None:
        self._engine = engine
        self._shelf = shelf
        self._charge = charge
        self._limits = limits
        self._kept: LRUCache[str, Answer] = LRUCache(cache_bytes, getsizeof=_size)
        self._flights: dict[tuple[str, float, int], _Flight] = {}
        self._listeners: list[Listener] = []
        self._untold: list[Told] = []
        self.hits = 0
        self.misses = 0

    def listen(self, *listeners: Listener) -> None:
        """Tell these functions of each query that was run or answered."""
        self._listeners.extend(listeners)

    async def start(self) -> None:
        """Start the engine behind, with what it answered before it was last stopped."""
        await self._engine.start()
        if self._shelf:
            self._shelf.turn(self.current_edition())

    async def stop(self) -> None:
        """Stop the engine behind and forget everything."""
        for flight in list(self._flights.values()):
            flight.task.cancel()
        self._kept.clear()
        if self._shelf:
            self._shelf.settle()
            self._shelf.close()
        await self._engine.stop()
        self.tell()

    def current_edition(self) -> int | None:
        """Return the number of the current edition, None where nothing is published."""
        return self._engine.current_edition()

    def status(self) -> EngineStatus:
        """Return how the engine behind is doing."""
        return self._engine.status()

    @property
    def cached_bytes(self) -> int:
        """The bytes of the answers kept."""
        return int(self._kept.currsize)

    async def prepare(
        self,
        text: str,
        *,
        dataset: Dataset | None = None,
        accept: str | None = "*/*",
        format: str | None = None,
        edition: int | None = None,
    ) -> Plan:
        """Judge a query before it runs; raises EngineError."""
        try:
            return await self._engine.prepare(text, dataset=dataset, accept=accept, format=format, edition=edition)
        except EngineError as error:
            event = QueryEvent(query_hash(text), edition, error.problem.name, 0, 0, None, None, False)
            self._tell_soon(event)
            raise

    def lookup(self, plan: Plan) -> Answer | None:
        """Return the kept answer to a plan, if any."""
        if plan.volatile:
            return None
        kept = self._kept.get(plan.key)
        if kept is None and (shelf := self._shelf):
            if shelf.edition != plan.edition and plan.edition == self.current_edition():
                shelf.turn(plan.edition)
            kept = shelf.get(plan.key, plan.edition)
            if kept is not None:
                self._keep(plan.key, kept)
        return kept

    def again(self, plan: Plan) -> bool:
        """Count a kept answer that is given once more, as it was sent, and tell of it soon; False where it is kept no
        longer."""
        kept = self.lookup(plan)
        if kept is None:
            return False
        self._count(plan, kept)
        self._tell_soon(given_again(plan.query_hash, plan.edition, kept.rows, kept.body.size))
        return True

    def _count(self, plan: Plan, kept: Answer) -> None:
        self.hits += 1
        # What is asked once is not worth a file.
        if self._shelf and plan.edition == self._shelf.edition and plan.key not in self._shelf:
            self._shelf.put(plan.key, kept)

    async def run(self, plan: Plan, *, limits: Limits | None = None, client: str | None = None) -> Answer:
        """Answer a prepared query from what is kept, or with those who ask the same; raises EngineError."""
        limits = limits or self._limits
        started = time.monotonic()
        kept = self.lookup(plan)
        if kept is not None and kept.body.size <= limits.answer_bytes:
            self._count(plan, kept)
            self._tell(plan, client, started, kept)
            return kept
        self.misses += 1
        try:
            if plan.volatile:
                answer = await self._engine.run(plan, limits=limits, client=client)
            else:
                answer = await self._together(plan, limits, client)
        except EngineError as error:
            self._tell(plan, client, started, error)
            raise
        except asyncio.CancelledError:
            self._tell(plan, client, started, None)
            raise
        self._tell(plan, client, started, answer)
        return answer

    async def _together(self, plan: Plan, limits: Limits, client: str | None) -> Answer:
        key = (plan.key, limits.seconds, limits.answer_bytes)
        flight = self._flights.get(key)
        first = flight is None
        if flight is None:
            flight = _Flight(asyncio.create_task(self._compute(plan, limits, client)))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._flights.pop(key, None))
        flight.passengers += 1
        try:
            if first:
                answer = await asyncio.shield(flight.task)
            else:  # Who comes late has a deadline of their own.
                async with asyncio.timeout(limits.seconds):
                    answer = await asyncio.shield(flight.task)
        except TimeoutError:
            raise deadline_exceeded(limits, self._limits) from None
        finally:
            flight.passengers -= 1
            if flight.passengers == 0 and not flight.task.done():
                self._flights.pop(key, None)
                flight.task.cancel()
        # The first pays for all.
        return answer if first else replace(answer, seconds=0.0, cached=True)

    async def _compute(self, plan: Plan, limits: Limits, client: str | None) -> Answer:
        answer = await self._engine.run(plan, limits=limits, client=client)
        self._keep(plan.key, answer)
        return answer

    def _keep(self, key: str, answer: Answer) -> None:
        if _size(answer) <= self._kept.maxsize // 8:  # One answer does not drive out all the others.
            self._kept[key] = replace(answer, seconds=0.0, cached=True)

    def _tell(self, plan: Plan, client: str | None, started: float, result: Answer | EngineError | None) -> None:
        """Charge a query to its client, and tell of it soon; `result` is None where the client went away."""
        answer = result if isinstance(result, Answer) else None
        outcome = "disconnected" if result is None else "ok" if answer else ""
        wall = time.monotonic() - started
        event = QueryEvent(
            query_hash=plan.query_hash,
            edition=plan.edition,
            outcome=outcome or (result.problem.name if isinstance(result, EngineError) else ""),
            seconds=wall if result is None else result.seconds,
            wall_seconds=wall,
            rows=answer.rows if answer else None,
            size=answer.body.size if answer else None,
            cached=answer.cached if answer else False,
        )
        if self._charge:
            self._charge(client, event.seconds)
        self._tell_soon(event)

    def _tell_soon(self, event: QueryEvent) -> None:
        if not self._untold:
            asyncio.get_running_loop().call_later(SOON, self.tell)
        self._untold.append((time.time(), event))

    def tell(self) -> None:
        """Tell the listeners now of what they were not told of yet."""
        told, self._untold = self._untold, []
        for listener in self._listeners if told else ():
            listener(told)


def _size(answer: Answer) -> int:
    """Return the bytes that a kept answer takes: its own, and a kilobyte for what is known of it."""
    return answer.body.size + 1024


@lru_cache(maxsize=1024)
def given_again(query_hash: str, edition: int, rows: int | None, size: int) -> QueryEvent:
    """Return what is told of an answer that is given as it was sent: it costs nobody anything."""
    return QueryEvent(query_hash, edition, "ok", 0.0, 0.0, rows, size, True)
