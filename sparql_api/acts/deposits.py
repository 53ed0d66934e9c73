"""`POST /deposits` and the report of each: received, examined in a process of its own, told to whom it concerns.

A short deposit is examined before its receipt leaves; a longer one goes on after it.
"""

from __future__ import annotations

import asyncio
import logging
import re
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
logger: Final = logging.getLogger("observatoire")
_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f]")


def deposits_router(service: Service, doors: Doors, desk: Desk) -> APIRouter:
    """Return the routes of deposits."""
    router = APIRouter(tags=["deposits"])
    counter = _Counter(service, doors, desk)

    @post(router, "/deposits", policy=ACT, status_code=202, **DEPOSIT)
    async def deposit(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        return await counter.take(request, agent)

    @get(router, "/deposits/{number}", policy=ACT, **REPORT)
    async def report(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        return await counter.report(request, agent)

    return router


@dataclass(frozen=True)
class _Counter:
    """Takes deposits and gives their reports."""

    service: Service
    doors: Doors
    desk: Desk
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, request: Request, agent: Agent) -> Response:
        """Receive a deposit; raises ProblemError."""
        options, national = _options(request, self.service), yes_or_no(request, "national")
        await self.doors.run(request, _may_deposit, agent, national)
        self.desk.enter(agent.name)
        begun: list[asyncio.Task[None]] = []
        try:
            name, data = await self._body(request)
            options |= {"called": name, "national": national}
            return await self.service.computing.answer(
                request, lambda: self._received(request, agent, data, options, begun)
            )
        finally:
            if not begun:
                self.desk.leave(agent.name)

    async def _body(self, request: Request) -> tuple[str, bytes]:
        most = self.service.settings.deposit_max_mb
        over = Problem("deposit-too-large", {"limit": f"{most:g}"}, {"bound": "deposit"}, {"Connection": "close"})
        kind = media_type(request)
        if kind not in (FORM, *JSON):
            raise unsupported(request, (FORM, *JSON))
        body = await read_body(request, int(most * MEGABYTE), over, UPLOAD_SECONDS)
        if kind != FORM:
            return "document.json", body
        name, data = await asyncio.to_thread(uploaded, request, body)
        return file_name(name), data

    async def _received(
        self, request: Request, agent: Agent, data: bytes, options: dict[str, Any], begun: list[asyncio.Task[None]]
    ) -> Response:
        number = await self.doors.run(request, lambda registry: registry.received.note(agent))
        strict, dry_run = yes_or_no(request, "strict"), yes_or_no(request, "dry_run")
        sent = Sent(number, agent.name, data, Options(**options), strict, dry_run)
        task = asyncio.create_task(self._examine(sent, self.service.computing.client(request)))
        begun.append(task)
        self.under_way.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, agent.name))
        await asyncio.wait({task}, timeout=PATIENCE)
        return _receipt(request, number, "done" if task.done() else "waiting")

    def _ended(self, task: asyncio.Task[None], agent: str) -> None:
        self.under_way.discard(task)
        self.desk.leave(agent)

    async def _examine(self, sent: Sent, client: str) -> None:
        """Have a deposit examined; what ends it before its report is in its report."""
        try:
            spent = await self.desk.call(examine_sent, self.service.settings, sent)
            self.service.fair_use.charge(client, spent)
        except Exception as error:
            # Its words may be those of a deposit (law 7).
            if not isinstance(error, Unexamined):
                logger.error("a deposit ended with %s", type(error).__name__)
            await asyncio.to_thread(self.doors.apart, _failed, sent.number)

    async def report(self, request: Request, agent: Agent) -> Response:
        """Return the report of a deposit to who may read it; raises ProblemError."""
        text = request.path_params["number"]
        if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
            raise ProblemError(problem("not-found", path=request.url.path))
        found = await self.doors.run(request, lambda registry: registry.received.get(int(text), agent))
        said = {"deposit": found.number, "state": found.state, "at": found.at}
        if found.state == "waiting":
            if found.at >= self._lost():
                return _receipt(request, found.number, "waiting")
            report: Any = _interrupted()[language(request)]
            said["state"] = "failed"
        elif found.report is None:
            raise ProblemError(problem("report-gone", number=found.number))
        else:
            report = found.report[language(request)]
        return deliver(request, write_json({**said, **report}), "application/json")

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
