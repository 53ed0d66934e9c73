"""The route `/sparql`: a request in, an answer, a description of the service or a problem document out.

Knows HTTP; how queries are judged and run is the engine's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sparql_api.computing.disconnection import ClientGone, gone, held, while_connected
from sparql_api.computing.fairuse import FairUse
from sparql_api.endpoint import openapi
from sparql_api.endpoint.answering import Answering, not_allowed
from sparql_api.endpoint.graph_store import graph_store_router
from sparql_api.endpoint.metrics import Metrics, metrics_router
from sparql_api.endpoint.problem_types import problems_router
from sparql_api.endpoint.protocol import FORM, QUERY, REPEATED, WITH_BODY, SparqlRequest, read_request
from sparql_api.endpoint.service_description import service_description
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.port import Engine
from sparql_api.formats.negotiation import format_for, media_type_for, prefers_html, written_as
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver, redirect
from sparql_api.http.figures import Figures
from sparql_api.http.kept import Front
from sparql_api.http.parameters import EDITION, ignored_header, known_names, reader, to_explain
from sparql_api.http.policies import ANSWER, LIVE, MADE, under
from sparql_api.http.query_strings import bad
from sparql_api.http.responses import options
from sparql_api.query.plan import explained
from sparql_api.settings import Settings
from sparql_api.words.problems import ProblemError, problem

Editor = Callable[[Request], Awaitable[Response]]
JSON: Final = "application/json"
OF_EDITION: Final = "/editions/{number}/sparql"
"""The endpoint over one edition, whatever is published since: a dataset of its own, with the same bounds."""
METHODS: Final = "GET, HEAD, POST, QUERY, OPTIONS"
KNOWN: Final = known_names(openapi.GET)
ACCEPT_QUERY: Final = {"Accept-Query": f"{QUERY}, {FORM}"}
"""What the method QUERY takes (draft-ietf-httpbis-safe-method-w-body)."""
READ: Final = reader(KNOWN, data=False, repeatable=KNOWN)


def sparql_router(
    engine: Engine,
    settings: Settings,
    *,
    editor: Editor | None = None,
    fair_use: FairUse | None = None,
    front: Front | None = None,
    figures: Figures | None = None,
) -> APIRouter:
    """Return the routes of the endpoint, of its graph store, `/metrics` and `/problems/…`.

    `editor` makes a browser's page; `front` is told of in the metrics, `figures` are those of all processes.
    """
    answering = Answering(engine, settings, fair_use or FairUse(0, 1))
    endpoint = Endpoint(answering, editor)
    router = APIRouter()
    # One route for each path that clients use; `/sparql/` is what the W3C's tests call. They take requests as they
    # come, of any method: what the framework does for typed parameters costs as much as a look-up.
    for path in ("/sparql", "/sparql/"):
        router.routes.append(Route(path, endpoint))
    router.routes.append(Route(OF_EDITION, endpoint))
    # Never reached: they are what OpenAPI says of the routes above.
    for method, described in (("GET", openapi.GET), ("POST", openapi.POST)):
        for path, said in (("/sparql", described), (OF_EDITION, openapi.of_edition(described))):
            router.add_api_route(path, endpoint.answer, methods=[method], response_class=Response, openapi_extra=said)
    router.include_router(graph_store_router(answering))
    router.include_router(problems_router(settings.base_iri))
    if isinstance(engine, CachedEngine):
        router.include_router(metrics_router(Metrics(engine, front), figures or Figures()))
    return router


@under(ANSWER)
class Endpoint:
    """The endpoint over one engine."""

    def __init__(self, answering: Answering, editor: Editor | None) -> None:
        self._answering = answering
        self._editor = editor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of any method (ASGI)."""
        request = Request(scope, receive)
        if request.method in ("GET", "HEAD", *WITH_BODY):
            response = await self.answer(request)
        elif request.method == "OPTIONS":
            response = options(request, METHODS)
            response.headers.update(ACCEPT_QUERY)
        else:
            raise not_allowed(request, METHODS)
        await response(scope, receive, send)

    @under(ANSWER)
    async def answer(self, request: Request) -> Response:
        """Answer GET, HEAD, POST and QUERY."""
        return await self._answering.sparing(request, self.read)

    async def read(self, request: Request) -> Response:
        """Read a request, and answer it; raises ProblemError, ClientGone."""
        if self._editor and request.method not in WITH_BODY and prefers_html(request.headers.get("accept")):
            await READ(request)
            if number := request.path_params.get("number"):
                return redirect(f"/sparql?edition={of_path(number)}", 302)
            if not any(request.query_params.get(name) for name in REPEATED) and not to_explain(request):
                await held(self._answering.fair_use, request)
                return await while_connected(request, self._editor(request))
        try:
            asked = await read_request(request, self._answering.settings.body_bytes, KNOWN)
        except ClientDisconnect:
            raise ClientGone from None
        if number := request.path_params.get("number"):
            asked = replace(asked, edition=of_path(number))
        if await gone(request):
            raise ClientGone
        if asked.query is None:
            return await self.describe(request, asked)
        plan = await self._answering.prepare(request, asked, asked.query)
        if asked.explain:
            told = {"engine": "sparql", "edition": plan.edition, **explained(plan)}
            said = ignored_header(asked.ignored)
            return deliver(request, write_json(told), JSON, policy=LIVE, headers=said, edition=plan.edition)
        return await self._answering.respond(request, asked, plan)

    async def describe(self, request: Request, asked: SparqlRequest) -> Response:
        """Say what the service is (SPARQL 1.1 Service Description)."""
        accept = request.headers.get("accept")
        if request.method in WITH_BODY:
            raise bad("query", "missing")
        found = format_for("CONSTRUCT", asked.format) if asked.format else media_type_for("CONSTRUCT", accept)
        if found is None:  # Who accepts results alone forgot the query.
            raise bad("query", "missing")
        data = service_description(
            self._answering.settings,
            str(request.url.replace(query="", fragment="")).rstrip("/"),
            edition=self._answering.engine.current_edition() if asked.edition is None else asked.edition,
            media_type=written_as("CONSTRUCT", found),
        )
        said = {**ACCEPT_QUERY, **ignored_header(asked.ignored)}
        return deliver(request, data, found, policy=MADE, headers=said)


def of_path(number: str) -> int:
    """Return the edition that an address names; raises ProblemError 404 where it is no number."""
    if not EDITION.fullmatch(number):
        raise ProblemError(problem("edition-not-found", edition=number))
    return int(number)
