"""Connections that are held for nothing: half a head, a head without end, an answer nobody reads, too many at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from bench.attack.watch import Watched, serving
from sparql_api.query.stores import SingleStore
from tests.sparql_api.endpoint.live import Live, endpoint, wait_until

LARGE = "SELECT * { ?s <http://example.org/next> ?o . ?t ?p ?v } LIMIT 60000"


@contextmanager
def connected(live: Live) -> Iterator[socket.socket]:
    host, port = urlsplit(live.url).hostname, urlsplit(live.url).port
    with socket.create_connection((host or "", port or 0)) as connection:
        connection.settimeout(20)
        yield connection


def ask(connection: socket.socket, query: str) -> None:
    connection.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def answered(connection: socket.socket) -> bool:
    """Read the answer to an ASK, in however many pieces it comes; tell whether it is whole and good."""
    data = b""
    while not data.endswith(b"}"):
        piece = connection.recv(1000)
        if not piece:
            return False
        data += piece
    return data.startswith(b"HTTP/1.1 200 ")


def closed(connection: socket.socket) -> bool:
    """Read until the end; tell whether it came."""
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.fixture
def live(store: Path, tmp_path: Path) -> Iterator[Live]:
    with endpoint(SingleStore(store), tmp_path, connections=5, cache_mb=0) as running:
        yield running


@pytest.mark.parametrize("sent", [b"", b"GET /sparql HTTP/1.1\r\nHost:", b"\r\n"])
def test_half_a_head_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr("sparql_api.http.connections.HEAD_SECONDS", 0.5)
    with connected(live) as connection:
        connection.sendall(sent)
        assert closed(connection)


def test_half_a_second_head_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparql_api.http.connections.HEAD_SECONDS", 0.5)
    with connected(live) as connection:
        ask(connection, "ASK {}")
        assert answered(connection)
        connection.sendall(b"GET /sparql HTTP/1.1\r\n")
        assert closed(connection)


def test_a_connection_that_no_request_follows_on_is_closed(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind an answer made, and behind one that was kept."""
    monkeypatch.setattr("sparql_api.http.house.LOOK_SECONDS", 0.05)
    with endpoint(SingleStore(store), tmp_path, workers=1, keep_alive=0) as live:
        for given in (0, 1):
            with connected(live) as connection:
                ask(connection, "ASK {}")
                assert answered(connection)
                assert closed(connection)
            assert live.front.given == given


def test_who_asks_for_another_protocol_is_answered_as_anyone(live: Live) -> None:
    with connected(live) as connection:
        other = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        connection.sendall(f"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n{other}\r\n".encode())
        assert answered(connection)


def test_a_head_without_end_is_refused(live: Live) -> None:
    with connected(live) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError):
            for _ in range(10_000):
                connection.sendall(b"X-a: " + b"b" * 8000 + b"\r\n")


def test_a_whole_head_over_the_bound_is_refused(live: Live) -> None:
    with connected(live) as connection:
        connection.sendall(b"GET /sparql?query=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 431 ")
        assert closed(connection)


def test_one_connection_too_many_closes_the_one_idle_for_longest(live: Live) -> None:
    opened = []
    for _ in range(5):
        connection = socket.create_connection(("127.0.0.1", urlsplit(live.url).port or 0))
        connection.settimeout(20)
        ask(connection, "ASK {}")
        assert answered(connection)
        opened.append(connection)
    with connected(live) as newest:
        ask(newest, "ASK {}")
        assert answered(newest)
        assert closed(opened[0])
        ask(opened[4], "ASK {}")
        assert answered(opened[4])
    for connection in opened:
        connection.close()


def test_who_reads_nothing_loses_the_answer(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparql_api.http.connections.READ_SECONDS", 0.5)
    with connected(live) as connection:
        ask(connection, LARGE)
        wait_until(lambda: live.engine.status().spooled > 1 << 20)
        wait_until(lambda: live.engine.status().spooled == 0)


@pytest.mark.long
def test_who_reads_slowly_gets_the_whole_answer(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparql_api.http.connections.READ_SECONDS", 0.5)
    monkeypatch.setattr("sparql_api.http.connections.READ_BYTES", 1000)
    with connected(live) as connection:
        ask(connection, LARGE.replace("60000", "20000"))
        wait_until(lambda: live.engine.status().spooled > 1 << 20)
        head, _, body = connection.recv(4096).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        end = time.monotonic() + 3
        while len(body) < length:
            body += connection.recv(1 << 18)
            time.sleep(0.05 if time.monotonic() < end else 0)
        assert len(body) == length


def test_a_pipelining_client_that_leaves_frees_its_worker(live: Live) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with connected(live) as connection:
        for _ in range(3):
            ask(connection, endless)
        wait_until(lambda: live.engine.status().busy == 1)
    wait_until(lambda: live.engine.status().busy == 0, seconds=60)


def test_garbage_behind_a_request_never_stands_within_its_answer(live: Live) -> None:
    with connected(live) as connection:
        ask(connection, LARGE)
        connection.sendall(b"\x16\x03\x01 no HTTP\r\n\r\n")
        received = b""
        try:
            while data := connection.recv(1 << 16):
                received += data
        except ConnectionError:
            pass
    assert received.count(b"HTTP/1.1 ") <= 1
    assert b"Invalid HTTP" not in received or received.startswith(b"HTTP/1.1 400 ")


@pytest.mark.long
def test_the_service_itself_stands_behind_the_door(demo_var: Path, tmp_path: Path) -> None:
    (tmp_path / "editions").symlink_to(demo_var / "editions")
    with serving(tmp_path, {"connections": "3", "workers": "1"}) as watched:
        port = urlsplit(watched.url).port or 0
        opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(10)]
        wait_until(lambda: open_connections(watched) <= 3)
        for connection in opened:
            connection.close()


def open_connections(watched: Watched) -> int:
    """Return how many connections to the service's port are established."""
    port = f":{urlsplit(watched.url).port:04X}"
    lines = Path(f"/proc/{watched.pid}/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[1].endswith(port) and line.split()[3] == "01" for line in lines)
