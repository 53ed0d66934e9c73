"""Whose turn it is when more ask than can be answered: short before long, light clients before heavy ones."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from sparql_api.engine.workers.experience import Experience, shape_of
from sparql_api.engine.workers.process import AT_WORK, LAST
from sparql_api.query.stores import SingleStore
from tests.sparql_api.endpoint.live import ENDLESS, Live, endpoint, kill_workers, wait_until, worker_pids
from tests.sparql_api.endpoint.test_limits import QUICK, opened, problem_name

LEARNT = {"workers": 2, "patience": 2}


def get(live: Live, query: str, **parameters: str) -> httpx.Response:
    return httpx.get(live.url, params={"query": query, **parameters}, timeout=300)


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


def test_what_was_brief_before_anyone_waited_is_known_to_be_short(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sparql_api.engine.workers.pool.PACE", math.inf)
    with endpoint(SingleStore(store), tmp_path, cache_mb=0, workers=1) as live:
        pool = live.engine._engine._pool  # type: ignore[attr-defined]
        assert get(live, QUICK).status_code == 200
        assert pool.experience.expected(QUICK) is None
        long = opened(live, ENDLESS)
        wait_until(lambda: live.engine.status().busy == 1)
        waits = opened(live, f"{QUICK} # waits")
        wait_until(lambda: pool.experience.expected(QUICK) is not None)
        for connection in (long, waits):
            connection.close()


def test_some_of_what_is_brief_is_looked_at_although_nobody_waits(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, cache_mb=0, workers=1) as live:
        assert get(live, QUICK).status_code == 200
        assert live.engine._engine._pool.experience.expected(QUICK) is not None  # type: ignore[attr-defined]


def test_who_waits_among_long_ones_is_not_kept_by_the_worker_that_is_for_the_short(store: Path, tmp_path: Path) -> None:
    with endpoint(SingleStore(store), tmp_path, workers=2, patience=1, cache_mb=0) as live:
        experience = live.engine._engine._pool.experience  # type: ignore[attr-defined]
        experience.learn(ENDLESS, 30, ended=True)
        experience.learn(QUICK, 0.3, ended=False)
        long = [opened(live, f"{ENDLESS} # {i}") for i in range(6)]
        wait_until(lambda: live.engine.status().waiting == 5)
        assert get(live, QUICK, timeout="20").status_code == 200
        for connection in long:
            connection.close()


def niceness() -> set[int]:
    found = set()
    for pid in worker_pids():
        with suppress(ProcessLookupError):  # It ended since it was listed.
            found.add(os.getpriority(os.PRIO_PROCESS, pid))
    return found


def test_a_slow_query_leaves_the_processors_to_the_others(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with endpoint(SingleStore(store), tmp_path, cache_mb=0) as live:
        at_work = min(LAST, os.getpriority(os.PRIO_PROCESS, 0) + AT_WORK)  # The tests may run behind others.
        assert niceness() == {at_work}
        long = opened(live, ENDLESS)
        wait_until(lambda: niceness() == {at_work, LAST})
        long.close()
        wait_until(lambda: live.engine.status().busy == 0 and niceness() == {at_work})
        monkeypatch.setattr("sparql_api.engine.workers.process.SLOW", 0.0)
        assert get(live, QUICK).status_code == 200
        wait_until(lambda: niceness() == {at_work})


def test_a_shape_is_a_query_without_its_names_and_values() -> None:
    one = "SELECT ?a { ?a <urn:p> 'x' . ?b ex:q ?a } # comment"
    other = "select ?s{?s <urn:other> 'y'.?t ex:r ?s}"
    assert shape_of(one) == shape_of(other)
    assert shape_of(one) != shape_of(one.replace("?b ex:q ?a", "?b ex:q ?c"))


def test_what_was_ended_is_expected_to_take_at_least_as_long_again() -> None:
    experience = Experience()
    assert experience.expected("shape") is None
    experience.learn("shape", 30, ended=True)
    experience.learn("shape", 2, ended=True)
    assert experience.expected("shape") == 30
    for _ in range(10):
        experience.learn("shape", 0.01, ended=False)
    assert experience.expected("shape") < 0.1


def test_where_nothing_is_known_of_a_query_its_client_is_a_guess() -> None:
    experience = Experience()
    experience.learn("one", 30, ended=True, client="heavy")
    experience.learn("two", 0.01, ended=False, client="light")
    assert experience.expected("new", "heavy") == 30
    assert experience.past("light") < 1 < experience.past("heavy") < experience.past("unknown")
    assert experience.expected("new", "light") == 0.01
    assert experience.expected("new", "unheard of") is None
    assert experience.expected("two", "heavy") == 0.01


def test_a_query_left_alone_at_once_is_not_thought_to_be_short() -> None:
    experience = Experience()
    experience.learn("shape", 0.01, ended=True)
    assert experience.expected("shape") is None
