"""Answers kept as they were sent: the same to the byte as those made anew, and behind the same walls."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from fastapi import FastAPI

from sparql_api.app import create_app
from sparql_api.http.asked import APART, CONDITION, VARYING
from sparql_api.http.kept import Front
from sparql_api.query.stores import EditionStores
from sparql_api.settings import Settings
from tests.sparql_api.endpoint.live import Live, endpoint, serve, wait_until

ROOT = Path(__file__).parents[3]
QUERY = "SELECT * { ?s <http://example.org/value> ?o } ORDER BY ?o LIMIT 3"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Accept: application/sparql-results+json\r\n"
SELECT = quote("SELECT ?p ?o { <https://w3id.org/observatoire-ia/instrument/ai-act> ?p ?o }")
TURTLE = quote("DESCRIBE <https://w3id.org/observatoire-ia/instrument/ai-act>")


def request(target: str, headers: str = "", body: str = "", method: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    way = method or ("POST" if body else "GET")
    return f"{way} {target} HTTP/1.1\r\nHost: observatoire.example\r\n{headers}{length}\r\n{body}".encode()


KEPT = [
    request(f"/sparql?query={SELECT}"),
    request(f"/sparql?query={SELECT}", JSON + "Accept-Encoding: gzip\r\n"),
    request(f"/sparql?query={SELECT}", JSON + "Accept-Encoding: zstd, gzip\r\n"),
    request(f"/sparql?query={SELECT}&format=csv&download=table"),
    request(f"/sparql?query={SELECT}&edition=1&timeout=7&nothing=1", "Accept: application/xml\r\n"),
    request(f"/sparql?query={SELECT}", JSON + "Accept-Encoding: br, gzip;q=0.1, identity;q=0\r\n"),
    request(f"/sparql?query={SELECT}", JSON + "Accept-Encoding: br\r\n"),
    request(f"/sparql?query={TURTLE}", "Accept: text/turtle\r\n"),
    request("/sparql", FORM + JSON, f"query={SELECT}"),
    request("/sparql", "Content-Type: application/sparql-query\r\n", "ASK {}", "QUERY"),
    request("/sparql", "Accept: text/turtle\r\n"),
    request("/rdf-graph-store?graph=https://w3id.org/observatoire-ia/graphe/analyse/illustrative-UR001"),
    request("/instrument/ai-act.jsonld"),
    request("/instrument/ai-act.ttl", "Accept-Encoding: gzip\r\n"),
    request("/instrument/ai-act.html", "Accept: text/html\r\nAccept-Language: en\r\n"),
    request("/instrument/ai-act.html", "Accept: text/html\r\nAccept-Encoding: gzip, zstd\r\n"),
    request("/instrument/ai-act.html?rien=1", "Accept: text/html\r\n"),
    request("/fiches?q=robot"),
    request("/fiches?q=robot", "Accept: text/html\r\nUser-Agent: Mozilla/5.0\r\n"),
    request("/fiches/suggestions?q=rob"),
    request("/queries"),
    request("/queries/projets-par-academie"),
    request("/queries/projets-par-academie?format=csv&tableur"),
    request("/queries/projets-par-academie?edition=1&format=xml"),
    request("/queries/projets-par-academie", "Accept: text/html\r\n"),
    request("/", "Accept: text/html\r\n"),
    request("/editions"),
    request("/void", "Accept: text/turtle\r\n"),
    request("/ontologie", "Accept: text/turtle\r\n"),
    request("/contexte.jsonld"),
]
MADE_EACH_TIME = [
    request(f"/sparql?query={SELECT}", JSON + "Cookie: a=b\r\n"),
    request(f"/sparql?query={SELECT}", JSON + "Authorization: Bearer x\r\n"),
    request(f"/sparql?query={SELECT}", JSON + "Range: bytes=0-3\r\n"),
    request(f"/sparql?query={quote('SELECT (RAND() > 2 AS ?r) {}')}"),
    request("/sparql?query=nonsense"),
    request("/instrument/ai-act", "Accept: text/turtle\r\n"),
    request("/nowhere"),
    request("/fiches?nothing=1"),
    request("/health"),
    request("/editions/current/dump.nq.gz", method="HEAD"),
    request(f"/sparql?query={SELECT}", JSON + 'If-None-Match: "a"\r\nIf-None-Match: "b"\r\n'),
]


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    with socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0)) as connection:
        connection.settimeout(120)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection


def read(connection: socket.socket, bodiless: bool = False) -> bytes:
    """Return one answer, as it came."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = re.search(rb"\r\ncontent-length: (\d+)", head)
    if bodiless or head[9:12] in (b"304", b"204"):
        return data
    while (len(data) - len(head) - 4 < int(length[1])) if length else not data.endswith(b"\r\n0\r\n\r\n"):
        data += received(connection)
    return data


def received(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 16)
    assert data, "the connection ended"
    return data


def ask(url: str, asked: bytes, times: int = 1) -> list[bytes]:
    """Return the answers to a request asked so often on one connection."""
    answers = []
    with connected(url) as connection:
        for _ in range(times):
            connection.sendall(asked)
            answers.append(read(connection, asked.startswith(b"HEAD")))
    return answers


def settled(answer: bytes) -> bytes:
    """Return an answer without what differs from one moment to the next."""
    return re.sub(rb'(?m)^(date: |ratelimit: |"r": \{).*$', rb"\1", answer)


@pytest.fixture(scope="module")
def services(demo_var: Path) -> Iterator[tuple[str, str, Front]]:
    """Two services over the same edition, without and with answers kept, and those kept."""
    with ExitStack() as stack:
        apps: list[FastAPI] = [create_app(Settings(var=demo_var, workers=1, front_mb=size)) for size in (0, 16)]
        without, kept = (stack.enter_context(serve(app)) for app in apps)
        yield without, kept, apps[1].state.front


@pytest.mark.parametrize("asked", KEPT, ids=lambda asked: asked.decode()[:60])
def test_an_answer_kept_is_the_one_made(services: tuple[str, str, Front], asked: bytes) -> None:
    without, url, front = services
    kept, given = front.kept_bytes, front.given
    expected = settled(ask(url, asked)[0])
    wait_until(lambda: front.kept_bytes > kept)
    other = asked.replace(b"Host:", b"X-Other: 1\r\nHost:")
    answers = [*ask(url, asked, 3), *ask(url, other, 2), *ask(without, asked)]
    assert expected.startswith(b"HTTP/1.1 200 ")
    assert [settled(answer) for answer in answers] == [expected] * 6
    assert front.given == given + 5


@pytest.mark.parametrize("asked", KEPT, ids=lambda asked: asked.decode()[:60])
def test_what_a_client_has_is_not_sent_again(services: tuple[str, str, Front], asked: bytes) -> None:
    """Whatever tags it names: that of the answer among others, or another alone."""
    without, url, front = services
    whole = ask(without, asked)[0]
    tag = re.search(rb"\r\netag: (\S+)\r\n", whole)
    assert tag, whole
    has, several, other = (with_tags(asked, tags) for tags in (tag[1], b'"a", ' + tag[1], b'W/"another"'))
    unchanged = settled(ask(without, has)[0])
    assert unchanged.startswith(b"HTTP/1.1 304 ") and unchanged.endswith(b"\r\n\r\n")
    assert settled(ask(url, has)[0]) == unchanged
    ask(url, asked)
    given = front.given
    assert [settled(one) for one in (*ask(url, has, 2), *ask(url, several, 2))] == [unchanged] * 4
    assert [settled(one) for one in ask(url, other, 2)] == [settled(whole)] * 2
    assert front.given == given + 6


def with_tags(asked: bytes, tags: bytes) -> bytes:
    return asked.replace(b"Host:", b"If-None-Match: " + tags + b"\r\nHost:")


@pytest.mark.parametrize("asked", [one for one in KEPT if one[:3] == b"GET"], ids=lambda asked: asked.decode()[:60])
def test_a_head_is_that_of_its_answer(services: tuple[str, str, Front], asked: bytes) -> None:
    without, url, front = services
    head = b"HEAD" + asked[3:]
    expected = settled(ask(without, head)[0])
    first, given = ask(url, head)[0], front.given
    assert [settled(one) for one in (first, *ask(url, head, 2))] == [expected] * 3
    assert front.given == given + 2
    assert expected.endswith(b"\r\n\r\n") and expected.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("asked", MADE_EACH_TIME, ids=lambda asked: asked.decode()[:60])
def test_what_is_somebodys_conditional_or_wrong_is_made_each_time(
    services: tuple[str, str, Front], asked: bytes
) -> None:
    without, url, front = services
    given = front.given
    first, second = ask(url, asked, 2)
    assert settled(second).partition(b"\r\n\r\n")[0] == settled(ask(without, asked)[0]).partition(b"\r\n\r\n")[0]
    assert first[:12] == second[:12]
    assert front.given == given


def test_every_header_that_the_service_reads_is_known_here() -> None:
    """What is read of a request's headers makes another answer, or is a header of requests answered apart."""
    read = re.compile(r'request\.headers(?:\.get\(|\[)"([^"]+)"')
    names = {
        found[1].lower().encode()
        for path in (ROOT / "sparql_api").rglob("*.py")
        for found in read.finditer(path.read_text(encoding="utf-8"))
    }
    assert {b"accept", b"accept-encoding", b"if-none-match"} <= names
    # The length is the body's; what browsers ask before a request is OPTIONS; where a form comes from is read of acts.
    others = {b"content-length", b"access-control-request-headers", b"origin", b"sec-fetch-site"}
    assert names - VARYING - APART - {CONDITION} - others == set()


@contextmanager
def small(store: Path, var: Path, **values: Any) -> Iterator[tuple[Live, Path]]:
    """Serve two editions of a small store; the first is the current one."""
    editions = var / "editions"
    for number in ("1", "2"):
        (editions / number).mkdir(parents=True)
        (editions / number / "store").symlink_to(store)
        (editions / number / "manifest.json").write_text("{}")
    (editions / "current").symlink_to("1")
    with endpoint(EditionStores(editions), var, **values) as live:
        yield live, editions


def number(answer: bytes) -> bytes:
    found = re.search(rb"observatoire-edition: (\d+)", answer)
    return found[1] if found else answer[:12]


def test_a_new_edition_is_seen_at_once(store: Path, tmp_path: Path) -> None:
    with small(store, tmp_path) as (live, editions), connected(live.url) as connection:
        for current in ("1", "2", "1", "2"):
            (editions / "next").symlink_to(current)
            (editions / "next").rename(editions / "current")
            for _ in range(3):
                connection.sendall(request(f"/sparql?query={quote(QUERY)}"))
                assert number(read(connection)) == current.encode()


def test_an_edition_that_is_gone_or_redacted_is_kept_no_longer(store: Path, tmp_path: Path) -> None:
    pinned = request(f"/sparql?query={quote(QUERY)}&edition=1")
    with small(store, tmp_path) as (live, editions):
        front = live.front
        assert [number(answer) for answer in ask(live.url, pinned, 3)] == [b"1"] * 3
        given = front.given
        assert given == 2
        redacted = editions / "1" / "manifest.new"
        redacted.write_text("{}")
        redacted.rename(editions / "1" / "manifest.json")
        assert number(ask(live.url, pinned)[0]) == b"1"
        assert front.given == given
        (editions / "next").symlink_to("2")
        (editions / "next").rename(editions / "current")
        ask(live.url, pinned, 2)
        (editions / "1.gone").write_text("")
        assert ask(live.url, pinned)[0].startswith(b"HTTP/1.1 410 ")


def test_what_the_engine_forgets_is_gone(store: Path, tmp_path: Path) -> None:
    """A cache of one answer: whatever is asked drives the one before out of it."""
    with small(store, tmp_path, cache_mb=0.012) as (live, _):
        asked = [request(f"/sparql?query={quote(QUERY.replace('3', str(n)))}") for n in (1, 2)]
        asked += [request(f"/sparql?query={quote('ASK {} #' + str(n))}") for n in range(20)]
        for one in asked:
            ask(live.url, one)
        assert live.front.given == 0
        ask(live.url, asked[0])
        assert live.front.given == 0


def test_memory_is_bounded(store: Path, tmp_path: Path) -> None:
    with small(store, tmp_path, front_mb=0.1, client_seconds=1000) as (live, _), connected(live.url) as connection:
        for n in range(300):
            connection.sendall(request(f"/sparql?query={quote(f'ASK {{}} # {n}')}"))
            read(connection)
            assert live.front.kept_bytes <= 0.1 * (1 << 20)
        assert live.front.given == 0
        connection.sendall(request(f"/sparql?query={quote('ASK {} # 299')}"))
        read(connection)
        assert live.front.given == 1


def test_each_answer_given_is_counted_logged_and_shared_fairly(store: Path, tmp_path: Path) -> None:
    asked = request(f"/sparql?query={quote(QUERY)}")
    with small(store, tmp_path, client_seconds=1000) as (live, _):
        answers = ask(live.url, asked, 5)
        assert (live.engine.hits, live.engine.misses, live.front.given) == (4, 1, 4)
        wait_until(lambda: cached_lines(tmp_path) == [0, 1, 1, 1, 1])
        client = live.fair_use.key("127.0.0.1")
        before = left(answers[4])
        live.fair_use.charge(client, 500)
        assert before - 501 <= left(ask(live.url, asked)[0]) < before - 400
        live.fair_use.charge(client, 1000)
        assert ask(live.url, asked)[0].startswith(b"HTTP/1.1 429 ")
        assert live.front.given == 5


def cached_lines(var: Path) -> list[int]:
    """Return of each line of the log whether it tells of a kept answer."""
    log = var / "log" / "queries.jsonl"
    return [line.count('"cached": true') for line in log.read_text().splitlines()] if log.exists() else []


def left(answer: bytes) -> int:
    """Return the seconds that are left to a client, as its answer says."""
    found = re.search(rb'ratelimit: "engine-seconds";r=(\d+);', answer)
    assert found, answer
    return int(found[1])


def test_a_proxy_speaks_for_its_clients(store: Path, tmp_path: Path) -> None:
    """Each has a share of its own; an answer is kept for all."""
    asked = {
        host: request(f"/sparql?query={quote(QUERY)}", f"X-Forwarded-For: {host}\r\n") for host in ("10.1.1.1", "10.1.1.2")
    }
    with small(store, tmp_path, client_seconds=100) as (live, _):
        ask(live.url, asked["10.1.1.1"], 2)
        live.fair_use.charge(live.fair_use.key("10.1.1.1"), 101)
        assert ask(live.url, asked["10.1.1.1"])[0].startswith(b"HTTP/1.1 429 ")
        assert all(b"r=100;" in answer for answer in ask(live.url, asked["10.1.1.2"], 3))
        assert live.front.given == 4


def test_bytes_that_come_one_by_one_or_many_requests_at_once_are_answered_alike(store: Path, tmp_path: Path) -> None:
    asked = request("/sparql", FORM + JSON, f"query={quote(QUERY)}")
    with small(store, tmp_path) as (live, _), connected(live.url) as connection:
        expected = settled(ask(live.url, asked)[0])
        for at in range(len(asked)):
            connection.sendall(asked[at : at + 1])
        assert settled(read(connection)) == expected
        for parts in (2, 3, 7):
            connection.sendall(asked * parts)
            found = b""
            while found.count(expected[-40:]) < parts:
                found += received(connection)
            assert settled(found) == expected * parts


def test_the_rest_of_a_body_is_no_request(store: Path, tmp_path: Path) -> None:
    """A body that is refused before it came, and whose bytes are a request that is known."""
    known = request(f"/sparql?query={quote(QUERY)}")
    refused = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
    with small(store, tmp_path) as (live, _), connected(live.url) as connection:
        ask(live.url, known, 2)
        given = live.front.given
        connection.sendall(f"{refused}Content-Length: {len(known)}\r\n\r\n".encode())
        assert read(connection).startswith(b"HTTP/1.1 415 ")
        connection.sendall(known)
        connection.sendall(request("/sparql?query=nonsense"))
        assert read(connection).startswith(b"HTTP/1.1 400 ")
        assert live.front.given == given


def test_half_a_head_behind_an_answer_given_is_not_waited_for(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sparql_api.http.connections.HEAD_SECONDS", 0.5)
    asked = request(f"/sparql?query={quote(QUERY)}")
    with small(store, tmp_path) as (live, _), connected(live.url) as connection:
        ask(live.url, asked, 2)
        connection.sendall(asked)
        read(connection)
        connection.sendall(asked[:20])
        assert connection.recv(1000) == b""
