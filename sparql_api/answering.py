"""Answers a read of the data over HTTP: judged, paid for, run while the client is there, sent whole.

Knows HTTP and the engine's port; not what a request looks like. `/sparql` and the graph store read through it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from fastapi import Request, Response

from sparql_api.engine.plan import Plan
from sparql_api.engine.port import Answer, Engine
from sparql_api.fairuse import FairUse
from sparql_api.problems import CORS, Problem, ProblemError
from sparql_api.protocol import SparqlRequest
from sparql_api.responses import answer_response, cache_headers, entity_tag, not_modified
from sparql_api.settings import Settings

T = TypeVar("T")
CLIENT_CLOSED_REQUEST: Final = 499
LONG: Final = 16 << 10


@dataclass(frozen=True)
class Answering:
    """One engine, with the limits and the shares under which the public asks it."""

    engine: Engine
    settings: Settings
    fair_use: FairUse

    async def prepare(self, request: Request, asked: SparqlRequest, text: str) -> Plan:
        """Judge a query; raises EngineError."""
        prepare = partial(
            self.engine.prepare,
            text,
            dataset=asked.dataset,
            accept=request.headers.get("accept"),
            format=asked.format,
            edition=asked.edition,
        )
        # To judge a long text takes a while: not in the thread that answers everyone.
        return await asyncio.to_thread(prepare) if len(text) > LONG else prepare()

    async def run(self, request: Request, asked: SparqlRequest, plan: Plan) -> Answer:
        """Return the answer to a plan; raises EngineError, and ClientGone once nobody waits for it."""
        client = self._client(request)
        self.fair_use.check(client)
        limits = self.settings.limits().shortened(asked.timeout)
        return await while_connected(request, self.engine.run(plan, limits=limits, client=client))

    async def respond(self, request: Request, asked: SparqlRequest, plan: Plan) -> Response:
        """Return the response to a plan, 304 where the client has it; raises EngineError."""
        key = None if plan.volatile else plan.key
        pinned = asked.edition is not None
        if key and not_modified(request, entity_tag(key)):
            headers = {**cache_headers(key, plan.edition, pinned=pinned), **CORS}
            return Response(None, 304, {**headers, "Vary": "Accept, Accept-Encoding"})
        try:
            answer = await self.run(request, asked, plan)
        except ClientGone:
            return gone()
        seconds = self.settings.limits().shortened(asked.timeout).seconds
        return answer_response(
            request,
            answer,
            key=key,
            pinned=pinned,
            headers={**self.fair_use.headers(self._client(request)), "Observatoire-Timeout": f"{seconds:g}"},
            filename=asked.download,
            compress=self.settings.compress,
        )

    def _client(self, request: Request) -> str:
        return self.fair_use.key(request.client.host if request.client else "")


class ClientGone(Exception):
    """The client closed the connection before its answer."""


def gone() -> Response:
    """Return the response to a client that is gone: for the log, nobody reads it."""
    return Response(None, CLIENT_CLOSED_REQUEST)


def not_allowed(request: Request, methods: str) -> ProblemError:
    """Return the error for a method that an address does not know (405)."""
    return ProblemError(Problem("method", {"method": request.method, "allowed": methods}, headers={"Allow": methods}))


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """Await some work as long as the client is there; gone, the work is cancelled."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone
        return task.result()
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
