"""Two services on their own over one store, behind one balancer: one is killed, the other answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from sparql_api.engine.remote.publication import publish_remote
from sparql_api.settings import RemoteSettings
from tests import patient
from tests.deploy import nginx
from tests.sparql_api.endpoint.live import wait_until
from tests.sparql_api.remote.fuseki import Fuseki, answers
from tests.sparql_api.remote.making import EX, announce, cut_edition, numbered

THINGS = f"SELECT ?s {{ ?s <{EX}edition> ?n . ?s <{EX}edition> ?m }} ORDER BY ?s"


@contextmanager
def service(var: Path, editions: Path, remote: RemoteSettings) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run `observatoire serve` on a copy of the editions without their stores, as on a machine of its own."""
    shutil.copytree(editions, var / "editions", symlinks=True, ignore=shutil.ignore_patterns("store"))
    port = nginx.free_port()
    named = ("query_url", "store_url", "timeout_parameter")
    environment = {f"OBSERVATOIRE_REMOTE_{name.upper()}": getattr(remote, name) for name in named}
    command = [str(Path(sys.executable).with_name("observatoire")), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment, "OBSERVATOIRE_VAR": str(var), "OBSERVATOIRE_CACHE_MB": "0"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port, process
    finally:
        process.kill()
        process.wait(20)


class Reader(threading.Thread):
    """Asks through the balancer again and again, each time over a new connection, and keeps what came."""

    def __init__(self, proxy: nginx.Proxy, right: bytes) -> None:
        super().__init__()
        self.proxy, self.right = proxy, right
        self.came: Counter[str] = Counter()
        self.leave = threading.Event()

    def run(self) -> None:
        while not self.leave.is_set():
            try:
                with httpx.Client(verify=self.proxy.context, timeout=30) as client:
                    answer = client.post(f"{self.proxy.https}/sparql", data={"query": THINGS})
            except httpx.TransportError:
                self.came["no answer"] += 1
                continue
            whole = answer.content == self.right
            self.came["right" if answer.status_code == 200 and whole else f"{answer.status_code}"] += 1


@pytest.mark.long
def test_one_of_two_services_is_killed_and_the_other_answers(store: Fuseki, tmp_path: Path) -> None:
    nginx.found("nginx")
    published = tmp_path / "published"
    edition = cut_edition(published, 1, numbered(1, things=50))
    announce(published, edition)
    publish_remote(edition, store.remote())
    (tmp_path / "proxy").mkdir()
    with ExitStack() as stack:
        (first, killed), (second, other) = (
            stack.enter_context(service(tmp_path / name, published / "editions", store.remote()))
            for name in ("one", "two")
        )
        for port, process in ((first, killed), (second, other)):
            up = f"http://127.0.0.1:{port}/health"
            wait_until(lambda process=process, up=up: process.poll() is not None or answers(up))
            assert process.poll() is None
        servers = [f"127.0.0.1:{port}" for port in (first, second)]
        proxy = stack.enter_context(nginx.running(tmp_path / "proxy", servers))
        right = patient.post(f"http://{servers[0]}/sparql", data={"query": THINGS})
        assert right.status_code == 200 and len(right.json()["results"]["bindings"]) == 300
        assert patient.post(f"http://{servers[1]}/sparql", data={"query": THINGS}).content == right.content
        reader = Reader(proxy, right.content)
        reader.start()
        wait_until(lambda: reader.came["right"] > 12)
        assert all(asked(port) > 3 for port in (first, second)), "the balancer leaves one out"
        killed.kill()
        killed.wait(20)
        before = reader.came["right"]
        wait_until(lambda: reader.came["right"] > before + 20)
        reader.leave.set()
        reader.join()
        assert other.poll() is None and asked(second) > 20
        # Whoever was being answered by the one that was killed may be told so; nobody is told half.
        assert set(reader.came) <= {"right", "502", "no answer"}
        assert reader.came.total() - reader.came["right"] <= 2, reader.came


def asked(port: int) -> float:
    """Return how many queries a service has answered."""
    lines = patient.get(f"http://127.0.0.1:{port}/metrics").text.split("\n")
    return sum(float(line.split()[-1]) for line in lines if line.startswith("observatoire_queries_total{"))
