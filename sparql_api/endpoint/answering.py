"""Answers a read of the data over HTTP: judged, paid for, run while the client is there, sent whole.

Knows HTTP and the engine's port; not what a request looks like. `/sparql` and the graph store read through it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response

from sparql_api.computing.disconnection import client_of, held, sparing, while_connected
from sparql_api.computing.fairuse import FairUse
from sparql_api.endpoint.protocol import SparqlRequest
from sparql_api.engine.port import Answer, Engine
from sparql_api.http.kept import offer
from sparql_api.http.parameters import ignored_header
from sparql_api.http.responses import answer_response, unchanged_response
from sparql_api.query.plan import Plan
from sparql_api.query.reader_process import LONG
from sparql_api.settings import Settings
from sparql_api.words.problems import Problem, ProblemError
from sparql_api.words.texts import Text

PLAIN: Final = " :;,?()/#'"
"""Characters of a hint that need no percent sign in a header; what a name may hold besides is written with one."""


@dataclass(frozen=True)
class Answering:
    """One engine, with the limits and the shares under which the public asks it."""

    engine: Engine
    settings: Settings
    fair_use: FairUse

    async def sparing(self, request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        """Answer a request; what costs and comes to nothing is remembered of its client. Raises ProblemError."""
        long = int(request.headers.get("content-length", 0)) > LONG  # The server refuses what is no number.
        return await sparing(self.fair_use, request, lambda: answer(request), dear=long)

    async def prepare(self, request: Request, asked: SparqlRequest, text: str) -> Plan:
        """Judge a query, once its client was held as long as it has to; raises EngineError, ClientGone."""
        # Before anything is done for it: who is held costs no more than a connection.
        await held(self.fair_use, request)
        judged = self.engine.prepare(
            text,
            dataset=asked.dataset,
            accept="*/*" if asked.explain else request.headers.get("accept"),
            format=asked.format,
            edition=asked.edition,
        )
        return await while_connected(request, judged) if len(text) > LONG else await judged

    async def run(self, request: Request, asked: SparqlRequest, plan: Plan) -> Answer:
        """Return the answer to a plan; raises EngineError, and ClientGone once nobody waits for it."""
        client = self._client(request)
        self.fair_use.check(client)
        limits = self.settings.limits().shortened(asked.timeout)
        return await while_connected(request, self.engine.run(plan, limits=limits, client=client))

    async def respond(self, request: Request, asked: SparqlRequest, plan: Plan) -> Response:
        """Return the response to a plan, 304 where the client has it; raises EngineError, ClientGone."""
        key = None if plan.volatile else plan.key
        pinned = asked.edition is not None
        said = ignored_header(asked.ignored) | hint_header(plan.hints)
        if unchanged := unchanged_response(request, key, plan.edition, pinned=pinned, headers=said):
            offer(request, plan.edition)
            return unchanged
        answer = await self.run(request, asked, plan)
        if key is not None:
            offer(request, plan.edition, plan)
        seconds = self.settings.limits().shortened(asked.timeout).seconds
        return answer_response(
            request,
            answer,
            key=key,
            pinned=pinned,
            headers={**said, **self.fair_use.headers(self._client(request)), "Observatoire-Timeout": f"{seconds:g}"},
            filename=asked.download,
            compress=self.settings.compress,
        )

    def _client(self, request: Request) -> str:
        return client_of(self.fair_use, request)


def hint_header(hints: Sequence[Text]) -> dict[str, str]:
    """Return the header that says what a query may have meant, in English: a header is ASCII."""
    said = " | ".join(quote(hint.en, safe=PLAIN) for hint in hints)
    return {"Observatoire-Hint": said} if said else {}


def not_allowed(request: Request, methods: str) -> ProblemError:
    """Return the error for a method that an address does not know (405)."""
    return ProblemError(Problem("method", {"method": request.method, "allowed": methods}, headers={"Allow": methods}))
