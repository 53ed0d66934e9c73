"""`serve --fronts N`: processes that answer on one socket, whose figures are told together, and who end together."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from sparql_api.computing.fronts import run_fronts
from sparql_api.http.figures import Figures
from sparql_api.settings import Settings
from tests.sparql_api.endpoint.live import wait_until

OBSERVATOIRE = Path(sys.executable).parent / "observatoire"


@contextmanager
def together(var: Path, fronts: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a state folder by so many processes; give the address, and the process above them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "OBSERVATOIRE_VAR": str(var), "OBSERVATOIRE_WORKERS": "2"}
    command = [str(OBSERVATOIRE), "serve", "--fronts", str(fronts), "--port", str(port)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            process.wait(60)


def told(url: str) -> dict[str, int]:
    with suppress(httpx.HTTPError):
        found: dict[str, int] = httpx.get(f"{url}/health", timeout=60).json()
        return found
    return {}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def counted(url: str, series: str) -> float:
    lines = httpx.get(f"{url}/metrics", timeout=60).text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(series))


@pytest.mark.long
def test_whichever_is_asked_tells_of_all_and_a_signal_ends_them(demo_var: Path, tmp_path: Path) -> None:
    (tmp_path / "editions").symlink_to(demo_var / "editions")
    with together(tmp_path, 2) as (url, process):
        wait_until(lambda: told(url).get("workers") == 2)
        pids = children(process.pid)
        assert len(pids) == 2
        for n in range(40):  # A connection each: the kernel gives it to either.
            assert httpx.get(f"{url}/sparql", params={"query": f"ASK {{}} # {n}"}, timeout=60).status_code == 200
        wait_until(lambda: counted(url, 'observatoire_queries_total{cached="false",outcome="ok"}') == 40)
        assert counted(url, "observatoire_edition ") == 1
        wait_until(lambda: len((tmp_path / "log" / "queries.jsonl").read_text().splitlines()) == 40)
        process.terminate()
        assert process.wait(60) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
        assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.long
def test_they_end_with_the_process_above_them_whatever_ends_it(demo_var: Path, tmp_path: Path) -> None:
    (tmp_path / "editions").symlink_to(demo_var / "editions")
    with together(tmp_path, 2) as (url, process):
        wait_until(lambda: told(url).get("workers") == 2)
        pids = children(process.pid)
        process.kill()
        wait_until(lambda: not any(running(pid) for pid in pids))


def running(pid: int) -> bool:
    """Tell whether a process runs: one that has ended may wait to be looked at by whoever is above it now."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_one_that_dies_is_replaced_and_one_that_does_not_start_ends_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first dies at once; the one in its place tells the process above them to end."""
    script = (
        "import os, pathlib, signal, sys, time; place = pathlib.Path(sys.argv[1]);"
        " second = place.exists(); place.touch(); second or os._exit(9);"
        " os.kill(os.getppid(), signal.SIGTERM); time.sleep(300)"
    )
    ended: list[int] = []
    with socket.socket() as shared:
        monkeypatch.setattr("sparql_api.computing.fronts.STARTED", 0.0)
        command = [sys.executable, "-c", script, str(tmp_path / "begun")]
        assert run_fronts(command, 1, shared.fileno(), {}, ended.append) == 0
        assert len(ended) == 1
        monkeypatch.setattr("sparql_api.computing.fronts.STARTED", 300.0)
        command = [sys.executable, "-c", "raise SystemExit(3)"]
        assert run_fronts(command, 2, shared.fileno(), {}, ended.append) == 3
        assert len(ended) == 1


def test_figures_are_summed_but_for_what_all_share(tmp_path: Path) -> None:
    texts = {
        1: b"# TYPE a_total counter\na_total{x=\"1\"} 3.0\n# TYPE observatoire_edition gauge\nobservatoire_edition 7.0\n",
        2: b"# TYPE a_total counter\na_total{x=\"1\"} 4.0\na_total{x=\"2\"} 1.0\n"
        b"# TYPE observatoire_edition gauge\nobservatoire_edition 8.0\n# TYPE g gauge\ng 5.0\n",
    }  # fmt: skip
    (tmp_path / "2.prom").write_bytes(texts[2])
    figures = Figures(tmp_path)
    figures.own = lambda: texts[1]
    lines = [line for line in figures.text().decode().splitlines() if not line.startswith("#")]
    assert sorted(lines) == ['a_total{x="1"} 7.0', 'a_total{x="2"} 1.0', "g 5.0", "observatoire_edition 8.0"]
    assert figures.beside("g") == 5
    assert Figures().beside("g") == 0


@pytest.mark.parametrize("fronts", [1, 2, 3, 100])
def test_each_has_its_part_of_what_is_bounded(fronts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Settings(workers=7, queue=64, connections=1000)
    for name, value in whole.part(fronts).items():
        monkeypatch.setenv(name, value)
    part = Settings()
    for name in ("cache_mb", "front_mb", "spool_mb", "client_seconds"):
        assert getattr(part, name) * fronts == pytest.approx(getattr(whole, name))
    assert part.workers == max(1, 7 // fronts)
    assert part.connections * fronts <= 1000
    assert 64 <= part.queue * fronts < 64 + fronts
