"""Queries that may take longer than anyone waits: kept in a bounded line, run when nobody else asks, answered later.

Knows the engine's port, shares and a folder that all processes of the service read; not HTTP.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ingestion import redaction_of
from sparql_api.computing.fairuse import FairUse
from sparql_api.engine.port import Answer, Engine
from sparql_api.query.errors import EngineError, Preempted, QueueFull
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan
from sparql_api.settings import Settings
from sparql_api.words.problems import ProblemError, problem

LOOK: Final = 0.5
"""Seconds between two looks whether the service is quiet, or whether a job is still wanted."""
OPEN: Final = ("waiting", "running")
RECENT: Final = 600
"""Seconds since it was asked within which a job holds its place even once it is done."""
ENDED_BY: Final = (Preempted, QueueFull)
"""What happens to a job because somebody else asks: it waits for another quiet time."""


@dataclass
class WaitingJob:
    """A job of this process that has not ended."""

    name: str
    plan: Plan
    client: str


@dataclass
class Jobs:
    """The jobs of a service: a file a job, and one for its answer, under a name that does not give its id away."""

    engine: Engine
    settings: Settings
    fair_use: FairUse
    _line: list[WaitingJob] = field(default_factory=list)
    _running: tuple[str, asyncio.Task[Answer]] | None = None

    @property
    def folder(self) -> Path:
        """Where jobs are; an erasure removes it whole."""
        return self.settings.var / "jobs"

    def add(self, plan: Plan, client: str) -> str:
        """Take a query on and return its id, which nobody can guess; raises ProblemError 429, 503."""
        self.fair_use.check(client)
        known = self._making_room()
        own = sum(told["client"] == client and told["process"] == os.getpid() for told in known)
        if own >= self.settings.jobs_client:
            raise ProblemError(problem("jobs-client", limit=self.settings.jobs_client, extra={"bound": "jobs-client"}))
        if len(known) >= self.settings.jobs:
            raise ProblemError(problem("jobs", limit=self.settings.jobs, extra={"bound": "jobs"}))
        identifier = secrets.token_urlsafe(24)
        name = name_of(identifier)
        now = time.time()
        self._write(name, {
            "state": "waiting", "edition": plan.edition, "redaction": plan.store.redaction, "client": client,
            "process": os.getpid(), "media_type": plan.media_type, "asked": now,
            "until": now + self.settings.jobs_hours * 3600,
        })  # fmt: skip
        self._line.append(WaitingJob(name, plan, client))
        return identifier

    def _making_room(self) -> list[dict[str, Any]]:
        """Return the jobs that hold a place: open ones, and those so recent that whoever asked may not have come back.

        Of the others no more are kept than may hold a place, the oldest let go of first.
        """
        known, since = [*self._all()], time.time() - RECENT
        holding = [told for _, told in known if told["state"] in OPEN or told["asked"] > since]
        left = [(told["asked"], name) for name, told in known if told["state"] not in OPEN and told["asked"] <= since]
        for _, name in sorted(left)[: max(0, len(left) - self.settings.jobs + 1)]:
            self._forget(name)
        return holding

    def told(self, identifier: str) -> dict[str, Any] | None:
        """Return what is known of a job; None where there is none, or its edition was redacted since it was asked."""
        return self._read(name_of(identifier))

    def answer_file(self, identifier: str) -> Path:
        """Return the file of a job's answer, which is there once it is done."""
        return self.folder / f"{name_of(identifier)}.answer"

    def drop(self, identifier: str) -> bool:
        """End a job and forget its answer; False where there is none. In another process it ends within a second."""
        name = name_of(identifier)
        known = self._read(name) is not None
        self._forget(name)
        if self._running and self._running[0] == name:
            self._running[1].cancel()
        return known

    async def work(self) -> None:
        """Run the jobs of this process one after the other, in quiet time, for as long as the service lives."""
        while True:
            await asyncio.sleep(LOOK)
            for name, _ in self._all():
                self._read(name)  # What is past its time goes.
            job = next((job for job in self._line if self._may(job)), None)
            if job and self._quiet():
                await self._run(job)

    def _may(self, job: WaitingJob) -> bool:
        """Tell whether a job may run as far as its client's share goes: it waits for it to flow back."""
        return not self.fair_use.seconds or self.fair_use.used(job.client) < self.fair_use.seconds

    def _quiet(self) -> bool:
        status = self.engine.status()
        return status.busy == status.waiting == 0

    async def _run(self, job: WaitingJob) -> None:
        self._line.remove(job)
        if not self._mark(job.name, state="running"):
            return
        limits = Limits(self.settings.jobs_timeout, self.settings.limits().answer_bytes)
        task = asyncio.create_task(self.engine.run(job.plan, limits=limits, client=job.client))
        self._running = job.name, task
        gives_way = False
        try:
            while not (await asyncio.wait({task}, timeout=LOOK))[0]:
                gives_way = self.engine.status().waiting > 0
                if gives_way or self._read(job.name) is None:  # None: dropped by another process, or erased.
                    task.cancel()
            answer = await task
            await asyncio.to_thread(self._keep, job.name, answer)
        except ENDED_BY:
            self._again(job)
        except EngineError as error:
            self._mark(job.name, state="failed", problem={
                language: error.problem.document(language, self.settings.base_iri) for language in ("fr", "en")
            })  # fmt: skip
        except OSError:
            self._mark(job.name, state="failed")
        except asyncio.CancelledError:
            if not task.cancelled():  # The service ends.
                task.cancel()
                raise
            if gives_way:
                self._again(job)
        finally:
            self._running = None

    def _again(self, job: WaitingJob) -> None:
        """Let a job wait for another quiet time, where it is still wanted."""
        if self._mark(job.name, state="waiting"):
            self._line.append(job)

    def _keep(self, name: str, answer: Answer) -> None:
        """Write an answer beside its job, where that is still there."""
        path = self.folder / f"{name}.answer"
        with path.open("wb") as file:
            for chunk in answer.body.chunks():
                file.write(chunk)
        if not self._mark(name, state="done", rows=answer.rows, seconds=answer.seconds):
            path.unlink(missing_ok=True)

    def _all(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path in sorted(self.folder.glob("*.json")) if self.folder.is_dir() else ():
            if told := self._read(path.stem):
                yield path.stem, told

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            told: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return None
        now = redaction_of(f"{self.settings.editions_path}/{told['edition']}")
        if told["until"] < time.time() or now != told["redaction"]:
            self._forget(name)
            return None
        if told["state"] in OPEN and not Path(f"/proc/{told['process']}").exists():
            told["state"] = "lost"
        return told

    def _mark(self, name: str, **said: object) -> bool:
        """Note something of a job; False where it is there no more."""
        told = self._read(name)
        if told is not None:
            self._write(name, {**told, **said})
        return told is not None

    def _write(self, name: str, told: dict[str, Any]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.folder / f"{name}.{os.getpid()}.partial"
        partial.write_text(json.dumps(told), encoding="utf-8")
        partial.replace(self.folder / f"{name}.json")

    def _forget(self, name: str) -> None:
        self._line = [job for job in self._line if job.name != name]
        for suffix in ("json", "answer"):
            with suppress(OSError):
                (self.folder / f"{name}.{suffix}").unlink()


def name_of(identifier: str) -> str:
    """Return the name of a job's files."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:40]
