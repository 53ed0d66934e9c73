"""Law 4: an answer is complete, or it is an error before its first byte. Never a cut body with status 200.

Cut-offs are injected wherever an answer can be lost: at any byte of its serialisation, at any moment of its
computation, by the death of the worker. What comes with status 200 must be the reference's bytes.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparql_api.endpoint.sparql import sparql_router
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.port import Answer
from sparql_api.engine.workers.process import INLINE
from sparql_api.engines import open_engine
from sparql_api.formats.negotiation import GRAPH_ALIASES, GRAPHS, TABLE_ALIASES, TABLES
from sparql_api.http.problem_documents import install_problem_handlers
from sparql_api.query.errors import EngineError
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan
from sparql_api.query.stores import SingleStore
from sparql_api.settings import Settings
from tests import patient
from tests.laws.lengths import examples
from tests.sparql_api.endpoint.live import serve, small_quads, worker_pids, write_store

# One index is read in its order, so that two evaluations give the same bytes (checked below).
ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 200"
TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { { SELECT * { ?s ?p ?o } LIMIT 200 } }"
YES = "ASK { ?s ?p ?o }"
DESCRIBED = "DESCRIBE <http://example.org/thing/7>"
SMALL = [
    *((query, m) for query in (ROWS, YES) for m in (*TABLES.values(), *TABLE_ALIASES)),
    *((query, m) for query in (TRIPLES, DESCRIBED) for m in (*GRAPHS.values(), *GRAPH_ALIASES)),
]
# Over what a worker sends in one message: these go by a file, and their coding is made as they are sent.
LARGE = [
    *((ROWS.replace("200", "4000"), m) for m in TABLES.values()),
    *((TRIPLES.replace("200", "4000"), m) for m in (GRAPHS["nt"], GRAPHS["nq"], GRAPHS["jsonld"])),
]
QUESTIONS = SMALL + LARGE
CODINGS = ["identity", "gzip", "zstd"]


class Cutting(CachedEngine):
    """An engine whose next answer is cut: at a byte, at a moment, or by the death of its worker."""

    cut: Limits | None = None
    kill_after: float | None = None

    async def run(self, plan: Plan, *, limits: Limits | None = None, client: str | None = None) -> Answer:
        if self.kill_after is None:
            return await super().run(plan, limits=self.cut or limits, client=client)
        task = asyncio.ensure_future(super().run(plan, limits=limits, client=client))
        await asyncio.sleep(self.kill_after)
        for pid in worker_pids():
            os.kill(pid, signal.SIGKILL)
        return await task


class Service:
    """An endpoint over a cutting engine."""

    def __init__(self, engine: Cutting, client: httpx.Client) -> None:
        self.engine = engine
        self.client = client
        self.whole = {question: self.ask(*question).content for question in QUESTIONS}

    def ask(self, query: str, media_type: str, coding: str = "identity") -> httpx.Response:
        headers = {"Accept": media_type, "Accept-Encoding": coding}
        return self.client.get("/sparql", params={"query": query}, headers=headers)

    def holds(self, question: tuple[str, str], answer: httpx.Response) -> bool:
        """Tell whether an answer is the whole one, or an error that says so."""
        if answer.status_code == 200:
            return answer.content == self.whole[question]
        return answer.status_code >= 400 and answer.headers["content-type"] == "application/problem+json"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("law4")
    values = Settings(var=folder / "var", workers=2, cache_mb=0, client_seconds=0, log_queries=False)
    store = SingleStore(write_store(folder / "store", small_quads(6000)))
    embedded = open_engine(values, stores=store)
    engine = Cutting(embedded, cache_bytes=0, limits=values.limits())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await engine.start()
        yield
        await engine.stop()

    app = FastAPI(lifespan=lifespan)
    install_problem_handlers(app)
    app.include_router(sparql_router(engine, values))
    with serve(app) as url, httpx.Client(base_url=url, timeout=300) as client:
        yield Service(engine, client)


def test_every_format_is_asked_and_some_answers_go_by_a_file(service: Service) -> None:
    offered = {*TABLES.values(), *TABLE_ALIASES, *GRAPHS.values(), *GRAPH_ALIASES}
    assert {media_type for _, media_type in QUESTIONS} == offered
    assert all(len(service.whole[question]) > INLINE for question in LARGE)
    for question in QUESTIONS:
        for coding in CODINGS[1:]:
            assert service.ask(*question, coding).headers.get("content-encoding", coding) == coding


def test_the_reference_is_the_same_each_time(service: Service) -> None:
    for question, whole in service.whole.items():
        assert service.ask(*question).content == whole


def at_any_byte(service: Service, question: tuple[str, str], share: float, coding: str) -> None:
    size = len(service.whole[question])
    bound = int(size * share)
    service.engine.cut = Limits(30.0, bound)
    try:
        answer = service.ask(*question, coding)
    finally:
        service.engine.cut = None
    assert (answer.status_code == 200) == (bound >= size)
    assert service.holds(question, answer)


@given(st.sampled_from(QUESTIONS), st.floats(0, 1.2), st.sampled_from(CODINGS))
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cut_at_any_byte_an_answer_is_an_error(
    service: Service, question: tuple[str, str], share: float, coding: str
) -> None:
    at_any_byte(service, question, share, coding)


@pytest.mark.long
@given(st.sampled_from(QUESTIONS), st.floats(0, 1.2), st.sampled_from(CODINGS))
@settings(max_examples=4_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_thousands_of_cuts_leave_no_half_answer(
    service: Service, question: tuple[str, str], share: float, coding: str
) -> None:
    at_any_byte(service, question, share, coding)


@given(st.sampled_from(QUESTIONS), st.floats(0.0005, 0.03))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cut_at_any_moment_an_answer_is_an_error(service: Service, question: tuple[str, str], seconds: float) -> None:
    service.engine.cut = Limits(seconds)
    try:
        answer = service.ask(*question)
    finally:
        service.engine.cut = None
    assert service.holds(question, answer)


@given(st.sampled_from(QUESTIONS), st.floats(0, 0.02))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_worker_killed_at_any_moment_leaves_no_half_answer(
    service: Service, question: tuple[str, str], moment: float
) -> None:
    killed_at(service, question, moment)


@pytest.mark.long
@given(st.sampled_from(QUESTIONS), st.floats(0, 0.02))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_workers_killed_at_many_moments_leave_no_half_answer(
    service: Service, question: tuple[str, str], moment: float
) -> None:
    killed_at(service, question, moment)


def killed_at(service: Service, question: tuple[str, str], moment: float) -> None:
    service.engine.kill_after = moment
    try:
        answer = service.ask(*question)
    finally:
        service.engine.kill_after = None
    assert service.holds(question, answer)


def test_an_answer_lost_after_its_first_byte_does_not_look_whole(tmp_path: Path) -> None:
    """A spool that shrinks (a failing disk) breaks the connection off: the length announced is not reached."""
    store = SingleStore(write_store(tmp_path / "store", small_quads()))
    values = Settings(var=tmp_path / "var", workers=1, cache_mb=0)
    engine = open_engine(values, stores=store)

    class Shrinking(CachedEngine):
        async def run(self, plan: Plan, **given: Any) -> Answer:
            answer = await engine.run(plan, **given)
            os.ftruncate(answer.body._file, answer.body.size // 2)  # type: ignore[arg-type]
            return replace(answer)

    shrinking = Shrinking(engine, cache_bytes=0, limits=values.limits())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await shrinking.start()
        yield
        await shrinking.stop()

    app = FastAPI(lifespan=lifespan)
    app.include_router(sparql_router(shrinking, values))
    with serve(app) as url:
        for coding in CODINGS:
            parameters = {"query": "SELECT * { ?s ?p ?o . ?t <http://example.org/value> ?v FILTER(?v < 5) }"}
            with pytest.raises(httpx.RemoteProtocolError):
                patient.get(f"{url}/sparql", params=parameters, headers={"Accept-Encoding": coding})


def test_without_a_whole_answer_the_engine_raises(tmp_path: Path) -> None:
    async def main() -> None:
        store = SingleStore(write_store(tmp_path / "store", small_quads()))
        engine = open_engine(Settings(var=tmp_path / "var", workers=1), stores=store)
        await engine.start()
        try:
            with pytest.raises(EngineError):
                await engine.query(ROWS, limits=Limits(30, 100))
        finally:
            await engine.stop()

    asyncio.run(main())
