"""The route `/sparql`: a request in, an answer, a description of the service or a problem document out.

Knows HTTP; how queries are judged and run is the engine's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from sparql_api import sparql_openapi
from sparql_api.answering import Answering, ClientGone, not_allowed
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.port import Engine
from sparql_api.fairuse import FairUse
from sparql_api.graph_store import graph_store_router
from sparql_api.metrics import Metrics, metrics_router
from sparql_api.negotiation import format_for, media_type_for, prefers_html, written_as
from sparql_api.problems import CORS, problems_router
from sparql_api.protocol import SparqlRequest, bad, read_request
from sparql_api.responses import compressed, options
from sparql_api.service_description import service_description
from sparql_api.settings import Settings

Editor = Callable[[Request], Awaitable[Response]]
METHODS: Final = "GET, HEAD, POST, OPTIONS"
OTHER_METHODS: Final = ["PUT", "DELETE", "PATCH", "TRACE"]


def sparql_router(
    engine: Engine,
    settings: Settings,
    *,
    editor: Editor | None = None,
    fair_use: FairUse | None = None,
) -> APIRouter:
    """Return the routes of the endpoint, of its graph store, `/metrics` and `/problems/…`.

    `editor` makes a browser's page.
    """
    answering = Answering(engine, settings, fair_use or FairUse(0, 1))
    endpoint = Endpoint(answering, editor)
    router = APIRouter()
    # One route for each path that clients use; `/sparql/` is what the W3C's tests call.
    for path in ("/sparql", "/sparql/"):
        shown = path == "/sparql"
        for method, described in (("GET", sparql_openapi.GET), ("POST", sparql_openapi.POST)):
            router.add_api_route(
                path,
                endpoint.answer,
                methods=[method],
                include_in_schema=shown,
                response_class=Response,
                openapi_extra=described,
            )
        router.add_api_route(path, endpoint.answer, methods=["HEAD"], include_in_schema=False)
        router.add_api_route(path, endpoint.options, methods=["OPTIONS"], include_in_schema=False)
        router.add_api_route(path, endpoint.refuse, methods=OTHER_METHODS, include_in_schema=False)
    router.include_router(graph_store_router(answering))
    router.include_router(problems_router(settings.base_iri))
    if isinstance(engine, CachedEngine):
        router.include_router(metrics_router(Metrics(engine)))
    return router


class Endpoint:
    """The endpoint over one engine."""

    def __init__(self, answering: Answering, editor: Editor | None) -> None:
        self._answering = answering
        self._editor = editor

    async def answer(self, request: Request) -> Response:
        """Answer GET, HEAD and POST."""
        return await self._answering.sparing(request, self.read)

    async def read(self, request: Request) -> Response:
        """Read a request, and answer it; raises ProblemError, ClientGone."""
        accept = request.headers.get("accept")
        read_only = request.method in ("GET", "HEAD")
        if self._editor and read_only and "format" not in request.query_params and prefers_html(accept):
            return await self._editor(request)
        try:
            asked = await read_request(request, self._answering.settings.body_bytes)
        except ClientDisconnect:
            raise ClientGone from None
        if await request.is_disconnected():
            raise ClientGone
        if asked.query is None:
            return await self.describe(request, asked)
        plan = await self._answering.prepare(request, asked, asked.query)
        return await self._answering.respond(request, asked, plan)

    async def describe(self, request: Request, asked: SparqlRequest) -> Response:
        """Say what the service is (SPARQL 1.1 Service Description)."""
        accept = request.headers.get("accept")
        if request.method == "POST":
            raise bad("query", fr="manque", en="is missing")
        found = format_for("CONSTRUCT", asked.format) if asked.format else media_type_for("CONSTRUCT", accept)
        if found is None:  # Who accepts results alone forgot the query.
            raise bad("query", fr="manque", en="is missing")
        data = service_description(
            self._answering.settings,
            str(request.url.replace(query="", fragment="")).rstrip("/"),
            edition=self._answering.engine.current_edition(),
            media_type=written_as("CONSTRUCT", found),
        )
        data, headers = compressed(data, request)
        return Response(data, 200, {**CORS, "Cache-Control": "public, max-age=300", **headers}, found)

    async def options(self, request: Request) -> Response:
        """Answer OPTIONS."""
        return options(request, METHODS)

    async def refuse(self, request: Request) -> Response:
        """Refuse any other method."""
        raise not_allowed(request, METHODS)
