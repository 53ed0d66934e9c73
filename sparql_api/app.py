"""Assembles the service: the engine, the routes of each part, errors, headers. Decides nothing itself.

Fixed routes are mounted before those of things, so that an id can never hide a page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion import Editions
from sparql_api.computing import open_computing
from sparql_api.endpoint.sparql import sparql_router
from sparql_api.engine import Engine, open_engine
from sparql_api.fairuse import FairUse
from sparql_api.health import health_router
from sparql_api.pages.documents import documents_router
from sparql_api.pages.editions import editions_router
from sparql_api.pages.editor import editor
from sparql_api.pages.entities import entities_router
from sparql_api.pages.fiches import fiches_router
from sparql_api.pages.home import home_router
from sparql_api.pages.layout import problem_page
from sparql_api.pages.questions import questions_router
from sparql_api.pages.self_description import self_description_router
from sparql_api.problems import ProblemError, install_problem_handlers
from sparql_api.service import Service
from sparql_api.settings import MEGABYTE, Settings
from sparql_api.sparing import client_of
from sparql_api.spool import Spool
from sparql_api.traces import bound_traces

Respond = Callable[[Request, Any], Response | Awaitable[Response]]
SECURITY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
    "Content-Security-Policy": "default-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
ADDED = tuple((name.lower().encode(), value.encode()) for name, value in SECURITY.items())


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """Return the service over the editions of `settings.var`; `engine` replaces the settings' own."""
    bound_traces()
    fair_use = FairUse(settings.client_seconds, settings.client_window)
    running = engine or open_engine(settings, fair_use=fair_use)
    computing = open_computing(settings, fair_use)
    spool = Spool(settings.var / "tmp", int(settings.spool_mb * MEGABYTE))
    service = Service(settings, running, Editions(settings.var), fair_use, computing, spool)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await running.start()
        try:
            yield
        finally:
            computing.stop()
            await running.stop()

    app = FastAPI(title="Observatoire IA", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.computing = computing
    app.router.redirect_slashes = False
    endpoint = sparql_router(running, settings, editor=editor(service), fair_use=fair_use)
    app.include_router(endpoint)
    for router in (
        home_router(service),
        fiches_router(service),
        questions_router(service),
        editions_router(service),
        documents_router(service),
        self_description_router(service),
        health_router(service),
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=[("sparql_api", "static")]), name="static")
    app.include_router(entities_router(service))
    install_problem_handlers(
        app,
        settings.base_iri,
        html=problem_page(service),
        failed=lambda request: fair_use.strike(client_of(fair_use, request)),
    )
    app.add_middleware(Straight, straight=plain_routes(endpoint), problem=app.exception_handlers[ProblemError])
    app.add_middleware(SecurityHeaders)
    return app


def plain_routes(router: APIRouter) -> dict[str, ASGIApp]:
    """Return {path: application} of the routes that take requests as they come."""
    return {route.path: route.app for route in router.routes if type(route) is Route}


class Straight:
    """Leads requests for some paths past everything that pages need: it costs as much as a look-up."""

    def __init__(self, app: ASGIApp, straight: Mapping[str, ASGIApp], problem: Respond) -> None:
        self.app = app
        self.straight = straight
        self.problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a problem is raised before an answer begins, and is answered as anywhere."""
        straight = self.straight.get(scope["path"]) if scope["type"] == "http" else None
        if straight is None:
            await self.app(scope, receive, send)
            return
        try:
            await straight(scope, receive, send)
        except ProblemError as error:
            request = Request(scope, receive)
            response = self.problem(request, error)
            await (await response if isawaitable(response) else response)(scope, receive, send)


class SecurityHeaders:
    """Adds to every response what keeps pages from loading anything from elsewhere, and opens data to all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers that the response lacks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in ADDED if pair[0] not in present)]
            await send(message)

        await self.app(scope, receive, with_headers)
