"""What computes outside of the engine is bounded: by what may be asked, in time, in number; it ends with its client."""

from __future__ import annotations

import ast
import itertools
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

import sparql_api
from sparql_api.app import create_app
from sparql_api.computing.cancellation import checked, watched
from sparql_api.computing.fairuse import FairUse
from sparql_api.computing.limiter import GIVE_WAY, Computing, Kind
from sparql_api.http.routing import BOUNDED, get
from sparql_api.settings import Settings
from tests.contracts.test_doors import WORKSHOP
from tests.sparql_api.endpoint.live import serve, wait_until

CHEAP = {
    "/health", "/editions/current", "/editions/{number}", "/edition/{number}", "/editions/{number}/dump.{suffix}.gz",
    "/editions/{number}/dump.{suffix}", "/editions/{number}/members.tsv", "/editions/{number}/members/{name}",
    "/.well-known/void", "/contexte.jsonld", "/queries/{name}", "/queries/{name}/v{number}",
    # How a job is doing, and the file of its answer.
    "/jobs/{identifier}", "/jobs/{identifier}/answer",
    # Counters, a catalogue of messages and the description of the API, made once.
    "/metrics", "/problems/{name}", "/openapi.json",
    # Texts of the deployment, and what the service is doing.
    "/accessibilite", "/confidentialite", "/mentions-legales", "/robots.txt", "/signaler", "/etat",
}  # fmt: skip
"""Routes that cost no more than reading a small file, or that stream one as it stands."""
BY_THE_ENGINE = {"/sparql", "/sparql/", "/editions/{number}/sparql", "/rdf-graph-store", "/graphe/{rest:path}"}
"""Routes with bounds of their own: the engine's."""
ACTS = {
    "/deposits", "/reviews/validate", "/labels/{label}", "/labels/{label}/refuse", "/labels/{label}/withdraw", "/atelier/sign-in", "/atelier/sign-out",
    "/reviews/{kind}/{identifier}/findings/{finding}",
    *(f"/reviews/{{kind}}/{{identifier}}/{act}" for act in ("validate", "return", "withdraw", "opinion")),
    *WORKSHOP,
}
"""Routes that compute in the same threads by `Doors.run`, and examine in a process of their own."""
FORMS = {"/atelier/depot", "/atelier/depot/publication", "/atelier/depot/module", "/atelier/analyse/{project}"}
"""Addresses whose page goes through what bounds computing, and whose form is such an act."""
SOURCES = Path(sparql_api.__file__).parent


def in_sqlite() -> None:
    """Search without end, as SQLite would an index."""
    database = watched(sqlite3.connect(":memory:"))
    database.execute("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT COUNT(*) FROM c").fetchall()


def in_python() -> None:
    """Go through things without end, as who writes a file would."""
    for _ in checked(itertools.count()):
        pass


ENDLESS: dict[str, tuple[Kind, Callable[[], None]]] = {"search": ("search", in_sqlite), "file": ("file", in_python)}


@dataclass(frozen=True)
class Running:
    """A service with endless work at `/endless/search` and `/endless/file`, one thread and one place of each kind."""

    url: str
    app: FastAPI
    client: httpx.Client

    @property
    def computing(self) -> Computing:
        found: Computing = self.app.state.computing
        return found

    def begin(self, path: str) -> socket.socket:
        """Ask for something, and return the connection without reading the answer."""
        parts = urlsplit(self.url)
        connection = socket.create_connection((parts.hostname or "", parts.port or 0))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        return connection


def with_endless_work(app: FastAPI) -> FastAPI:
    router = APIRouter()

    @get(router, "/endless/{name}")
    async def endless(request: Request, name: str) -> Response:
        kind, work = ENDLESS[name]
        computing: Computing = request.app.state.computing
        await computing.run(request, work, kind=kind)
        return Response("done")

    app.router.routes[:0] = router.routes
    return app


@pytest.fixture
def running(demo_var: Path) -> Iterator[Running]:
    values = {"workers": 1, "computing_threads": 1, "computing_queue": 1, "log_queries": False}
    app = with_endless_work(create_app(Settings(var=demo_var, **values)))  # type: ignore[arg-type]
    with serve(app) as url, httpx.Client(base_url=url, timeout=300) as client:
        yield Running(url, app, client)


def name_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition("/")[2]


# What may be asked


@pytest.mark.parametrize(
    ("asked", "beyond", "bound"),
    [
        ({"q": "a" * 500}, {"q": "a" * 501}, "OBSERVATOIRE_SEARCH_MAX_CHARS"),
        ({"discipline": "a" * 500}, {"discipline": "a" * 501}, "OBSERVATOIRE_SEARCH_MAX_CHARS"),
        ({"q": "ia " * 80}, {"q": "ia " * 81}, "OBSERVATOIRE_SEARCH_MAX_WORDS"),
        ({"q": " ".join(f"m{n}" for n in range(40))}, {"q": " ".join(f"m{n}" for n in range(41))},
         "OBSERVATOIRE_SEARCH_MAX_DISTINCT_WORDS"),
        ({"niveau": ["4e"] * 60, "academie": ["18"] * 40}, {"niveau": ["4e"] * 61, "academie": ["18"] * 40},
         "OBSERVATOIRE_FACET_MAX_VALUES"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/fiches", "/fiches.csv", "/fiches.jsonl", "/fiches.geojson"])
def test_what_is_asked_is_bounded_and_the_refusal_says_by_what(
    client: httpx.Client, path: str, asked: dict[str, object], beyond: dict[str, object], bound: str
) -> None:
    assert client.get(path, params=asked).status_code == 200  # type: ignore[arg-type]
    for language in ("fr", "en"):
        answer = client.get(path, params={**beyond, "lang": language})  # type: ignore[arg-type]
        assert answer.status_code == 400
        assert name_of(answer) == "parameter"
        said = answer.json()
        assert (said["bound"], said["parameter"]) == (bound, next(iter(beyond)))
        assert bound in said["detail"]
        assert str(said["limit"]) in said["detail"]


def test_a_word_repeated_three_thousand_times_is_refused_at_once(client: httpx.Client) -> None:
    assert client.get("/fiches", params={"q": "élèves " * 3000}).status_code == 400


# Who goes through the bounds


def routes_of(app: FastAPI | APIRouter) -> Iterator[BaseRoute]:
    """Yield the routes of an application, those of the routers that it includes among them."""
    for route in app.routes:
        included = getattr(route, "original_router", None)
        yield from routes_of(included) if included is not None else (route,)


def test_every_route_is_cheap_or_goes_through_what_bounds_computing(demo_var: Path) -> None:
    app = create_app(Settings(var=demo_var, workers=1))
    bounded, others = set(), set()
    for route in routes_of(app):
        assert isinstance(route, Route | Mount), route
        if isinstance(route, Mount) or route.methods == {"OPTIONS"}:
            continue  # Files as they stand, and what an address takes.
        (bounded if hasattr(route.endpoint, BOUNDED) else others).add(route.path)
    assert others == {route for route in CHEAP | BY_THE_ENGINE | ACTS}
    assert {"/", "/fiches", "/fiches.csv", "/queries", "/void", "/catalogue", "/ontologie", "/{kind}/{rest:path}"} <= bounded
    assert bounded & others == FORMS


def test_nothing_computes_in_the_threads_that_must_stay_quick() -> None:
    """What is read and packed or hashed in pieces alone does: `responses`, `joined`, `hashing`; files are opened (`dumps`), processes awaited, what ended is noted; an answer is written to its file (`jobs`), a library loaded once (`route`)."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in ("run_in_threadpool", "to_thread"):
                found.add(path.name)
    assert found == {"responses.py", "joined.py", "hashing.py", "dumps.py", "reader_process.py", "beside.py", "deposits.py", "jobs.py", "route.py"}


def test_threads_that_compute_give_way_soon(demo_var: Path) -> None:
    create_app(Settings(var=demo_var, workers=1))
    assert sys.getswitchinterval() == pytest.approx(GIVE_WAY)


# How it ends


@pytest.mark.parametrize("name", ["search", "file"])
def test_a_client_that_leaves_frees_the_thread_and_pays(running: Running, name: str) -> None:
    kind, _ = ENDLESS[name]
    fair_use: FairUse = running.computing._fair_use
    me = fair_use.key("127.0.0.1")
    connection = running.begin(f"/endless/{name}")
    wait_until(lambda: running.computing.running(kind) == 1)
    connection.close()
    wait_until(lambda: running.computing.running(kind) == 0)
    wait_until(lambda: fair_use.weight(me) > 0 and fair_use._strikes.of(me) > 0)


@pytest.mark.parametrize("name", ["search", "file"])
def test_the_deadline_ends_what_computes(demo_var: Path, name: str) -> None:
    kind, _ = ENDLESS[name]
    app = with_endless_work(create_app(Settings(var=demo_var, workers=1, computing_timeout=0.2)))
    with serve(app) as url:
        answer = httpx.get(f"{url}/endless/{name}", timeout=300)
        assert (answer.status_code, name_of(answer)) == (504, "computing-deadline")
        wait_until(lambda: app.state.computing.running(kind) == 0)


def test_with_the_line_full_searches_are_refused_and_pages_answer(running: Running) -> None:
    busy, waits = running.begin("/endless/search"), running.begin("/endless/search")
    try:
        wait_until(lambda: running.computing.running("search") == 1 and running.computing.waiting("search") == 1)
        refused = running.client.get("/fiches", params={"q": "élèves"})
        assert (refused.status_code, name_of(refused)) == (503, "computing-queue")
        assert int(refused.headers["retry-after"]) > 0
        for path in ("/health", "/", "/projet/18-UR005.html", "/projet/18-UR005.ttl", "/fiches.geojson"):
            assert running.client.get(path).status_code == 200, path
        assert running.computing.running("search") == running.computing.waiting("search") == 1
    finally:
        busy.close()
        waits.close()
    wait_until(lambda: running.computing.running("search") == 0)
    assert running.client.get("/fiches", params={"q": "élèves"}).status_code == 200


def test_who_left_while_waiting_gives_the_place_back(running: Running) -> None:
    busy, waits = running.begin("/endless/search"), running.begin("/endless/search")
    wait_until(lambda: running.computing.waiting("search") == 1)
    waits.close()
    wait_until(lambda: running.computing.waiting("search") == 0)
    assert running.computing.running("search") == 1
    busy.close()
    wait_until(lambda: running.computing.running("search") == 0)


def test_with_the_line_full_who_has_most_under_way_is_refused_first(running: Running) -> None:
    """A newcomer takes the place of one who has a thread and a place already."""
    busy, waits = running.begin("/endless/search"), running.begin("/endless/search")
    wait_until(lambda: running.computing.waiting("search") == 1)
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.9")
    with httpx.Client(transport=elsewhere, base_url=running.url, timeout=300) as other, ThreadPoolExecutor() as pool:
        good = pool.submit(other.get, "/fiches", params={"q": "conte"})
        assert b"503" in waits.recv(4096).split(b"\r\n")[0]
        busy.close()
        assert good.result().status_code == 200
    waits.close()


def test_a_client_whose_share_is_used_up_is_told_so_on_pages_too(demo_var: Path) -> None:
    app = create_app(Settings(var=demo_var, workers=1, client_seconds=0.000001, client_window=1000))
    with serve(app) as url, httpx.Client(base_url=url, timeout=300) as client:
        statuses = [client.get(path).status_code for path in ("/fiches", "/fiches.csv", "/projet/18-UR005.html")]
        assert statuses[-1] == 429
        assert client.get("/health").status_code == 200
