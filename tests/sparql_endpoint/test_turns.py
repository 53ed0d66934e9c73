"""Whose turn it is when more ask than can be answered: short before long, light clients before heavy ones."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from sparql_api.engine import SingleStore
from sparql_api.engine.experience import Experience, shape_of
from tests.sparql_endpoint.live import ENDLESS, Live, endpoint, kill_workers, wait_until
from tests.sparql_endpoint.test_limits import QUICK, opened, problem_name

LEARNT = {"workers": 2, "patience": 2}


def get(live: Live, query: str, **parameters: str) -> httpx.Response:
    return httpx.get(live.url, params={"query": query, **parameters}, timeout=60)


def test_a_query_known_to_be_long_leaves_a_worker_to_the_others(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, **LEARNT) as live:
        assert get(live, ENDLESS, timeout="1.2").status_code == 504
        long = [opened(live, f"{ENDLESS} # again {i}") for i in range(2)]
        wait_until(lambda: live.engine.status().waiting == 1)
        assert live.engine.status().busy == 1
        for i in range(5):
            assert get(live, f"{QUICK} # {i}").status_code == 200
        assert live.engine.status().waiting == 1
        for connection in long:
            connection.close()


def test_a_short_query_takes_the_place_of_a_long_one_in_a_full_queue(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, queue=1, **LEARNT) as live, ThreadPoolExecutor() as pool:
        assert get(live, ENDLESS, timeout="1.2").status_code == 504
        running = opened(live, f"{ENDLESS} # runs")
        wait_until(lambda: live.engine.status().busy == 1)
        waits = pool.submit(get, live, f"{ENDLESS} # waits")
        wait_until(lambda: live.engine.status().waiting == 1)
        refused = get(live, f"{ENDLESS} # one too many")
        assert (refused.status_code, problem_name(refused)) == (503, "queue")
        assert get(live, QUICK).status_code == 200
        running.close()
        wait_until(lambda: live.engine.status().waiting == 0)
        kill_workers()
        assert waits.result().status_code == 500


def test_a_shape_is_a_query_without_its_names_and_values() -> None:
    one = "SELECT ?a { ?a <urn:p> 'x' . ?b ex:q ?a } # comment"
    other = "select ?s{?s <urn:other> 'y'.?t ex:r ?s}"
    assert shape_of(one) == shape_of(other)
    assert shape_of(one) != shape_of(one.replace("?b ex:q ?a", "?b ex:q ?c"))


def test_what_was_ended_is_expected_to_take_at_least_as_long_again() -> None:
    experience = Experience()
    experience.learn("shape", 0.01, ended=False)
    assert experience.expected("shape") == 0
    experience.learn("shape", 30, ended=True)
    experience.learn("shape", 2, ended=True)
    assert experience.expected("shape") == 30
    for _ in range(10):
        experience.learn("shape", 0.01, ended=False)
    assert experience.expected("shape") < 0.1


@pytest.mark.long
def test_good_clients_are_answered_under_attack(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, workers=4, query_memory_mb=512, query_timeout=10) as live:
        arguments = [sys.executable, "-m", "tests.sparql_endpoint.attack", live.url, "30"]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as attack:
            times: list[float] = []
            with httpx.Client(timeout=60) as client:
                while attack.poll() is None:
                    started = time.monotonic()
                    answer = client.get(live.url, params={"query": f"{QUICK} # {len(times)}"})
                    assert answer.status_code == 200
                    times.append(time.monotonic() - started)
            assert attack.stdout is not None
            outcomes = json.loads(attack.stdout.read())
        # The first seconds teach which shapes are long.
        settled = sorted(times[len(times) // 5 :])
        assert settled[int(len(settled) * 0.99)] < 0.5, (len(times), settled[-10:])
        assert set(outcomes) <= {"ok", "deadline", "memory", "queue", "busy", "answer-size"}
        assert get(live, QUICK + " # after").elapsed.total_seconds() < 0.5
