"""Assembles the service: the engine, the routes of each part, errors, headers. Decides nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from ingestion import Editions
from sparql_api.acts.agents import Doors
from sparql_api.acts.atelier.routes import atelier_router
from sparql_api.acts.deposits import Counter, deposits_router
from sparql_api.acts.desk import Desk
from sparql_api.acts.feed import deposits_feed_router
from sparql_api.acts.labels import labels_router
from sparql_api.acts.reviews import reviews_router
from sparql_api.assistants.route import Assistants, assistants_router
from sparql_api.computing.disconnection import client_of
from sparql_api.computing.fairuse import FairUse
from sparql_api.computing.limiter import open_computing
from sparql_api.computing.spool import FileSpool
from sparql_api.endpoint.answering import Answering
from sparql_api.endpoint.health import health_router
from sparql_api.endpoint.jobs import Jobs
from sparql_api.endpoint.jobs_routes import jobs_router
from sparql_api.endpoint.sparql import sparql_router
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.port import Engine
from sparql_api.engines import open_engine
from sparql_api.http.assets import Assets, CompiledAssets
from sparql_api.http.figures import Figures
from sparql_api.http.kept import Front
from sparql_api.http.middleware import PublicAddress, Redactions, SecurityHeaders, Straight
from sparql_api.http.problem_documents import install_problem_handlers
from sparql_api.http.traces import bound_traces
from sparql_api.pages.changes.routes import changes_router
from sparql_api.pages.charts.ahead import keep_ahead
from sparql_api.pages.charts.compare import compare_router
from sparql_api.pages.charts.routes import charts_router
from sparql_api.pages.cited.cite import cite_router
from sparql_api.pages.cited.routes import answers_router
from sparql_api.pages.common.brought import FOLDER
from sparql_api.pages.common.labels import DisplayLabels
from sparql_api.pages.common.layout import problem_page
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.twins import open_columns
from sparql_api.pages.documents import documents_router
from sparql_api.pages.dumps import dumps_router
from sparql_api.pages.duties.crawlers import crawlers_router
from sparql_api.pages.duties.notices import notices_router
from sparql_api.pages.duties.state import state_router
from sparql_api.pages.editions import editions_router
from sparql_api.pages.editor.form import editor
from sparql_api.pages.editor.terms import editor_router
from sparql_api.pages.feeds.routes import feeds_router
from sparql_api.pages.fiches.routes import fiches_router
from sparql_api.pages.home import home_router
from sparql_api.pages.maps.routes import maps_router
from sparql_api.pages.missing import missing_router
from sparql_api.pages.oai.routes import oai_router
from sparql_api.pages.ontology.routes import ontology_router
from sparql_api.pages.packages import packages_router
from sparql_api.pages.publications.routes import publications_router
from sparql_api.pages.questions.routes import questions_router
from sparql_api.pages.reconciliation.routes import reconciliation_router
from sparql_api.pages.self_description import self_description_router
from sparql_api.pages.signs.routes import signs_router
from sparql_api.pages.sql.files import MOUNT
from sparql_api.pages.sql.page import sql_router
from sparql_api.pages.tables import tables_router
from sparql_api.pages.things.routes import entities_router
from sparql_api.pages.to_fill import to_fill_router
from sparql_api.query.reader_process import end_reading
from sparql_api.settings import MEGABYTE, Settings
from sparql_api.words.problems import ProblemError

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
STATIC: Final = "/static"
PRIVATE: Final = ("/deposits", "/reviews", "/labels", "/atelier", "/jobs")
"""Where agents act, or who asks leaves something to do: nothing there is opened to the pages of other origins."""


def create_app(settings: Settings, engine: Engine | None = None, beside: Path | None = None) -> FastAPI:
    """Return the service over the editions of `settings.var`; `engine` replaces the settings' own.

    `beside` is the folder where processes that answer together leave their figures.
    """
    bound_traces()
    fair_use = FairUse(settings.client_seconds, settings.client_window)
    columns = None if engine else open_columns(settings)
    running = engine or open_engine(settings, fair_use=fair_use, columns=columns)
    computing = open_computing(settings, fair_use)
    spool = FileSpool(settings.var / "tmp", int(settings.spool_mb * MEGABYTE))
    labels = DisplayLabels(settings.base_iri, settings.editions_path)
    figures = Figures(beside)
    editions = Editions(settings.var)
    service = Service(settings, running, editions, fair_use, computing, spool, labels, figures=figures, columns=columns)
    doors, desk = Doors(service), Desk(settings.deposit_queue, settings.deposit_timeout)
    assistants, jobs = Assistants(settings), Jobs(running, settings, fair_use)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await running.start()
        leaving = asyncio.create_task(figures.keep_leaving())
        ahead = asyncio.create_task(keep_ahead(service, settings.quiet_seconds))
        quiet = asyncio.create_task(jobs.work())
        try:
            yield
        finally:
            for task in (leaving, ahead, quiet):
                task.cancel()
            computing.stop()
            await computing.end()
            await assistants.end()
            await desk.end()
            doors.close()
            await running.stop()
            await end_reading()

    app = bare_app(settings, lifespan)
    app.state.computing = computing
    app.state.front = open_front(settings, running, fair_use)
    app.router.redirect_slashes = False
    made = {"front": app.state.front, "figures": figures}
    endpoint = sparql_router(running, settings, editor=editor(service), fair_use=fair_use, **made)
    later = jobs_router(Answering(running, settings, fair_use), jobs)
    mount(app, service, endpoint, (*acts_routers(service, doors, desk), assistants_router(assistants), later))
    wrap(app, service, endpoint)
    return app


def bare_app(settings: Settings, lifespan: Lifespan) -> FastAPI:
    """Return an application without routes, that tells nobody else what is asked."""
    return FastAPI(
        title="Observatoire IA",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # A route like the others.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        servers=[{"url": settings.public_url}] if settings.public_url else None,
    )


def acts_routers(service: Service, doors: Doors, desk: Desk) -> tuple[APIRouter, ...]:
    """Return the routes by which agents act."""
    counter = Counter(service, doors, desk)
    agents = (router(service, doors) for router in (deposits_feed_router, reviews_router, labels_router))
    return (*agents, deposits_router(doors, counter), atelier_router(service, doors, counter))


def open_front(settings: Settings, engine: Engine, fair_use: FairUse) -> Front | None:
    """Return what keeps answers as they are sent; None where the settings keep none."""
    if not settings.front_mb or not isinstance(engine, CachedEngine):
        return None
    return Front(engine, fair_use, settings.editions_path, int(settings.front_mb * MEGABYTE))


def mount(app: FastAPI, service: Service, endpoint: APIRouter, acts: Iterable[APIRouter]) -> None:
    """Add the routes of each part; those of things last, so that an id can never hide a page."""
    app.include_router(endpoint)
    for router in (
        home_router(service),
        fiches_router(service),
        charts_router(service),
        compare_router(service),
        missing_router(service),
        questions_router(service),
        maps_router(service),
        publications_router(service),
        editions_router(service),
        dumps_router(service),
        changes_router(service),
        oai_router(service),
        signs_router(service),
        tables_router(service),
        sql_router(service),
        documents_router(service),
        ontology_router(service),
        packages_router(service),
        to_fill_router(service),
        self_description_router(service),
        feeds_router(service),
        answers_router(service),
        cite_router(service),
        notices_router(service),
        state_router(service),
        crawlers_router(service),
        reconciliation_router(service),
        editor_router(service),
        health_router(service),
        *acts,
    ):
        app.include_router(router)
    brought = FOLDER if FOLDER.is_dir() else None
    app.mount(f"{STATIC}/{MOUNT}", CompiledAssets(directory=FOLDER / MOUNT, check_dir=False), name="compiled")
    app.mount(STATIC, Assets(directory=brought, packages=[("sparql_api", "static")]), name="static")
    app.include_router(entities_router(service))


def wrap(app: FastAPI, service: Service, endpoint: APIRouter) -> None:
    """Add what every answer goes through: how problems are told, headers, the way past the pages' routes."""
    fair_use = service.fair_use
    install_problem_handlers(
        app,
        service.settings.base_iri,
        html=problem_page(service),
        failed=lambda request: fair_use.strike(client_of(fair_use, request)),
    )
    known = app.exception_handlers[ProblemError]
    app.add_middleware(Straight, straight=plain_routes(endpoint), problem=known, slashed=f"{STATIC}/")
    app.add_middleware(Redactions, editions=service.settings.editions_path, problem=known)
    app.add_middleware(SecurityHeaders, private=PRIVATE)
    if service.settings.public_url:
        app.add_middleware(PublicAddress, address=service.settings.public_url)


def plain_routes(router: APIRouter) -> dict[str, ASGIApp]:
    """Return {path: application} of the routes that take requests as they come."""
    return {route.path: route.app for route in router.routes if type(route) is Route and "{" not in route.path}
