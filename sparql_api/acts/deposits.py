"""`POST /deposits` and the report of each: received, examined in a process of its own, told to whom it concerns.

A short deposit is examined before its receipt leaves; a longer one goes on after it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Forbidden, Matter, Options, Registry, require, standing
from ontologie import LANGUAGES
from sparql_api.acts.agents import Doors
from sparql_api.acts.desk import Desk, Unexamined
from sparql_api.acts.examining import NOTHING, Sent, examine_sent
from sparql_api.acts.openapi import DEPOSIT, REPORT
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.bodies import FORM, JSON, media_type, read_body, unsupported, uploaded
from sparql_api.http.delivery import deliver
from sparql_api.http.parameters import yes_or_no
from sparql_api.http.policies import ACT
from sparql_api.http.routing import get, post
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import Problem, ProblemError, problem
from sparql_api.words.texts import text_of

PATIENCE: Final = 2.0
"""Seconds for which a receipt waits for the report."""
UPLOAD_SECONDS: Final = 60.0
LONGEST_NAME: Final = 100
MEGABYTE: Final = 1_000_000
REJECTS: Final = ("rejects", "rejects_form")
"""What a report keeps of the refused rows, for the page where they are taken back."""
Begin = Callable[[bytes, Options, bool, bool], Awaitable[tuple[int, bool]]]
logger: Final = logging.getLogger("observatoire")
_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f]")


def deposits_router(doors: Doors, counter: Counter) -> APIRouter:
    """Return the routes of deposits."""
    router = APIRouter(tags=["deposits"])

    @post(router, "/deposits", policy=ACT, status_code=202, **DEPOSIT)
    async def deposit(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        return await counter.take(request, agent)

    @get(router, "/deposits/{number}", policy=ACT, **REPORT)
    async def report(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        return await counter.report(request, agent)

    return router


@dataclass(frozen=True)
class Counter:
    """Takes deposits and gives their reports."""

    service: Service
    doors: Doors
    desk: Desk
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, request: Request, agent: Agent) -> Response:
        """Receive a deposit; raises ProblemError."""
        options, national = _options(request, self.service), yes_or_no(request, "national")
        strict, dry_run = yes_or_no(request, "strict"), yes_or_no(request, "dry_run")
        async with self.place(request, agent, national) as begin:
            name, data = await self._body(request)
            options |= {"called": name, "national": national}

            async def received() -> Response:
                number, done = await begin(data, Options(**options), strict, dry_run)
                return _receipt(request, number, "done" if done else "waiting")

            return await self.service.computing.answer(request, received)

    @asynccontextmanager
    async def place(self, request: Request, agent: Agent, national: bool = False) -> AsyncIterator[Begin]:
        """Hold a place at the desk for a deposit that is being read, and give what has it examined.

        That returns its number, and whether its report is ready. Raises ProblemError where an agent may deposit
        nothing, or too many are held.
        """
        await self.doors.run(request, _may_deposit, agent, national)
        self.desk.enter(agent.name)
        begun: list[asyncio.Task[None]] = []

        async def begin(data: bytes, options: Options, strict: bool, dry_run: bool) -> tuple[int, bool]:
            number = await self.doors.run(request, lambda registry: registry.received.note(agent))
            sent = Sent(number, agent.name, data, options, strict, dry_run)
            task = asyncio.create_task(self._examine(sent, self.service.computing.client(request)))
            begun.append(task)
            self.under_way.add(task)
            task.add_done_callback(lambda ended: self._ended(ended, agent.name))
            await asyncio.wait({task}, timeout=PATIENCE)
            return number, task.done()

        try:
            yield begin
        finally:
            if not begun:
                self.desk.leave(agent.name)

    async def _body(self, request: Request) -> tuple[str, bytes]:
        kind = media_type(request)
        if kind not in (FORM, *JSON):
            raise unsupported(request, (FORM, *JSON))
        if kind != FORM:
            return "document.json", await self._read(request)
        (name, data), _ = await self.form(request)
        return file_name(name), data

    async def form(self, request: Request) -> tuple[tuple[str, bytes], dict[str, str]]:
        """Return (name, bytes) of the one file of a form, and its fields; raises ProblemError."""
        return await asyncio.to_thread(uploaded, request, await self._read(request))

    async def _read(self, request: Request) -> bytes:
        """Return the body of a deposit; raises ProblemError where it is too long or too late."""
        most = self.service.settings.deposit_max_mb
        over = Problem("deposit-too-large", {"limit": f"{most:g}"}, {"bound": "deposit"}, {"Connection": "close"})
        return await read_body(request, int(most * MEGABYTE), over, UPLOAD_SECONDS)

    def _ended(self, task: asyncio.Task[None], agent: str) -> None:
        self.under_way.discard(task)
        self.desk.leave(agent)

    async def _examine(self, sent: Sent, client: str) -> None:
        """Have a deposit examined; what ends it before its report is in its report."""
        try:
            spent = await self.desk.call(sent.agent, examine_sent, self.service.settings, sent)
            self.service.fair_use.charge(client, spent)
        except Exception as error:
            self.service.fair_use.charge(client, error.seconds if isinstance(error, Unexamined) else 0)
            # Its words may be those of a deposit (law 7).
            if not isinstance(error, Unexamined):
                logger.error("a deposit ended with %s", type(error).__name__)
            await asyncio.to_thread(self.doors.apart, _failed, sent.number)

    async def report(self, request: Request, agent: Agent) -> Response:
        """Return the report of a deposit to who may read it; raises ProblemError."""
        said = await self.found(request, agent)
        if said["state"] == "waiting":
            return _receipt(request, said["deposit"], "waiting")
        shown = {name: value for name, value in said.items() if name not in REJECTS}
        return deliver(request, write_json(shown), "application/json")

    async def found(self, request: Request, agent: Agent) -> dict[str, Any]:
        """Return the report of the deposit that an address names, in its language; raises ProblemError."""
        text = request.path_params["number"]
        if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
            raise ProblemError(problem("not-found", path=request.url.path))
        return await self.told(request, agent, int(text))

    async def told(self, request: Request, agent: Agent, number: int) -> dict[str, Any]:
        """Return the report of a deposit by its number; raises ProblemError."""
        found = await self.doors.run(request, lambda registry: registry.received.get(number, agent))
        said = {"deposit": found.number, "state": found.state, "at": found.at}
        if found.state == "waiting":
            lost = {"state": "failed", **_interrupted()[language(request)]}
            return said if found.at >= self._lost() else {**said, **lost}
        if found.report is None:
            raise ProblemError(problem("report-gone", number=found.number))
        return {**said, **found.report[language(request)]}

    def _lost(self) -> str:
        """Return the moment before which a deposit that still waits was lost with its process."""
        settings = self.service.settings
        longest = settings.deposit_timeout * (settings.deposit_queue + 1)
        return (datetime.now(UTC) - timedelta(seconds=longest)).strftime("%Y-%m-%dT%H:%M:%SZ")


def file_name(text: str) -> str:
    """Return the name of a file that a client gave, without folders and what moves a terminal."""
    return _NO_NAME.sub("", re.split(r"[/\\]", text)[-1])[:LONGEST_NAME].strip(". ") or "depot"


def _options(request: Request, service: Service) -> dict[str, Any]:
    asked = request.query_params
    return {
        "kind": asked.get("type") or "projet", "academie": asked.get("academie") or None,
        "sheet": asked.get("sheet") or None, "accept_mapping": yes_or_no(request, "accept_mapping"),
        "base": service.settings.base_iri, "memory": service.settings.var,
    }  # fmt: skip


def _may_deposit(registry: Registry, agent: Agent, national: bool) -> None:
    """Raise Forbidden where an agent may deposit nothing, or no national deposit; each document is decided on later."""
    acting = registry.accounts.known(agent.name)
    if why := standing(acting, "deposit"):
        raise Forbidden(why, acting, "deposit")
    if national:
        require(acting, "deposit", Matter("projet"))


def _failed(registry: Registry, number: int) -> None:
    registry.received.end(number, "failed", _interrupted())


def _interrupted() -> dict[str, dict[str, Any]]:
    said = text_of("deposit-interrupted")
    return {lang: {"summary": NOTHING, "entries": [], "reason": said.get(lang)} for lang in LANGUAGES}


def _receipt(request: Request, number: int, state: str) -> Response:
    address = f"/deposits/{number}"
    said = write_json({"deposit": number, "state": state, "report": address})
    headers = {**ACT.headers(), "Location": address} | ({"Retry-After": "1"} if state == "waiting" else {})
    return Response(said, 202, headers, "application/json")
