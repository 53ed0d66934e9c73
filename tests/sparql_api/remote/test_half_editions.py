"""Readers that ask while editions are published get one whole edition each time, and are told which."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from sparql_api.engine.remote.publication import publish_remote
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings, at
from tests.sparql_api.endpoint.live import endpoint, wait_until
from tests.sparql_api.remote.fuseki import Fuseki
from tests.sparql_api.remote.making import EX, announce, cut_edition, numbered

GRAPHS, THINGS, EDITIONS = 12, 25, 6
COUNT = f"SELECT ?edition (COUNT(*) AS ?n) {{ ?s <{EX}edition> ?edition }} GROUP BY ?edition"


@dataclass
class Seen:
    """What readers saw: answers by edition, statuses, and answers that are of no whole edition."""

    editions: Counter[int] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    mixed: list[str] = field(default_factory=list)
    order: list[int] = field(default_factory=list)


def judge_service(url: str, seen: Seen, client: httpx.Client) -> None:
    """Ask the service, and note what it answered and under which edition."""
    answer = client.post(url, data={"query": COUNT}, headers={"Accept": "text/csv"})
    seen.statuses[answer.status_code] += 1
    if answer.status_code != 200:
        assert answer.status_code == 503 and answer.headers["retry-after"]
        return
    said = int(answer.headers["observatoire-edition"])
    seen.editions[said] += 1
    seen.order.append(said)
    if answer.text != f"edition,n\r\n{said},{GRAPHS * THINGS}\r\n":
        seen.mixed.append(f"{said}: {answer.text!r}")


def judge_store(remote: RemoteSettings, seen: Seen, client: httpx.Client) -> None:
    """Ask a slot itself, without the seals."""
    for slot in ("a", "b"):
        answer = client.post(at(remote.query_url, slot), data={"query": COUNT}, headers={"Accept": "text/csv"})
        rows = answer.text.split()[1:]
        if len(rows) > 1 or (rows and not rows[0].endswith(f",{GRAPHS * THINGS}")):
            seen.mixed.append(answer.text)


@contextlib.contextmanager
def reading(judge: Callable[[httpx.Client], None]) -> Iterator[None]:
    """Ask again and again, in a thread, while the block runs."""
    stop, failure = threading.Event(), []

    def run() -> None:
        with httpx.Client(timeout=300) as client:
            while not stop.is_set():
                try:
                    judge(client)
                except Exception as error:
                    failure.append(error)
                    return

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not failure, failure


@pytest.mark.parametrize("slots", ["a,b", pytest.param("a", marks=pytest.mark.long)])
def test_a_reader_gets_one_whole_edition_whatever_is_published_meanwhile(
    store: Fuseki, tmp_path: Path, slots: str
) -> None:
    remote = store.remote(slots=slots)
    first = cut_edition(tmp_path, 1, numbered(1, GRAPHS, THINGS))
    publish_remote(first, remote)
    announce(tmp_path, first)
    seen, beside = Seen(), Seen()
    with (
        endpoint(EditionStores(tmp_path / "editions"), tmp_path, remote=remote, cache_mb=0) as live,
        reading(lambda client: judge_service(live.url, seen, client)),
        reading(lambda client: judge_store(remote, beside, client)),
    ):
        for number in range(2, EDITIONS + 1):
            edition = cut_edition(tmp_path, number, numbered(number, GRAPHS, THINGS))
            publish_remote(edition, remote)
            announce(tmp_path, edition)
            wait_until(lambda number=number: seen.editions[number] > 0 or len(slots) == 1)
        wait_until(lambda: seen.editions[EDITIONS] > 1)
    assert not seen.mixed
    assert seen.order == sorted(seen.order)
    # The same question to the slots themselves meets half editions: there was something to be kept from.
    assert beside.mixed
    if slots == "a,b":
        assert set(seen.statuses) == {200}, seen.statuses
        assert set(seen.editions) == set(range(1, EDITIONS + 1))
    else:
        assert seen.statuses[503] > 0  # One slot: while it is filled nothing answers, and nothing half.


def test_publications_without_a_pause_never_show_half_an_edition(store: Fuseki, tmp_path: Path) -> None:
    remote = store.updating()
    first = cut_edition(tmp_path, 1, numbered(1, GRAPHS, THINGS))
    publish_remote(first, remote)
    announce(tmp_path, first)
    seen = Seen()
    with contextlib.ExitStack() as stack:
        live = stack.enter_context(
            endpoint(EditionStores(tmp_path / "editions"), tmp_path, remote=remote, cache_mb=0)
        )
        for _ in range(3):
            stack.enter_context(reading(lambda client: judge_service(live.url, seen, client)))
        for number in range(2, 2 * EDITIONS):
            edition = cut_edition(tmp_path, number, numbered(number, GRAPHS, THINGS))
            publish_remote(edition, remote)
            announce(tmp_path, edition)
        wait_until(lambda: seen.editions[2 * EDITIONS - 1] > 2)
    assert not seen.mixed
    assert set(seen.statuses) <= {200, 503} and seen.statuses[200] > seen.statuses[503]
