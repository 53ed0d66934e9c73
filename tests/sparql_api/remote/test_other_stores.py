"""The engine and publication ask of a store no more than the standards: another than Fuseki, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparql_api.engine.remote.publication import publish_remote
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings
from tests import patient
from tests.deploy.nginx import free_port, listens
from tests.sparql_api.endpoint.live import endpoint, wait_until
from tests.sparql_api.remote.making import EX, announce, cut_edition, numbered, rich


@pytest.fixture
def oxigraph(tmp_path: Path) -> Iterator[RemoteSettings]:
    """Give three Oxigraph servers: two slots, which their ports tell apart, and one for the seals."""
    server = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if server is None:
        pytest.skip("the Oxigraph server is not installed (requirements-bench.lock)")
    ports = [free_port() for _ in range(3)]
    running = [
        subprocess.Popen(
            [server, "serve", "--location", str(tmp_path / f"ox-{port}"), "--bind", f"127.0.0.1:{port}", "--union-default-graph"],
            stderr=subprocess.DEVNULL,
        )
        for port in ports
    ]  # fmt: skip
    try:
        wait_until(lambda: all(map(listens, ports)))
        slot = "http://127.0.0.1:{slot}"
        yield RemoteSettings(
            query_url=f"{slot}/query",
            store_url=f"{slot}/store",
            seals_url=f"http://127.0.0.1:{ports[2]}/store",
            slots=f"{ports[0]},{ports[1]}",
        )
    finally:
        for process in running:
            process.terminate()
            process.wait(20)


def test_slots_may_be_servers_of_their_own(oxigraph: RemoteSettings, tmp_path: Path) -> None:
    for number, quads in ((1, rich()), (2, numbered(2)), (3, rich())):
        edition = cut_edition(tmp_path, number, quads)
        filled = publish_remote(edition, oxigraph)
        announce(tmp_path, edition)
        assert filled.slot == oxigraph.slots[(number - 1) % 2]
    assert (filled.put, filled.deleted) == (0, 0)  # The first edition's slot, and the same graphs.
    text = f"SELECT ?k (COUNT(*) AS ?n) {{ ?s <{EX}kind> ?k }} GROUP BY ?k ORDER BY ?k"
    with endpoint(EditionStores(tmp_path / "editions"), tmp_path, remote=oxigraph) as live:
        answer = patient.get(live.url, params={"query": text}, headers={"Accept": "text/csv"})
        assert answer.headers["observatoire-edition"] == "3"
        assert answer.text == "k,n\r\n" + "".join(f"{EX}kind/{i},6\r\n" for i in range(4))
