"""Harvest of a SPARQL endpoint: paging, resume, politeness, what is refused; the registry is the same cut or uncut."""

from __future__ import annotations

import itertools
import re
import shlex
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from ingestion import Registry, Settings, UnreadableDeposit
from ingestion.harvest.construct import read_construct
from ingestion.harvest.endpoint import EndpointFails, HarvestBounds, PartnerEndpoint, is_public
from queries import tokenize
from tests.ingestion.harvest.partner import Partner, answer, partner
from tests.making import command

QUERY = """# Resources on AI, with { a brace in a comment
PREFIX schema: <https://schema.org/>
CONSTRUCT { ?r a schema:LearningResource ; schema:name ?name ; schema:educationalLevel ?level ;
                schema:about ?about ; schema:license ?licence . }
WHERE { ?r a schema:LearningResource ; schema:name ?name ; schema:license ?licence .
        OPTIONAL { ?r schema:educationalLevel ?level } OPTIONAL { ?r schema:about ?about } FILTER(?name != "}") }
"""
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def resource(number: int, title: str = "", licence: str = CC_BY) -> str:
    return (
        f'<https://p.example/r/{number:02}> a <https://schema.org/LearningResource> ; <https://schema.org/name> "{title or f"Un conte, {number}"}"@fr ;'
        f' <https://schema.org/educationalLevel> "4e", "3e", "5e" ; <https://schema.org/about> "Français", "SVT" ;'
        f" <https://schema.org/license> <{licence}> .\n"
    )


@pytest.fixture
def there() -> Iterator[Partner]:
    with partner() as one:
        one.say("".join(map(resource, range(7))))
        yield one


def harvest(var: Path, one: Partner, *more: str, query: str = QUERY) -> Any:
    file = var.with_name("resources.rq")
    file.write_text(query, encoding="utf-8")
    options = ("--academie", "10", "--allow-private", "--pause", "0", "--page", "3", "--lang", "en")
    return command(var, "harvest", "sparql", one.url, str(file), *options, *more)


def register(var: Path) -> list[tuple[object, ...]]:
    """Every document with its version and words: what two registers are compared by."""
    with Registry(Settings(var=var)) as registry:
        return [(one.identifier, one.version, one.state, one.document) for one in registry.listed()]


def test_each_resource_comes_whole_whatever_page_it_stands_on(tmp_path: Path, there: Partner) -> None:
    done = harvest(tmp_path / "var", there)
    assert done.exit_code == 0, done.stderr
    found = register(tmp_path / "var")
    assert len(found) == 7 and {state for _, _, state, _ in found} == {"depose"}
    for identifier, version, _, document in found:
        assert str(identifier).startswith("10-h-") and version == 1 and isinstance(document, dict)
        assert len(document["niveau"]) == 3 and len(document["discipline"]) == 2
        (fiche,) = document["fiche"] if isinstance(document["fiche"], list) else [document["fiche"]]
        assert fiche["licence"] == CC_BY and fiche["sourcePage"][0].startswith("https://p.example/r/")
    selects = [query for query in there.asked if "SELECT DISTINCT" in query]
    assert [query.rsplit("\n", 1)[1] for query in selects] == [
        f"ORDER BY ?r LIMIT {limit} OFFSET {offset}" for limit, offset in ((3, 0), (4, 2), (4, 5), (4, 6))
    ]
    assert len(there.asked) == 7, "three pages of two requests, and one that finds nothing more"
    assert all(agent.startswith("observatoire-ia") for agent in there.agents)


def test_a_second_harvest_changes_nothing_a_changed_one_waits_and_one_gone_is_said(tmp_path: Path, there: Partner) -> None:
    var = tmp_path / "var"
    assert harvest(var, there).exit_code == 0
    first = register(var)
    again = harvest(var, there)
    assert again.exit_code == 0 and register(var) == first and "no longer" not in again.stderr
    there.say("".join(resource(one, "Un autre titre" if one == 2 else "") for one in range(6)))
    then = harvest(var, there)
    now = register(var)
    assert [version for _, version, _, _ in now].count(2) == 1 and len(now) == 7
    assert {state for _, _, state, _ in now} == {"depose"}
    (gone,) = {name for name, _, _, document in now if "r/06" in str(document)}
    assert f"1 fiches harvested before are no longer at the source: {gone}" in then.stderr


def test_the_query_of_the_guide_harvests(tmp_path: Path, there: Partner) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "harvest.md").read_text("utf-8")
    (query,) = re.findall(r"```sparql\n(.*?)```", guide, re.DOTALL)
    done = harvest(tmp_path / "var", there, "--dry-run", query=query)
    assert done.exit_code == 0 and "7 fiches read: 7 accepted" in done.stderr
    for line in re.findall(r"^observatoire (harvest .*)$", guide, re.MULTILINE):
        assert command(tmp_path / "var", *shlex.split(line)[:2], "--help").exit_code == 0


@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_harvest_that_was_cut_and_resumed_leaves_the_register_of_one_that_was_not(
    tmp_path: Path, there: Partner, at: int
) -> None:
    (tmp_path / "uncut").mkdir()
    assert harvest(tmp_path / "uncut" / "var", there).exit_code == 0
    there.asked.clear()

    def cut(request: BaseHTTPRequestHandler, before: int) -> bool:
        if before != at:
            return False
        request.connection.shutdown(socket.SHUT_RDWR)
        return True

    there.fault = cut
    var = tmp_path / "var"
    done = harvest(var, there)
    assert done.exit_code == (1 if at > 1 else 2) and "run the same command again" in done.stderr
    asked = len(there.asked)
    resumed = harvest(var, there)
    assert resumed.exit_code == 0, resumed.stderr
    assert register(var) == register(tmp_path / "uncut" / "var")
    assert len(there.asked) - asked == 7 - 2 * (at // 2), "what was registered is not asked for again"
    assert "no longer" not in resumed.stderr


def test_a_source_that_moves_meanwhile_is_begun_again(tmp_path: Path, there: Partner) -> None:
    def move(request: BaseHTTPRequestHandler, before: int) -> bool:
        if before == 2:
            there.say("".join(resource(one) for one in range(1, 8)))
        return False

    there.fault = move
    assert harvest(tmp_path / "var", there).exit_code == 0
    assert len(register(tmp_path / "var")) == 8, "the one that is gone was there, and none is missed"


def test_a_dry_run_registers_and_remembers_nothing(tmp_path: Path, there: Partner) -> None:
    done = harvest(tmp_path / "var", there, "--dry-run")
    assert done.exit_code == 0 and not (tmp_path / "var").exists()


def test_what_the_gate_refuses_is_refused_with_its_row(tmp_path: Path, there: Partner) -> None:
    there.say(
        resource(0) + resource(1, "Contactez jean.dupont@example.fr") + resource(2, licence="https://p.example/ours")
        + resource(3, "<script>alert(1)</script>")
    )  # fmt: skip
    done = harvest(tmp_path / "var", there, "--report", str(tmp_path / "r.csv"))
    told = (tmp_path / "r.csv").read_text("utf-8")
    assert done.exit_code == 1 and "jean.dupont" not in done.stderr + told
    assert "127.0.0.1 1-3" in told and "p.example/ours" in told
    found = {str(document["titre"]) for *_, document in register(tmp_path / "var") if isinstance(document, dict)}
    assert len(found) == 3 and any("<script>alert(1)</script>" in title for title in found)


def test_without_a_licence_it_is_refused_unless_one_was_agreed(tmp_path: Path, there: Partner) -> None:
    query = QUERY.replace("; schema:license ?licence", "", 1)
    assert harvest(tmp_path / "var", there, query=query).exit_code == 1 and register(tmp_path / "var") == []
    assert harvest(tmp_path / "var", there, "--licence", CC_BY, query=query).exit_code == 0
    assert len(register(tmp_path / "var")) == 7


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT ?s WHERE { ?s ?p ?o }", "moisson-requete-construct"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 5", "moisson-requete-fin"),
        ("CONSTRUCT { <https://a.example/> ?p ?o } WHERE { ?s ?p ?o }", "moisson-requete-sujet"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o", "moisson-requete-illisible"),
        ("", "moisson-requete-construct"),
    ],
)
def test_a_query_that_cannot_be_paged_is_refused_at_its_place(query: str, code: str) -> None:
    with pytest.raises(UnreadableDeposit) as told:
        read_construct(query, "q.rq", tokenize)
    assert told.value.issue.rule == f"depot:{code}"


def test_the_short_form_and_datasets_are_kept() -> None:
    short = read_construct("CONSTRUCT FROM <urn:g> WHERE { ?s a ?t }", "q.rq", tokenize)
    assert (short.datasets, short.pattern, short.subject) == ("FROM <urn:g>", "{ ?s a ?t }", "?s")
    long = read_construct("CONSTRUCT { ?s a ?t } FROM <urn:g> { ?s a ?t }", "q.rq", tokenize)
    assert (long.datasets, long.pattern) == ("FROM <urn:g>", "{ ?s a ?t }")
    assert "evil" not in long.about(["https://a.example/", "x> } evil {<y"])


def asking(one: Partner, **bounds: Any) -> PartnerEndpoint:
    return PartnerEndpoint(one.url, "test", private=True, bounds=HarvestBounds(pause=0, **bounds))


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (302, {"Location": "http://other.example/sparql"}, "harvest-redirect"),
        (307, {"Location": "/elsewhere"}, "harvest-redirect"),
        (404, {}, "harvest-status"),
        (500, {}, "harvest-status"),
        (400, {}, "harvest-refused-query"),
    ],
)
def test_no_redirect_is_followed_and_no_error_is_taken(there: Partner, status: int, headers: dict[str, str], code: str) -> None:
    there.fault = lambda request, before: answer(request, status, b"x" * 10, headers)
    with pytest.raises(EndpointFails) as told:
        asking(there).select("SELECT ?s { ?s ?p ?o }")
    assert told.value.code == code and len(there.asked) == 1


def test_an_endpoint_that_asks_to_wait_is_waited_for_as_long_as_it_says(there: Partner) -> None:
    waits: list[float] = []
    there.fault = lambda request, before: before < 2 and answer(request, (429, 503)[before], b"", {"Retry-After": "7"})
    one = PartnerEndpoint(there.url, "test", private=True, bounds=HarvestBounds(pause=0, wait=5), sleep=waits.append)
    assert len(one.select("SELECT DISTINCT ?s { ?s ?p ?o }")) == 7
    assert waits == [5, 5], "never longer than the bound"
    there.fault = lambda request, before: answer(request, 503)
    with pytest.raises(EndpointFails) as told:
        one.select("SELECT ?s { ?s ?p ?o }")
    assert told.value.code == "harvest-busy"


def test_an_answer_is_bounded_in_size_and_in_time(there: Partner) -> None:
    with pytest.raises(EndpointFails) as told:
        asking(there, answer=100).select("SELECT DISTINCT ?s { ?s ?p ?o }")
    assert told.value.code == "harvest-too-large"

    hours = itertools.count(0, 50)  # each look at the clock is 50 seconds later
    slow = PartnerEndpoint(there.url, "test", private=True, bounds=HarvestBounds(pause=0, answer=10**7), clock=lambda: next(hours))
    there.fault = lambda request, before: answer(request, 200, b" " * 10**6)
    with pytest.raises(EndpointFails) as told:
        slow.select("SELECT ?s { ?s ?p ?o }")
    assert told.value.code == "harvest-too-slow"


def test_the_head_of_an_answer_is_bounded_in_time_however_slowly_it_drips(there: Partner) -> None:
    ended = threading.Event()

    def drips(request: BaseHTTPRequestHandler, _: int) -> bool:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):  # the connection is cut
            while not ended.wait(0.05):
                request.wfile.write(b"X-Slow: 1\r\n")
        return True

    there.fault = drips
    try:
        with pytest.raises(EndpointFails) as told:
            asking(there, request=1).select("SELECT ?s { ?s ?p ?o }")
    finally:
        ended.set()
    assert told.value.code == "harvest-too-slow"


@pytest.mark.parametrize(
    "body", [b"<html>", b'{"head": {"vars": ["s"]}}', b"[" * 100_000, b'{"head":{"vars":["a","b"]},"results":{"bindings":[]}}']
)
def test_what_is_no_answer_is_refused(there: Partner, body: bytes) -> None:
    there.fault = lambda request, before: answer(request, 200, body)
    with pytest.raises(EndpointFails) as told:
        asking(there).select("SELECT ?s { ?s ?p ?o }")
    assert told.value.code == "harvest-answer"


def test_a_private_address_is_not_even_connected_to(tmp_path: Path, there: Partner) -> None:
    with pytest.raises(EndpointFails) as told:
        PartnerEndpoint(there.url, "test").select("SELECT ?s { ?s ?p ?o }")
    assert told.value.code == "harvest-private" and there.asked == []
    with pytest.raises(EndpointFails):
        PartnerEndpoint(there.url.replace("127.0.0.1", "localhost"), "test").select("SELECT ?s { ?s ?p ?o }")
    assert there.asked == []
    for address in ("file:///etc/passwd", "ftp://a.example/", "http://user:secret@a.example/", "sparql", "http://[::1"):
        with pytest.raises(EndpointFails) as told:
            PartnerEndpoint(address, "test")
        assert told.value.code == "harvest-address"
    private = ("0.0.0.0", "10.0.0.1", "192.168.1.1", "100.64.0.1", "::1", "fc00::1", "::ffff:192.168.0.1", "224.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1")
    assert not any(map(is_public, private)) and is_public("2001:4860:4860::8888")
