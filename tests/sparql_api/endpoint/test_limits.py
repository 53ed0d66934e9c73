"""No query hurts another's, and none outlives its bounds: deadline, memory, size, queue, share."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from sparql_api.query.stores import SingleStore
from tests import patient
from tests.sparql_api.endpoint.live import (
    CROSS_PRODUCT,
    ENDLESS,
    Live,
    endpoint,
    kill_workers,
    small_quads,
    wait_until,
    worker_pids,
    write_store,
)

QUICK = "SELECT ?v { <http://example.org/thing/7> <http://example.org/value> ?v }"
# Strings that double at each step: a few kilobytes of query, and more memory than any bound.
GROWTH = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
MEMORY_BOMB = f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("0123456789" AS ?x0) {GROWTH} }}'
EVERYTHING = "SELECT * { ?s ?p ?o . ?t ?q ?u }"


def ask(client: httpx.Client, query: str, **parameters: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **parameters})


def problem_name(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition("/")[2]


def opened(live: Live, query: str) -> socket.socket:
    """Send a query on a connection of its own, and return it without reading the answer."""
    host, port = urlsplit(live.url).hostname, urlsplit(live.url).port
    connection = socket.create_connection((host or "", port or 0))
    request = f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: {host}\r\n\r\n"
    connection.sendall(request.encode())
    return connection


def test_a_cross_product_ends_at_its_deadline_while_others_are_answered(store: Path, tmp_path: Path) -> None:
    with (
        endpoint(SingleStore(store), tmp_path, query_timeout=1) as live,
        patient.Client(base_url=live.url.removesuffix("/sparql")) as client,
        ThreadPoolExecutor() as pool,
    ):
        slow = pool.submit(ask, client, CROSS_PRODUCT)
        answered = 0
        while not slow.done():
            assert ask(client, QUICK + f" # {answered}").status_code == 200
            answered += 1
        assert answered > 5
        assert slow.result().status_code == 504
        assert problem_name(slow.result()) == "deadline"
        assert slow.result().json()["bound"] == "deadline"


def test_a_request_may_shorten_its_deadline_but_not_lengthen_it(client: httpx.Client) -> None:
    assert ask(client, QUICK, timeout="5").headers["observatoire-timeout"] == "5"
    assert ask(client, QUICK, timeout="500").headers["observatoire-timeout"] == "30"
    for wrong in ("-1", "soon", "nan"):
        assert problem_name(ask(client, QUICK, timeout=wrong)) == "parameter"


def test_a_memory_bomb_is_ended_with_the_name_of_its_bound(client: httpx.Client) -> None:
    answer = ask(client, MEMORY_BOMB)
    assert answer.status_code == 503
    assert problem_name(answer) == "memory"
    assert "512" in answer.json()["detail"]
    assert ask(client, QUICK).status_code == 200


def test_a_client_that_leaves_frees_its_worker_at_once(live: Live) -> None:
    connection = opened(live, ENDLESS)
    wait_until(lambda: live.engine.status().busy == 1)
    connection.close()
    wait_until(lambda: live.engine.status().busy == 0, seconds=3)


def test_an_answer_over_the_bound_is_an_error_and_not_cut(client: httpx.Client) -> None:
    for media_type in ("application/sparql-results+json", "text/csv"):
        answer = client.get("/sparql", params={"query": EVERYTHING}, headers={"Accept": media_type})
        assert answer.status_code == 503
        assert problem_name(answer) == "answer-size"


def test_a_large_answer_comes_whole(client: httpx.Client) -> None:
    query = "SELECT * { ?s <http://example.org/next> ?o . ?t <http://example.org/value> ?v FILTER(?v < 30) }"
    rows = ask(client, query, format="csv").text.strip().split("\r\n")
    assert len(rows) == 1 + 666 * 30


def test_a_crash_is_the_error_of_one_query_and_nothing_else(live: Live, client: httpx.Client) -> None:
    with ThreadPoolExecutor() as pool:
        victim = pool.submit(ask, client, ENDLESS + " # crash")
        wait_until(lambda: live.engine.status().busy == 1)
        pids = worker_pids()
        for pid in pids:
            os.kill(pid, signal.SIGSEGV)
        wait_until(lambda: not any(alive(pid) for pid in pids))
        assert victim.result().status_code == 500
        assert problem_name(victim.result()) == "crash"
    assert ask(client, QUICK + " # after the crash").status_code == 200
    wait_until(lambda: live.engine.status().workers == 2)


def test_a_parser_bomb_is_a_problem_of_its_own(client: httpx.Client) -> None:
    for bomb in ("SELECT (1" + "+1" * 100_000 + " AS ?x) {}", "ASK " + "{" * 100_000 + "}" * 100_000):
        answer = client.post("/sparql", data={"query": bomb})
        assert answer.status_code in (200, 400, 413, 500, 503)
        assert ask(client, QUICK).status_code == 200


def test_a_long_query_text_is_refused(client: httpx.Client) -> None:
    answer = client.post("/sparql", data={"query": "ASK {} #" + "x" * (2 << 20)})
    assert answer.status_code == 413
    assert problem_name(answer) == "query-too-long"


def test_half_a_request_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparql_api.http.bodies.BODY_SECONDS", 0.2)
    host, port = urlsplit(live.url).hostname or "", urlsplit(live.url).port or 0
    with socket.create_connection((host, port)) as connection:
        head = f"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/sparql-query\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\nASK".encode())
        connection.settimeout(10)
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_a_slow_reader_holds_no_worker(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, workers=1, cache_mb=0) as live, patient.Client() as client:
        connection = opened(live, "SELECT * { ?s <http://example.org/next> ?o . ?t ?p ?v } LIMIT 60000")
        wait_until(lambda: live.engine.status().spooled > 1 << 20)
        assert live.engine.status().busy == 0
        assert client.get(live.url, params={"query": QUICK}).status_code == 200
        connection.close()
        wait_until(lambda: live.engine.status().spooled == 0)


def test_answers_that_nobody_reads_do_not_fill_the_disk(store: Path, tmp_path: Path) -> None:
    values = {"workers": 1, "cache_mb": 0, "spool_mb": 1}
    with endpoint(SingleStore(store), tmp_path, **values) as live, patient.Client() as client:
        connection = opened(live, "SELECT * { ?s <http://example.org/next> ?o . ?t ?p ?v } LIMIT 60000")
        wait_until(lambda: live.engine.status().spooled > 1 << 20)
        large = {"query": "SELECT * { ?s <http://example.org/next> ?o . ?t ?p ?v } LIMIT 50000"}
        answer = client.get(live.url, params=large)
        assert (answer.status_code, problem_name(answer)) == (503, "spool")
        assert int(answer.headers["retry-after"]) > 0
        # What needs no disk is answered as ever.
        assert client.get(live.url, params={"query": QUICK}).status_code == 200
        connection.close()


def test_one_client_fills_its_part_of_the_disk_alone(store: Path, tmp_path: Path) -> None:
    values = {"workers": 1, "cache_mb": 0, "spool_mb": 32}
    with endpoint(SingleStore(store), tmp_path, **values) as live:
        large = "SELECT * { ?s <http://example.org/next> ?o . ?t ?p ?v } LIMIT 30000"
        connection = opened(live, large)
        wait_until(lambda: live.engine.status().spooled > 8 << 20)
        answer = patient.get(live.url, params={"query": large + " # again"})
        assert (answer.status_code, problem_name(answer)) == (503, "spool")
        with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=300) as other:
            assert other.get(live.url, params={"query": large + " # other"}).status_code == 200
        connection.close()


@pytest.fixture
def narrow(store: Path, tmp_path: Path) -> Iterator[Live]:
    with endpoint(SingleStore(store), tmp_path, workers=1, queue=1, patience=60) as live:
        yield live


def test_one_query_more_than_may_wait_is_told_to_come_back(narrow: Live) -> None:
    first = opened(narrow, ENDLESS)
    wait_until(lambda: narrow.engine.status().busy == 1)
    second = opened(narrow, ENDLESS + " # second")
    wait_until(lambda: narrow.engine.status().waiting == 1)
    answer = patient.get(narrow.url, params={"query": QUICK})
    assert (answer.status_code, problem_name(answer)) == (503, "queue")
    assert int(answer.headers["retry-after"]) > 0
    first.close()
    second.close()
    wait_until(lambda: narrow.engine.status().busy == 0 and narrow.engine.status().waiting == 0)


def test_long_queries_that_hold_every_worker_give_way_to_one_that_waits(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, workers=2) as live, ThreadPoolExecutor() as pool:

        def get(query: str) -> httpx.Response:
            return httpx.get(live.url, params={"query": query}, timeout=300)

        long = [pool.submit(get, f"{ENDLESS} # {i}") for i in range(2)]
        wait_until(lambda: live.engine.status().busy == 2)
        started = time.monotonic()
        assert get(QUICK).status_code == 200
        assert time.monotonic() - started < 3
        wait_until(lambda: any(future.done() for future in long))
        (ended,) = [future.result() for future in long if future.done()]
        assert (ended.status_code, problem_name(ended)) == (503, "busy")
        kill_workers()


def test_a_client_past_its_share_is_told_when_to_come_back(store: Path, tmp_path: Path) -> None:
    values = {"client_seconds": 0.2, "client_window": 1000}
    with endpoint(SingleStore(store), tmp_path, **values) as live, patient.Client() as client:
        first = client.get(live.url, params={"query": ENDLESS, "timeout": "0.5"})
        assert first.status_code == 504
        answer = client.get(live.url, params={"query": QUICK})
        assert (answer.status_code, problem_name(answer)) == (429, "share")
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["ratelimit"].startswith('"engine-seconds";r=0')


def test_stopping_the_service_leaves_no_process_behind(store: Path, tmp_path: Path) -> None:
    before = set(worker_pids())
    with endpoint(SingleStore(store), tmp_path) as live:
        connection = opened(live, ENDLESS)
        wait_until(lambda: live.engine.status().busy == 1)
        connection.close()
    wait_until(lambda: set(worker_pids()) <= before)
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.long
def test_workers_die_with_the_process_that_started_them(store: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from sparql_api.engines import open_engine\n"
        "from sparql_api.query.stores import SingleStore\n"
        "from sparql_api.settings import Settings\n"
        "from tests.sparql_api.endpoint.live import worker_pids\n"
        "async def main():\n"
        "    engine = open_engine(Settings(var=Path(sys.argv[2])), stores=SingleStore(Path(sys.argv[1])))\n"
        "    await engine.start()\n"
        "    print(*worker_pids(), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    arguments = [sys.executable, "-c", program, str(store), str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert pids
        process.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and alive(pid) for pid in pids))


def alive(pid: int) -> bool:
    try:
        return "worker.py" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def test_a_hundred_questions_at_once_are_all_answered(store: Path, tmp_path: Path) -> None:
    values = {"workers": 2, "queue": 200, "cache_mb": 0}
    with (
        endpoint(SingleStore(store), tmp_path, **values) as live,
        httpx.Client(timeout=30) as client,
        ThreadPoolExecutor(25) as pool,
    ):
        asked = [pool.submit(client.get, live.url, params={"query": f"{QUICK} # {i}"}) for i in range(100)]
        assert [future.result().status_code for future in asked] == [200] * 100


def test_a_store_that_does_not_open_is_said_to_be_the_services_fault(tmp_path: Path) -> None:
    broken = tmp_path / "store"
    write_store(broken, small_quads(3))
    (broken / "CURRENT").write_text("no manifest\n")
    with endpoint(SingleStore(broken), tmp_path) as live:
        answer = patient.get(live.url, params={"query": QUICK})
        assert (answer.status_code, problem_name(answer)) == (500, "store")
