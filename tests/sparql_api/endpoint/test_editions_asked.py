"""From which edition the endpoint answers: the current one, a pinned one, while they change, where there is none."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx

from sparql_api.query.stores import EditionStores
from tests import patient
from tests.sparql_api.endpoint.asking import SELECT, get
from tests.sparql_api.endpoint.live import endpoint, small_quads, wait_until, write_store


def test_an_answer_says_its_edition_and_is_not_sent_twice(client: httpx.Client) -> None:
    first = get(client, SELECT)
    assert first.headers["observatoire-edition"] == "1"
    again = get(client, SELECT, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["observatoire-edition"] == "1"
    other = get(client, SELECT, **{"If-None-Match": first.headers["etag"], "Accept": "text/csv"})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


def test_a_pinned_edition_may_be_kept_for_ever_and_the_current_one_not(client: httpx.Client) -> None:
    pinned = client.get("/sparql", params={"query": SELECT, "edition": "1"})
    assert "immutable" in pinned.headers["cache-control"]
    assert "max-age=0" in get(client, SELECT).headers["cache-control"]
    assert client.get("/sparql", params={"query": SELECT, "edition": "9"}).status_code == 404
    assert client.get("/sparql", params={"query": SELECT, "edition": "x"}).status_code == 400
    assert client.get("/sparql", params={"query": SELECT, "edition": "current"}).status_code == 200


def test_a_new_edition_is_answered_from_at_once_and_the_old_one_when_asked(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    for number in (1, 2):
        (editions / str(number)).mkdir(parents=True)
        write_store(editions / str(number) / "store", small_quads(3 * number))
    link = editions / "current"
    link.symlink_to("1")
    count = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
    with endpoint(EditionStores(editions), tmp_path) as live, patient.Client() as client:

        def ask(**parameters: str) -> tuple[str, str]:
            answer = client.get(live.url, params={**count, **parameters})
            return answer.headers["observatoire-edition"], answer.text.split("\r\n")[1]

        assert ask() == ("1", "3")
        assert client.get(live.url, params={**count, "edition": "2"}).status_code == 404, "not published yet"
        (editions / "next").symlink_to("2")
        (editions / "next").replace(link)
        assert ask() == ("2", "6")
        assert ask(edition="1") == ("1", "3")


def test_while_editions_change_every_answer_is_of_the_one_it_names(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    for number in range(1, 6):
        (editions / str(number)).mkdir(parents=True)
        write_store(editions / str(number) / "store", small_quads(3 * number))
    (editions / "current").symlink_to("1")
    seen: Counter[int] = Counter()
    over = Event()

    def watch(url: str) -> None:
        parameters = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
        with patient.Client() as client:
            while not over.is_set():
                answer = client.get(url, params=parameters)
                edition = int(answer.headers["observatoire-edition"])
                assert int(answer.text.split()[1]) == 3 * edition
                seen[edition] += 1

    with endpoint(EditionStores(editions), tmp_path) as live, ThreadPoolExecutor(3) as pool:
        watching = [pool.submit(watch, live.url) for _ in range(3)]
        for number in range(1, 6):
            (editions / "next").symlink_to(str(number))
            (editions / "next").replace(editions / "current")
            wait_until(lambda number=number: seen[number] > 5 or any(f.done() for f in watching))
        over.set()
        for future in watching:
            future.result()
    assert set(seen) == {1, 2, 3, 4, 5}


def test_without_an_edition_the_endpoint_says_what_to_do(tmp_path: Path) -> None:
    with endpoint(EditionStores(tmp_path / "editions"), tmp_path) as live:
        answer = patient.get(live.url, params={"query": SELECT})
        assert answer.status_code == 503
        assert "observatoire demo" in answer.json()["detail"]
