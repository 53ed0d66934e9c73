"""SERVICE reaches the listed services and nothing else, within bounds of its own; the workers have no network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Response

from sparql_api.engine.workers.gateway import (
    Gateway,
    Reach,
    ServiceAnswer,
    ServiceCall,
    ServiceRefused,
    encoded,
    fetch,
)
from sparql_api.query.stores import SingleStore
from tests import patient
from tests.sparql_api.endpoint.live import Live, endpoint, serve, small_quads, write_store

ROWS = '{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"from elsewhere"}}]}}'


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Another service, as partners run one."""
    folder = tmp_path_factory.mktemp("other")
    with endpoint(SingleStore(write_store(folder / "store", small_quads(30))), folder / "var") as live:
        yield live


@pytest.fixture(scope="module")
def live(store: Path, other: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    values = {"service_allow": other.url, "service_private": True}
    with endpoint(SingleStore(store), tmp_path_factory.mktemp("var"), **values) as running:
        yield running


def ask(live: Live, query: str) -> httpx.Response:
    return httpx.post(live.url, data={"query": query, "format": "csv"}, timeout=30)


def test_a_listed_service_answers_from_behind_the_walls(live: Live, other: Live) -> None:
    query = f"SELECT ?v {{ SERVICE <{other.url}> {{ ?s <http://example.org/value> ?v }} FILTER(?v < 3) }} ORDER BY ?v"
    assert ask(live, query).text.split() == ["v", "0", "1", "2"]
    assert live.engine.status().isolation in ("network-namespace", "user-network-namespace", "none")


def test_its_rows_join_with_ours(live: Live, other: Live) -> None:
    query = (
        f"PREFIX o: <{other.url}> SELECT ?l {{ SERVICE o: {{ ?s <http://example.org/value> 5 }} ?s skos:prefLabel ?l }}"
    )
    assert 'chose ""5""' in ask(live, query).text


def test_an_answer_with_a_service_in_it_is_not_kept(live: Live, other: Live) -> None:
    answer = ask(live, f"SELECT * {{ SERVICE <{other.url}> {{ ?s ?p 5 }} }}")
    assert answer.headers["cache-control"] == "no-store"


def test_an_address_off_the_list_is_refused_before_anything_runs(live: Live, other: Live) -> None:
    for address in (other.url + "2", other.url.replace("127.0.0.1", "localhost"), "https://elsewhere.example/"):
        assert ask(live, f"SELECT * {{ SERVICE <{address}> {{ ?s ?p 5 }} }}").status_code == 403


def test_a_service_that_fails_is_said_to_fail_or_passed_over_in_silence(store: Path, tmp_path: Path) -> None:
    async def refuse(call: ServiceCall, reach: Reach) -> ServiceAnswer:
        raise ServiceRefused("not today")

    values = {"service_allow": "https://partner.example"}
    with endpoint(SingleStore(store), tmp_path, fetch=refuse, **values) as live:
        query = "SELECT * { SERVICE %s <https://partner.example/sparql> { ?s ?p ?o } }"
        assert ask(live, query.replace("%s", "")).status_code == 502
        assert ask(live, query.replace("%s", "SILENT")).status_code == 200


def test_a_service_that_does_not_answer_has_a_deadline_of_its_own(store: Path, tmp_path: Path) -> None:
    async def forever(call: ServiceCall, reach: Reach) -> ServiceAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    values = {"service_allow": "https://partner.example", "service_timeout": 0.2}
    with endpoint(SingleStore(store), tmp_path, fetch=forever, **values) as live:
        answer = ask(live, "SELECT * { SERVICE <https://partner.example/sparql> { ?s ?p ?o } }")
        assert answer.status_code == 502


@pytest.fixture(scope="module")
def partner() -> Iterator[str]:
    """A service that answers, redirects here and elsewhere, and says too much."""
    app = FastAPI()

    @app.post("/good")
    def good() -> Response:
        return Response(ROWS, media_type="application/sparql-results+json")

    @app.post("/near")
    def near() -> Response:
        return Response(status_code=307, headers={"Location": "/good"})

    @app.post("/far")
    def far() -> Response:
        return Response(status_code=307, headers={"Location": "http://127.0.0.1:9/"})

    @app.post("/round")
    def turn() -> Response:
        return Response(status_code=307, headers={"Location": "/round"})

    @app.post("/long")
    def long() -> Response:
        return Response("x" * 100_000, media_type="application/sparql-results+json")

    with serve(app) as url:
        yield url


def reached(address: str, **values: object) -> ServiceAnswer:
    rules = {"allow": (address.rpartition("/")[0],), "seconds": 5.0, "answer_bytes": 10_000, "private": True}
    call = ServiceCall(address, b"SELECT * { ?s ?p ?o }", {"content-type": "application/sparql-query"})
    return asyncio.run(fetch(call, Reach(**{**rules, **values})))  # type: ignore[arg-type]


def test_a_redirect_is_followed_on_the_list_and_not_off_it(partner: str) -> None:
    assert reached(f"{partner}/good").body == ROWS.encode()
    assert reached(f"{partner}/near").body == ROWS.encode()
    for path in ("far", "round"):
        with pytest.raises(ServiceRefused):
            reached(f"{partner}/{path}")


def test_an_answer_too_large_is_refused(partner: str) -> None:
    with pytest.raises(ServiceRefused, match="large"):
        reached(f"{partner}/long")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_name_that_leads_to_a_private_address_is_refused(host: str) -> None:
    with pytest.raises(ServiceRefused, match=r"private|host"):
        reached(f"http://{host}:9/sparql", private=False)


def test_who_does_not_know_the_gateways_secret_gets_nothing_from_it() -> None:
    """Where the kernel gives no network namespace, other processes of the machine may find its port."""

    async def never(call: ServiceCall, reach: Reach) -> ServiceAnswer:
        raise AssertionError("reached out for a stranger")

    async def main() -> httpx.Response:
        listener = socket.create_server(("127.0.0.1", 0))
        gateway = Gateway(listener, Reach(("https://partner.example",), 5, 1000), never)
        await gateway.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/guess/{encoded('https://partner.example/')}"
        async with patient.AsyncClient() as client:
            answer = await client.post(address, content=b"ASK {}")
        gateway.close()
        return answer

    assert asyncio.run(main()).status_code == 502
