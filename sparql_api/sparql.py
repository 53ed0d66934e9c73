"""The route `/sparql`: a request in, an answer, a description of the service or a problem document out.

Knows HTTP; how queries are judged and run is the engine's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from fastapi import APIRouter, Request, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sparql_api import sparql_openapi
from sparql_api.engine.cached import CachedEngine
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
LONG: Final = 16 << 10
UNWATCHED: Final = 0.02
"""Seconds that a query may take before anyone looks whether its client is still there."""


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
    # One route for each path that clients use; `/sparql/` is what the W3C's tests call. They take requests as they
    # come, of any method: what the framework does for typed parameters costs as much as a look-up.
    for path in ("/sparql", "/sparql/"):
        router.routes.append(Route(path, endpoint))
    # Never reached: they are what OpenAPI says of the routes above.
    for method, described in (("GET", sparql_openapi.GET), ("POST", sparql_openapi.POST)):
        router.add_api_route("/sparql", endpoint.answer, methods=[method], openapi_extra=described)
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
        # A form of the longest query, each byte of it escaped.
        self._body_bytes = (settings.query_max_kb << 10) * 3 + (64 << 10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of any method (ASGI)."""
        request = Request(scope, receive)
        if request.method in ("GET", "HEAD", "POST"):
            response = await self.answer(request)
        elif request.method == "OPTIONS":
            response = self.options(request)
        else:
            allowed = {"method": request.method, "allowed": METHODS}
            raise ProblemError(Problem("method", allowed, headers={"Allow": METHODS}))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Answer GET, HEAD and POST."""
        reads = request.method != "POST"
        by_hand = reads and self._editor is not None and prefers_html(request.headers.get("accept"))
        if by_hand and self._editor and "format" not in request.query_params:
            return await self._editor(request)
        asked = await read_request(request, self._body_bytes)
        if asked.query is None:
            return await self.describe(request, asked)
        return await self.run(request, asked, asked.query)

    async def run(self, request: Request, asked: SparqlRequest, text: str) -> Response:
        """Answer a query."""
        prepare = partial(
            self._engine.prepare,
            text,
            dataset=asked.dataset,
            accept=request.headers.get("accept"),
            format=asked.format,
            edition=asked.edition,
        )
        # To judge a long text takes a while: not in the thread that answers everyone.
        plan = await asyncio.to_thread(prepare) if len(text) > LONG else prepare()
        client = self._fair_use.key(request.client.host if request.client else "")
        key = None if plan.volatile else plan.key
        pinned = asked.edition is not None
        if key and not_modified(request, entity_tag(key)):
            headers = {**cache_headers(key, plan.edition, pinned=pinned), **CORS}
            return Response(None, 304, {**headers, "Vary": "Accept, Accept-Encoding"})
        self._fair_use.check(client)
        limits = self._settings.limits().shortened(asked.timeout)
        try:
            answer = await while_connected(request, self._engine.run(plan, limits=limits, client=client))
        except ClientGone:
            return Response(None, CLIENT_CLOSED_REQUEST)  # For the log: nobody reads it.
        return answer_response(
            request,
            answer,
            key=key,
            pinned=pinned,
            headers={**self._fair_use.headers(client), "Observatoire-Timeout": f"{limits.seconds:g}"},
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

    def options(self, request: Request) -> Response:
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


class ClientGone(Exception):
    """The client closed the connection before its answer."""


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """Await some work as long as the client is there; raises ClientGone, the work cancelled, where it leaves."""
    task = asyncio.current_task()
    assert task is not None
    watch = _Watch(request, task)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.gone and task.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels a task when the client closes the connection; for the first moments nobody looks."""

    def __init__(self, request: Request, task: asyncio.Task[object]) -> None:
        self.gone = False
        self._request = request
        self._task = task
        self._looking: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(UNWATCHED, self._begin)

    def end(self) -> None:
        self._timer.cancel()
        if self._looking:
            self._looking.cancel()

    def _begin(self) -> None:
        self._looking = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._task.cancel()
