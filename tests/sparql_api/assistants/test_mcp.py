"""The Model Context Protocol as its official client speaks it, over HTTP, on the running service."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests import patient
from tests.sparql_api.endpoint.live import ENDLESS, serve, wait_until

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
SENT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def url(demo_var: Path) -> Iterator[str]:
    with serve(create_app(Settings(var=demo_var, workers=1))) as found:
        yield found


def spoken(url: str, act: Callable[[Client], Awaitable[Any]]) -> Any:
    """Return what comes of acting as a client."""

    async def live() -> Any:
        async with Client(f"{url}/mcp") as client:
            return await act(client)

    return asyncio.run(live())


def given(url: str, tool: str, /, **arguments: object) -> dict[str, Any]:
    """Return the structured content of a call that succeeds."""
    result = spoken(url, lambda client: client.call_tool(tool, arguments))
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


def refused(url: str, tool: str, /, **arguments: object) -> str:
    result = spoken(url, lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    return str(result.content[0].text)


def test_the_official_client_lists_tools_with_typed_answers_and_the_prompt(url: str) -> None:
    tools = spoken(url, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == {"search", "fiche", "questions", "question", "vocabulary", "sparql"}
    for tool in tools:
        sources = {"edition", "address", "iris"} if tool.name != "questions" else set()
        assert sources <= set(tool.output_schema["required"]) and tool.description
    prompt = spoken(url, lambda client: client.get_prompt("cite", {"question": "Quels outils en 4e ?", "language": "fr"}))
    assert "Quels outils en 4e" in prompt.messages[0].content.text and "édition" in prompt.messages[0].content.text


def test_each_answer_names_its_edition_and_the_same_is_at_its_address(url: str) -> None:
    found = given(url, "search", niveau=["4e"], language="fr")
    listed = patient.get(found["address"], headers={"Accept": "application/json"}).json()
    assert found["edition"] == 1 == listed["edition"] and found["total"] == listed["total"] > 0
    assert [one["iri"] for one in found["fiches"]] == [one["iri"] for one in listed["items"]] == found["iris"]

    sheet = given(url, "fiche", thing=found["iris"][0])
    assert sheet["iris"] == found["iris"][:1] and sheet["document"] == patient.get(sheet["address"]).json()

    names = [one["name"] for one in given(url, "questions")["questions"]]
    assert names == [one["name"] for one in patient.get(f"{url}/queries", headers={"Accept": "application/json"}).json()["items"]]
    rows = given(url, "question", name="projets-par-academie", parameters={"region": "region-academique/bretagne"})
    assert rows["rows"] == patient.get(rows["address"], headers={"Accept": "application/json"}).json()["rows"]
    assert rows["total"] == 1 and rows["rows"][0]["nom"] == "Rennes"

    terms = given(url, "vocabulary", label="ChatGPT")
    assert terms["terms"][0]["certain"] and terms["terms"][0]["iri"].startswith(BASE)


def test_sparql_is_read_only_bounded_and_says_where_it_comes_from(url: str) -> None:
    rows = given(url, "sparql", query="SELECT ?p { ?p a oia:Projet } ORDER BY ?p")
    counted = patient.post(f"{url}/sparql", data={"query": "SELECT ?p { ?p a oia:Projet }"}).json()["results"]["bindings"]
    assert rows["total"] == len(counted) and rows["rows"][0]["p"] in rows["iris"] and not rows["cut"]
    assert given(url, "sparql", query="ASK { ?p a oia:Projet }")["boolean"] is True
    assert "Projet" in given(url, "sparql", query=f"DESCRIBE <{BASE}projet/18-UR005>")["turtle"]
    assert "oia:niveau" in given(url, "sparql", query="SELECT ?n { ?p oia:niveaux ?n }")["hints"][0]
    assert "LIMIT" in refused(url, "sparql", query="SELECT * { ?s ?p ?o }", language="fr")
    assert "2:1" in refused(url, "sparql", query="SELECT ?x {\n", language="en") or "line" in refused(url, "sparql", query="SELECT ?x {\n", language="en").casefold()
    for writing in ("DELETE WHERE { ?s ?p ?o }", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"):
        assert refused(url, "sparql", query=writing)
    assert refused(url, "sparql", query="SELECT * { ?s ?p ?o } LIMIT 1", edition=99)


def test_a_query_that_takes_too_long_is_ended(url: str) -> None:
    assert "1" in refused(url, "sparql", query=ENDLESS, timeout=1)
    wait_until(lambda: patient.get(f"{url}/health").json()["busy"] == 0)


def test_the_worker_of_a_client_that_leaves_is_freed(url: str) -> None:
    call = {**HELLO, "method": "tools/call", "params": {"name": "sparql", "arguments": {"query": ENDLESS}}}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/mcp", json=call, headers=SENT, timeout=1)
    wait_until(lambda: patient.get(f"{url}/health").json()["busy"] == 0, 25)


@pytest.mark.parametrize("thing", ["../../etc/passwd", "projet/../../x", "projet/18-UR005?x=1", "a/b\r\nHost: x", "//host/x", "", "é/è", "projet/" + "x" * 290, "atelier/depots/1", "jobs/x", "deposits/1"])
def test_no_argument_leads_elsewhere(url: str, thing: str) -> None:
    assert refused(url, "fiche", thing=thing)


@pytest.mark.parametrize("arguments", [
    {"name": "../sparql"}, {"name": "projets-par-academie", "parameters": {"nulle": "1"}}, {"name": "rien"},
    {"name": "projets-par-academie", "parameters": {"region": "> . ?s ?p ?o"}}, {"name": 3}, {},
])  # fmt: skip
def test_hostile_arguments_of_a_question_are_refused(url: str, arguments: dict[str, object]) -> None:
    assert refused(url, "question", **arguments)


def test_another_host_and_the_page_of_another_origin_are_refused(url: str) -> None:
    told = patient.post(f"{url}/mcp", json=HELLO, headers={**SENT, "Host": "evil.example"})
    assert (told.status_code, told.headers["content-type"]) == (421, "text/plain; charset=utf-8")
    assert patient.post(f"{url}/mcp", json=HELLO, headers={**SENT, "Origin": "https://evil.example"}).status_code == 403
    assert patient.post(f"{url}/mcp", content=b"x" * (2 << 20), headers=SENT).status_code == 413
    assert patient.post(f"{url}/mcp", content=b"[" * 100_000, headers=SENT).status_code == 400
    assert patient.get(f"{url}/mcp").status_code == 405


@pytest.mark.parametrize("kind", [{}, {"Content-Type": ""}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}])
def test_a_call_of_another_type_is_a_problem_that_names_the_right_one(url: str, kind: dict[str, str]) -> None:
    told = patient.post(f"{url}/mcp", content=b"{}", headers=kind)
    assert (told.status_code, told.headers["content-type"].partition(";")[0]) == (415, "application/problem+json")
    assert "application/json" in told.text


def test_behind_a_public_name_that_name_is_known_and_no_other(demo_var: Path) -> None:
    with serve(create_app(Settings(var=demo_var, workers=1, public_url="https://obs.example"))) as url:
        answers = [
            patient.post(f"{url}/mcp", json=HELLO, headers={**SENT, **headers}).status_code
            for headers in ({"Host": "obs.example", "Origin": "https://obs.example"}, {"Host": "evil.example"})
        ]
    assert answers == [200, 421]


def test_a_client_without_a_share_left_is_told_so(demo_var: Path) -> None:
    with serve(create_app(Settings(var=demo_var, workers=1, client_seconds=0.001, cache_mb=0, front_mb=0))) as url:
        counted = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
        assert any(patient.post(f"{url}/sparql", data=counted).status_code == 429 for _ in range(20))
        answer = patient.post(f"{url}/mcp", json=HELLO, headers=SENT)
    assert answer.status_code == 429 and answer.json()["type"].endswith("/share")


def test_a_service_that_nobody_asks_so_does_not_load_the_kit() -> None:
    code = "import sys; from sparql_api.app import create_app; from sparql_api.settings import Settings; create_app(Settings()); print('mcp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
