"""Queries answered later: taken on, bounded, run in quiet time on their client's share, dropped, never kept past an erasure."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sparql_api.app import create_app
from sparql_api.endpoint import jobs
from sparql_api.endpoint.jobs import name_of
from sparql_api.settings import Settings
from tests import patient
from tests.sparql_api.endpoint.live import ENDLESS, serve, wait_until

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@contextmanager
def service(demo_var: Path, folder: Path, **settings: Any) -> Iterator[tuple[str, Path]]:
    var = folder / "var"
    shutil.copytree(demo_var, var, symlinks=True)
    with serve(create_app(Settings(var=var, workers=1, patience=0.2, **settings))) as url:
        yield url, var


@pytest.fixture(scope="module")
def running(demo_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    with service(demo_var, tmp_path_factory.mktemp("jobs"), jobs_client=2, jobs=3) as found:
        yield found


@pytest.fixture(autouse=True)
def none_left(running: tuple[str, Path]) -> None:
    shutil.rmtree(running[1] / "jobs", ignore_errors=True)
    wait_until(lambda: patient.get(f"{running[0]}/health").json()["busy"] == 0)


def asked(url: str, query: str = COUNT, **form: str) -> httpx.Response:
    return patient.post(f"{url}/jobs", data={"query": query, **form}, headers={"Accept": "*/*"})


def state(url: str, job: httpx.Response) -> str:
    answer = patient.get(url + job.headers["location"])
    return str(answer.json()["state"]) if answer.status_code == 200 else str(answer.status_code)


def test_a_job_is_taken_on_run_and_answered_as_at_once(running: tuple[str, Path]) -> None:
    url, var = running
    job = asked(url, format="csv")
    assert job.status_code == 202 and job.json()["state"] == "waiting" and job.headers["cache-control"] == "no-store"
    identifier = job.headers["location"].removeprefix("/jobs/")
    assert len(identifier) >= 32 and not [path for path in (var / "jobs").iterdir() if identifier in path.name]
    wait_until(lambda: state(url, job) == "done")
    told = patient.get(url + job.headers["location"]).json()
    answer = patient.get(url + told["answer"])
    assert answer.content == patient.post(f"{url}/sparql", data={"query": COUNT, "format": "csv"}).content
    assert answer.headers["observatoire-edition"] == "1" and answer.headers["content-type"].startswith("text/csv")


def test_what_is_refused_at_once_is_refused_as_a_job(running: tuple[str, Path]) -> None:
    url, _ = running
    assert asked(url, "DELETE WHERE { ?s ?p ?o }").status_code == 403
    assert patient.post(f"{url}/jobs", data={"format": "csv"}).status_code == 400
    wrong = asked(url, "SELECT nothing")
    wait_until(lambda: state(url, wrong) == "failed")
    assert patient.get(url + wrong.headers["location"]).json()["problem"]["status"] == 400
    assert patient.get(f"{url}/jobs/{'x' * 32}").status_code == 404
    assert patient.get(f"{url}/jobs/{'x' * 32}/answer").status_code == 404


def test_jobs_are_bounded_for_one_client_and_a_dropped_one_frees_its_worker_and_its_place(running: tuple[str, Path]) -> None:
    url, _ = running
    one, two = asked(url, ENDLESS), asked(url, ENDLESS + "#")
    refused = asked(url)
    assert (refused.status_code, refused.json()["bound"]) == (429, "jobs-client")
    wait_until(lambda: "running" in (state(url, one), state(url, two)))
    assert patient.get(url + one.headers["location"] + "/answer").status_code == 404
    for job in (one, two):
        assert patient.delete(url + job.headers["location"]).status_code == 204
        assert state(url, job) == "404" and patient.delete(url + job.headers["location"]).status_code == 404
    wait_until(lambda: patient.get(f"{url}/health").json()["busy"] == 0)
    assert asked(url).status_code == 202


def test_what_is_done_holds_a_place_for_as_long_as_its_client_may_not_have_come_back(
    running: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, var = running
    done = [asked(url, f"{COUNT}#{number}") for number in range(2)]
    wait_until(lambda: {state(url, job) for job in done} == {"done"})
    assert asked(url).status_code == 429
    monkeypatch.setattr(jobs, "RECENT", 0)
    later = [asked(url, f"{COUNT}##{number}") for number in range(2)]
    wait_until(lambda: {state(url, job) for job in later} == {"done"})
    assert asked(url).status_code == 202
    assert len([*(var / "jobs").glob("*.json")]) == 3, "no more are kept than may hold a place"
    assert state(url, done[0]) == "404", "the oldest goes first"


def test_who_asks_now_goes_before_a_job(running: tuple[str, Path]) -> None:
    url, _ = running
    job = asked(url, ENDLESS)
    wait_until(lambda: state(url, job) == "running")
    begun = time.monotonic()
    answer = patient.post(f"{url}/sparql", data={"query": "SELECT (COUNT(?s) AS ?n) { ?s a oia:Projet }"})
    assert answer.status_code == 200 and time.monotonic() - begun < 60
    wait_until(lambda: state(url, job) in ("waiting", "running"))
    patient.delete(url + job.headers["location"])


def test_a_redaction_leaves_no_answer(running: tuple[str, Path]) -> None:
    url, var = running
    job = asked(url)
    wait_until(lambda: state(url, job) == "done")
    name = name_of(job.headers["location"].removeprefix("/jobs/"))
    told = var / "jobs" / f"{name}.json"
    told.write_text(told.read_text().replace('"redaction": 0', '"redaction": 7'))
    assert state(url, job) == "404" and not list((var / "jobs").glob(f"{name}*"))


def test_a_job_past_its_deadline_says_so_and_one_past_its_time_is_gone(demo_var: Path, tmp_path: Path) -> None:
    with service(demo_var, tmp_path, jobs_timeout=1, jobs_hours=0.003, jobs=1) as (url, var):
        job = asked(url, ENDLESS)
        full = asked(url)
        assert (full.status_code, full.json()["bound"]) in ((503, "jobs"), (429, "jobs-client"))
        wait_until(lambda: state(url, job) in ("failed", "404"))
        wait_until(lambda: state(url, job) == "404")
        wait_until(lambda: not list((var / "jobs").iterdir()))


def test_a_job_is_no_way_around_the_share_of_a_client(demo_var: Path, tmp_path: Path) -> None:
    with service(demo_var, tmp_path, client_seconds=1, client_window=100_000, cache_mb=0, front_mb=0) as (url, _):
        job = asked(url, ENDLESS.replace("?n", "?m"), timeout="1")
        assert job.status_code == 202
        wait_until(lambda: state(url, job) == "running")
        patient.post(f"{url}/sparql", data={"query": ENDLESS, "timeout": "2"})
        wait_until(lambda: asked(url).status_code == 429)
        assert asked(url).json()["type"].endswith("/share")
        patient.delete(url + job.headers["location"])


@pytest.mark.parametrize(
    "said",
    [{"Origin": "https://example.org"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_page_of_another_origin_leaves_no_job_and_ends_none(running: tuple[str, Path], said: dict[str, str]) -> None:
    url, _ = running
    refused = patient.post(f"{url}/jobs", data={"query": COUNT}, headers=said)
    assert refused.status_code == 403 and refused.json()["type"].endswith("other-origin")
    opened = patient.options(f"{url}/jobs", headers={**said, "Access-Control-Request-Method": "POST"})
    assert not [name for name in (*refused.headers, *opened.headers) if name.startswith("access-control-")]
    job = patient.post(f"{url}/jobs", data={"query": COUNT}, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"})
    assert job.status_code == 202
    assert patient.delete(url + job.headers["location"], headers=said).status_code == 403
    assert patient.delete(url + job.headers["location"]).status_code == 204
