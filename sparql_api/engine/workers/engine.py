"""The reference engine: Oxigraph in worker processes over read-only editions (docs/decisions/killable-workers.md).

Knows how a prepared query becomes a request to a worker, and what each way of failing means. Processes and
turns are the pool's, formats and refusals the plan's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from sparql_api.engine.planning import PlanningEngine
from sparql_api.engine.port import Answer, EngineStatus, Isolation
from sparql_api.engine.workers.gateway import Fetch, Gateway, Reach, fetch
from sparql_api.engine.workers.pool import Pool, PoolClosed, PoolFull
from sparql_api.engine.workers.process import Reply, Worker, WorkerConfig, WorkerDied
from sparql_api.formats.body import Body
from sparql_api.query import errors
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan, Rules, not_acceptable
from sparql_api.query.reader_process import WAITING, Crowded, in_reader_process
from sparql_api.query.stores import Stores
from sparql_api.query.syntax import explain
from sparql_api.words.problems import problem

logger: Final = logging.getLogger("observatoire.engine")
RETRY_SECONDS: Final = 5
SPOOL_PARTS: Final = 4
"""What one client may hold of the spool, as a part of it."""


class EmbeddedEngine(PlanningEngine):
    """Answers queries from the stores of editions, in processes that any moment may end."""

    def __init__(
        self,
        stores: Stores,
        rules: Rules,
        *,
        limits: Limits,
        workers: int,
        memory: int,
        queue: int,
        patience: float,
        spool_bytes: int,
        spool_parent: Path | None = None,
        used: Callable[[str | None], float] = lambda client: 0.0,
        reach: Reach | None = None,
        fetch: Fetch = fetch,
        twin: Callable[[Plan], dict[str, Any] | None] = lambda plan: None,
    ) -> None:
        self.limits = limits
        self.memory = memory
        self._stores = stores
        self._rules = rules
        self._twin = twin
        self._spool_bytes = spool_bytes
        self._spooled = 0
        self._spooled_by: Counter[str | None] = Counter()
        self._spool_parent = spool_parent
        self._config = WorkerConfig(memory, Path(), rules.base, dict(rules.prefixes), reach, fetch)
        self._pool = Pool(self._config, size=workers, queue=queue, patience=patience, used=used, warm=self._warm)

    async def start(self) -> None:
        """Start the workers; raises WorkerCrashed where none can."""
        if self._spool_parent is not None:
            self._spool_parent.mkdir(parents=True, exist_ok=True)
        spool = Path(tempfile.mkdtemp(prefix="answers-", dir=self._spool_parent))
        self._config = replace(self._config, spool=spool)
        self._pool.config = self._config
        try:
            await self._pool.start()
        except (OSError, WorkerDied, TimeoutError) as error:
            shutil.rmtree(spool, ignore_errors=True)
            raise errors.WorkerCrashed(problem("crash")) from error

    async def stop(self) -> None:
        """Kill the workers and remove the spool."""
        await self._pool.stop()
        if self._config.spool != Path():
            shutil.rmtree(self._config.spool, ignore_errors=True)

    def status(self) -> EngineStatus:
        """Return how the workers are doing."""
        pool = self._pool
        return EngineStatus(
            workers=pool.alive,
            busy=pool.busy,
            waiting=pool.waiting,
            isolation=cast(Isolation, pool.isolation),
            restarts=pool.restarts,
            spooled=self._spooled,
        )

    async def run(self, plan: Plan, *, limits: Limits | None = None, client: str | None = None) -> Answer:
        """Answer a prepared query; raises EngineError. Cancelled, it ends the query at once."""
        limits = limits or self.limits
        deadline = time.monotonic() + limits.seconds
        worker = await self._turn(client, plan.text, limits)
        started = time.monotonic()
        cost: float | None = None
        worked = 0.0
        try:
            reply = await self._asked(worker, self._request(plan, limits, worker.gateway, client), deadline)
            cost = reply.header["worked"]
        except TimeoutError:
            worked = time.monotonic() - started  # However busy the machine, this one is long.
            self._pool.discard(worker)
            raise errors.deadline_exceeded(limits, self.limits, time.monotonic() - started) from None
        except WorkerDied as death:
            self._pool.discard(worker)
            cost = None if worker.preempted else self.limits.seconds  # What kills is dear, however fast.
            raise self._death(worker, death, time.monotonic() - started) from None
        except BaseException:  # The client went away: nobody waits for this answer.
            worked = worker.worked()
            self._pool.discard(worker)
            raise
        finally:
            self._pool.learn(worker, worked if cost is None else cost, ended=cost is None)
        if worker.preempted:
            self._pool.discard(worker)
        else:
            self._pool.release(worker)
        if reply.header["status"] == "syntax":
            raise await self._syntax_error(plan, reply)
        return self._answer(plan, reply, limits, client)

    async def _asked(self, worker: Worker, request: dict[str, Any], deadline: float) -> Reply:
        """Return the reply to a request: by SPARQL where the twin that may answer does not."""
        reply = await worker.ask(request, deadline - time.monotonic())
        if reply.header["status"] == "columns" and not request["twin"]["tried"]:
            logger.error("a twin does not answer, SPARQL does: %s", reply.header["message"])
            reply = await worker.ask({**request, "twin": None}, deadline - time.monotonic())
        return reply

    async def _syntax_error(self, plan: Plan, reply: Reply) -> errors.QuerySyntaxError:
        explained = explain, plan.text, reply.header["message"], self._rules.prefixes
        try:
            said = await in_reader_process(len(plan.text), *explained)
        except Crowded:
            raise errors.QueueFull(errors.retry("queue", RETRY_SECONDS, limit=WAITING)) from None
        return errors.QuerySyntaxError(said, reply.header["seconds"])

    async def _turn(self, client: str | None, text: str, limits: Limits) -> Worker:
        queue = self._pool.queue
        try:
            worker = self._pool.take(client, text)
            if worker:
                return worker
            async with asyncio.timeout(limits.seconds):
                return await self._pool.acquire(client, text)
        except (PoolFull, TimeoutError):
            raise errors.QueueFull(errors.retry("queue", RETRY_SECONDS, limit=queue)) from None
        except PoolClosed:
            raise errors.WorkerCrashed(problem("crash")) from None

    def _request(self, plan: Plan, limits: Limits, gateway: Gateway | None, client: str | None) -> dict[str, Any]:
        dataset = plan.dataset
        return {
            "store": str(plan.store.path),
            "twin": self._twin(plan),
            "text": gateway.rewrite(plan.asked, plan.calls) if gateway else plan.asked,
            "union": plan.union,
            "star": plan.star,
            "variables": plan.variables,
            "default": None if dataset is None else list(dataset.default),
            "named": None if dataset is None else list(dataset.named),
            "media_type": plan.written_as,
            "answer_bytes": limits.answer_bytes,
            "spool": self._may_spool(client),
        }

    def _may_spool(self, client: str | None) -> bool:
        """Tell whether a client's large answer may go to disk; a small one never does.

        One client's slow readers leave most of the place to the others.
        """
        return self._spooled < self._spool_bytes and self._spooled_by[client] < self._spool_bytes // SPOOL_PARTS

    def _warm(self) -> dict[str, Any] | None:
        """Return the request that opens the current edition before anyone asks."""
        with contextlib.suppress(errors.EngineError):
            return {"store": str(self._stores.current().path)}
        return None

    def _death(self, worker: Worker, death: WorkerDied, seconds: float) -> errors.EngineError:
        if worker.preempted:
            return errors.Preempted(errors.retry("busy", RETRY_SECONDS), seconds)
        # Out of memory, Rust and C++ abort. A stack that overflows does too, and says so.
        aborted = death.returncode == -signal.SIGABRT and "overflowed its stack" not in death.words
        if aborted or "MemoryError" in death.words:
            limit = self.memory >> 20
            return errors.MemoryExceeded(problem("memory", limit=limit, extra={"bound": "memory"}), seconds)
        return errors.WorkerCrashed(problem("crash"), seconds)

    def _answer(self, plan: Plan, reply: Reply, limits: Limits, client: str | None) -> Answer:
        header = reply.header
        seconds: float = header["seconds"]
        match header["status"]:
            case "ok":
                return Answer(
                    media_type=plan.media_type,
                    body=self._body(reply, client),
                    edition=plan.edition,
                    seconds=seconds,
                    rows=header["rows"],
                    form=plan.form,
                )
            case "too-large":
                limit = f"{limits.answer_bytes / (1 << 20):g}"
                raise errors.AnswerTooLarge(
                    problem("answer-size", limit=limit, extra={"bound": "answer-size"}), seconds
                )
            case "unwritable":
                raise errors.NotAcceptable(not_acceptable(plan.form, but=plan.written_as), seconds)
            case "no-space":
                raise errors.SpoolFull(errors.retry("spool", RETRY_SECONDS), seconds)
            case "store":
                raise errors.StoreUnreadable(problem("store", edition=plan.edition), seconds)
            case _:
                raise errors.failure(header["message"], seconds, called_out=bool(plan.calls))

    def _body(self, reply: Reply, client: str | None) -> Body:
        if reply.file is None:
            return Body(reply.data)
        size: int = reply.header["size"]
        self._spooled += size
        self._spooled_by[client] += size

        def gone() -> None:
            self._spooled -= size
            self._spooled_by[client] -= size
            if not self._spooled_by[client]:
                del self._spooled_by[client]

        return Body(file=reply.file, size=size, gone=gone)
