"""The engine over another store: any that speaks the SPARQL 1.1 Protocol, one address or a cluster's.

Decided in docs/decisions/engines.md.

Each edition stands whole in a slot of that store (see `remote_seals`); the link `current` says which edition answers,
here as with the embedded engine. Knows turns, deadlines and what makes an answer count; filling slots is
`remote_publication`'s, judging queries the plan's.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from ingestion import Edition
from sparql_api.engine.planning import PlanningEngine
from sparql_api.engine.port import Answer, EngineStatus
from sparql_api.engine.remote import answers as remote_answers
from sparql_api.engine.remote import text as remote_text
from sparql_api.engine.remote.answers import Broken, Written
from sparql_api.engine.remote.seals import Seal
from sparql_api.engine.remote.store import (
    RETRY_SECONDS,
    PinnedRef,
    Query,
    RemoteStore,
    StoreUnreachable,
    busy,
    too_large,
)
from sparql_api.formats.body import Body
from sparql_api.formats.sinks import NoSpace, PastBound, Unwritable
from sparql_api.query import errors
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan, Rules, not_acceptable
from sparql_api.query.stores import StoreRef, Stores
from sparql_api.settings import RemoteSettings
from sparql_api.words.problems import problem

WRITERS: Final = 4
SMALL: Final = 64 << 10
"""Bytes of a store's answer that are written at once; more take a thread."""
TRIES: Final = 2


class NotHeld(errors.EngineError):
    """The store holds the edition no more (404)."""


@dataclass(frozen=True)
class _Work:
    """One query on its way: what it waits for, until when, and whether anyone still does."""

    query: Query
    stop: threading.Event


class RemoteEngine(PlanningEngine):
    """Answers queries from the slots of a store, each answer from one whole edition."""

    def __init__(
        self,
        remote: RemoteSettings,
        stores: Stores,
        rules: Rules,
        *,
        limits: Limits,
        queue: int,
        spool_bytes: int,
        spool_parent: Path | None = None,
    ) -> None:
        self.limits = limits
        self._remote = remote
        self._stores = stores
        self._rules = rules
        self._queue = queue
        self._spool_bytes = spool_bytes
        self._spooled = 0
        self._spool_parent = spool_parent
        self._spool = Path()
        self._seals: dict[str, Seal] = {}
        self._places = asyncio.Semaphore(remote.connections)
        self._busy = 0
        self._waiting = 0
        self._store = RemoteStore(remote, rules, limits)
        self._writers = ThreadPoolExecutor(WRITERS, "remote-answer")

    async def start(self) -> None:
        """Make ready; a store that cannot be reached yet is asked again with each query."""
        if self._spool_parent is not None:
            self._spool_parent.mkdir(parents=True, exist_ok=True)
        self._spool = Path(tempfile.mkdtemp(prefix="answers-", dir=self._spool_parent))
        with contextlib.suppress(errors.EngineError):
            self._seals = await self._store.seals()

    async def stop(self) -> None:
        """Close the connections and remove the spool."""
        await self._store.close()
        self._writers.shutdown(wait=False, cancel_futures=True)
        if self._spool != Path():
            shutil.rmtree(self._spool, ignore_errors=True)

    def status(self) -> EngineStatus:
        """Return how many queries are under way; no worker where the store was not reached last time."""
        return EngineStatus(
            workers=self._remote.connections if self._store.reachable else 0,
            busy=self._busy,
            waiting=self._waiting,
            isolation="unknown",
            spooled=self._spooled,
        )

    async def run(self, plan: Plan, *, limits: Limits | None = None, client: str | None = None) -> Answer:
        """Answer a prepared query; raises EngineError. Cancelled, it closes the connection to the store."""
        limits = limits or self.limits
        if self._spooled >= self._spool_bytes:
            raise errors.SpoolFull(errors.retry("spool", RETRY_SECONDS))
        text = remote_text.complete(plan.text, self._rules.prefixes, self._rules.base)
        ends = time.monotonic() + limits.seconds
        async with self._turn(limits):
            started = time.monotonic()
            # A little more than is left: keeping the deadline is ours, the store's is there to free it.
            query = Query(plan, text, limits, math.ceil(max(ends - started, 0)) + 1)
            work = _Work(query, threading.Event())
            try:
                async with asyncio.timeout(ends - started):
                    return await self._answer(work, started)
            except TimeoutError:
                raise errors.deadline_exceeded(limits, self.limits, time.monotonic() - started) from None
            except errors.EngineError as error:
                error.seconds = time.monotonic() - started
                raise

    @contextlib.asynccontextmanager
    async def _turn(self, limits: Limits) -> AsyncIterator[None]:
        if self._places.locked() and self._waiting >= self._queue:
            raise errors.QueueFull(errors.retry("queue", RETRY_SECONDS, limit=self._queue))
        self._waiting += 1
        try:
            async with asyncio.timeout(limits.seconds):
                await self._places.acquire()
        except TimeoutError:
            raise errors.QueueFull(errors.retry("queue", RETRY_SECONDS, limit=self._queue)) from None
        finally:
            self._waiting -= 1
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._places.release()

    async def _answer(self, work: _Work, started: float) -> Answer:
        plan = work.query.plan
        for again in range(TRIES):
            try:
                slot, seal = await self._holding(plan.store)
            except NotHeld:
                if again:  # It was there a moment ago: who asks anew asks the edition after it.
                    break
                raise
            with remote_answers.spool(self._spool) as raw:
                size = await self._store.ask(work.query, slot, raw)
                if await self._store.seal(slot) != seal:
                    # The slot was opened while the query ran: what it read may be half of one edition.
                    self._seals.pop(slot, None)
                    continue
                written = await self._write(work, raw, size)
            return Answer(
                media_type=plan.media_type,
                body=self._body(written),
                edition=seal.edition,
                seconds=time.monotonic() - started,
                rows=written.rows,
                form=plan.form,
            )
        raise busy()

    async def _holding(self, wanted: StoreRef) -> tuple[str, Seal]:
        """Return the slot that holds an edition, and its seal; raises EngineError."""
        edition = wanted.number
        found = self._known(wanted)
        if found is None:
            self._seals = await self._store.seals()
            found = self._known(wanted)
        if found is not None:
            return found
        if isinstance(wanted, PinnedRef) and edition != self.current_edition():
            raise NotHeld(problem("edition-not-held", edition=edition))
        raise StoreUnreachable(errors.retry("remote-behind", RETRY_SECONDS, edition=edition))

    def _known(self, wanted: StoreRef) -> tuple[str, Seal] | None:
        """Return the slot that holds an edition as it is now: one filled before a redaction holds what was erased."""
        held = ((slot, seal) for slot, seal in self._seals.items() if seal.edition == wanted.number)
        if not wanted.redaction:
            return next(held, None)
        root = Edition(wanted.number, wanted.path.parent).manifest["sha256"]
        return next(((slot, seal) for slot, seal in held if seal.sha256 == root), None)

    async def _write(self, work: _Work, raw: IO[bytes], size: int) -> Written:
        """Return the answer in the format asked; raises EngineError where it is not whole, or cannot be written."""
        query = work.query
        arguments = raw, query.plan, query.limits.answer_bytes, self._spool, work.stop
        try:
            if size <= SMALL:
                return remote_answers.write(*arguments)
            return await self._elsewhere(work, *arguments)
        except Broken as error:
            raise self._store.broken(query, error) from error
        except PastBound:
            raise too_large(query.limits) from None
        except NoSpace:
            raise errors.SpoolFull(errors.retry("spool", RETRY_SECONDS)) from None
        except Unwritable:
            raise errors.NotAcceptable(not_acceptable(query.plan.form, but=query.plan.written_as)) from None

    async def _elsewhere(
        self, work: _Work, raw: IO[bytes], plan: Plan, limit: int, folder: Path, stop: threading.Event
    ) -> Written:
        """Write in a thread; cancelled, it is told to stop and waited for, since it reads the file."""
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(self._writers, remote_answers.write, raw, plan, limit, folder, stop)
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            work.stop.set()
            (written,) = await asyncio.gather(writing, return_exceptions=True)
            if isinstance(written, Written) and written.file is not None:
                os.close(written.file)
            raise

    def _body(self, written: Written) -> Body:
        if written.file is None:
            return Body(written.data)
        self._spooled += written.size

        def gone() -> None:
            self._spooled -= written.size

        return Body(file=written.file, size=written.size, gone=gone)
