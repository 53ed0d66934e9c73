"""The route `/sparql`: a request in, an answer, a description of the service or a problem document out.

Knows HTTP; how queries are judged and run is the engine's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from sparql_api import sparql_openapi
from sparql_api.aside import LONG
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.plan import Plan
from sparql_api.engine.port import Engine
from sparql_api.fairuse import FairUse
from sparql_api.metrics import Metrics, metrics_router
from sparql_api.negotiation import format_for, media_type_for, prefers_html, written_as
from sparql_api.problems import CORS, Problem, ProblemError, problems_router
from sparql_api.protocol import SparqlRequest, bad, read_request
from sparql_api.responses import answer_response, cache_headers, compressed, entity_tag, not_modified
from sparql_api.service_description import service_description
from sparql_api.settings import Settings

Editor = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")
METHODS: Final = "GET, HEAD, POST, OPTIONS"
CLIENT_CLOSED_REQUEST: Final = 499
FAILED: Final = (408, 413, 429, 500, 503, 504)
"""Statuses of requests that cost something and came to nothing: many of them slow a client down."""
OTHER_METHODS: Final = ["PUT", "DELETE", "PATCH", "TRACE"]


def sparql_router(
    engine: Engine,
    settings: Settings,
    *,
    editor: Editor | None = None,
    fair_use: FairUse | None = None,
) -> APIRouter:
    """Return the routes of the endpoint, `/metrics` and `/problems/…`; `editor` makes a browser's page."""
    endpoint = Endpoint(engine, settings, editor, fair_use or FairUse(0, 1))
    router = APIRouter()
    # One route for each path that clients use; `/sparql/` is what the W3C's tests call.
    for path in ("/sparql", "/sparql/"):
        shown = path == "/sparql"
        for method, described in (("GET", sparql_openapi.GET), ("POST", sparql_openapi.POST)):
            router.add_api_route(
                path, endpoint.answer, methods=[method], include_in_schema=shown, openapi_extra=described
            )
        router.add_api_route(path, endpoint.answer, methods=["HEAD"], include_in_schema=False)
        router.add_api_route(path, endpoint.options, methods=["OPTIONS"], include_in_schema=False)
        router.add_api_route(path, endpoint.refuse, methods=OTHER_METHODS, include_in_schema=False)
    router.include_router(problems_router(settings.base_iri))
    if isinstance(engine, CachedEngine):
        router.include_router(metrics_router(Metrics(engine)))
    return router


class Endpoint:
    """The endpoint over one engine."""

    def __init__(self, engine: Engine, settings: Settings, editor: Editor | None, fair_use: FairUse) -> None:
        self._engine = engine
        self._settings = settings
        self._editor = editor
        self._fair_use = fair_use

    async def answer(self, request: Request) -> Response:
        """Answer GET, HEAD and POST."""
        client = self._fair_use.key(request.client.host if request.client else "")
        try:
            return await self.read(request, client)
        except ProblemError as error:
            long = int(request.headers.get("content-length", 0)) > LONG  # The server refuses what is no number.
            if error.problem.status in FAILED or long:
                self._fair_use.strike(client)
            raise
        except ClientGone:
            self._fair_use.strike(client)
            return Response(None, CLIENT_CLOSED_REQUEST)  # For the log: nobody reads it.

    async def read(self, request: Request, client: str) -> Response:
        """Read a request, and answer it; raises ProblemError, ClientGone."""
        accept = request.headers.get("accept")
        read_only = request.method in ("GET", "HEAD")
        if self._editor and read_only and "format" not in request.query_params and prefers_html(accept):
            return await self._editor(request)
        try:
            asked = await read_request(request, self._settings.body_bytes)
        except ClientDisconnect:
            raise ClientGone from None
        if await request.is_disconnected():
            raise ClientGone
        if asked.query is None:
            return await self.describe(request, asked)
        # Before anything is done for it: who is held costs no more than a connection.
        if hold := self._fair_use.hold(client):
            await while_connected(request, asyncio.sleep(hold))
        return await self.run(request, asked, asked.query, client)

    async def run(self, request: Request, asked: SparqlRequest, text: str, client: str) -> Response:
        """Answer a query."""
        judged = self._engine.prepare(
            text,
            dataset=asked.dataset,
            accept=request.headers.get("accept"),
            format=asked.format,
            edition=asked.edition,
        )
        plan = await while_connected(request, judged) if len(text) > LONG else await judged
        key = None if plan.volatile else plan.key
        pinned = asked.edition is not None
        if key and not_modified(request, entity_tag(key)):
            headers = {**cache_headers(key, plan.edition, pinned=pinned), **CORS}
            return Response(None, 304, {**headers, "Vary": "Accept, Accept-Encoding"})
        self._fair_use.check(client)
        limits = self._settings.limits().shortened(asked.timeout)
        answer = await while_connected(request, self._engine.run(plan, limits=limits, client=client))
        return answer_response(
            request,
            answer,
            key=key,
            pinned=pinned,
            headers={**self._fair_use.headers(client), **self._bounds(plan, limits.seconds)},
            filename=asked.download,
            compress=self._settings.compress,
        )

    async def describe(self, request: Request, asked: SparqlRequest) -> Response:
        """Say what the service is (SPARQL 1.1 Service Description)."""
        accept = request.headers.get("accept")
        if request.method == "POST":
            raise bad("query", fr="manque", en="is missing")
        found = format_for("CONSTRUCT", asked.format) if asked.format else media_type_for("CONSTRUCT", accept)
        if found is None:  # Who accepts results alone forgot the query.
            raise bad("query", fr="manque", en="is missing")
        data = service_description(
            self._settings,
            str(request.url.replace(query="", fragment="")).rstrip("/"),
            edition=self._engine.current_edition(),
            media_type=written_as("CONSTRUCT", found),
        )
        data, headers = compressed(data, request)
        return Response(data, 200, {**CORS, "Cache-Control": "public, max-age=300", **headers}, found)

    async def options(self, request: Request) -> Response:
        """Answer OPTIONS, and what browsers ask before a request from another origin."""
        headers = {
            "Allow": METHODS,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
            "Access-Control-Max-Age": "86400",
            "Vary": "Access-Control-Request-Headers",
            **CORS,
        }
        return Response(None, 204, headers)

    async def refuse(self, request: Request) -> Response:
        """Refuse any other method."""
        raise ProblemError(
            Problem("method", {"method": request.method, "allowed": METHODS}, headers={"Allow": METHODS})
        )

    def _bounds(self, plan: Plan, seconds: float) -> dict[str, str]:
        return {"Observatoire-Timeout": f"{seconds:g}"}


class ClientGone(Exception):
    """The client closed the connection before its answer."""


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """Await some work as long as the client is there; gone, the work is cancelled. Raises ClientGone."""
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
