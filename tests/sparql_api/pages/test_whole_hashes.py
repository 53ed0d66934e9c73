"""The hash of each whole dump: made in quiet time, said by the catalogue and by the dump, of what is downloaded."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.making import begun
from tests.patient import Client
from tests.sparql_api.endpoint.live import serve

DUMPS = ("dump.nq.gz", "dump.ttl.gz", "dump.jsonl.gz", "dump-ouvert.nq.gz")
SAID = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
SELECT ?url ?value WHERE { ?file dcat:downloadURL ?url ; spdx:checksum/spdx:checksumValue ?value }
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    state, registry = begun(tmp_path_factory.mktemp("hashed"))
    registry.close()
    app = create_app(Settings(var=state.var, workers=1, quiet_seconds=0.1))
    with serve(app) as url, Client(base_url=url) as client:
        yield client


def said(client: httpx.Client) -> dict[str, str]:
    """Return the hash that the catalogue says of each file, by its name."""
    store = ox.Store()
    store.load(client.get("/catalogue?format=nt").content, format=ox.RdfFormat.N_TRIPLES)
    rows = store.query(SAID)
    assert isinstance(rows, ox.QuerySolutions)
    return {row["url"].value.rpartition("/")[2]: row["value"].value for row in rows}  # type: ignore[union-attr]


def test_the_hash_of_each_dump_is_said_once_it_is_known(client: httpx.Client) -> None:
    assert client.get("/editions/1/dump-ouvert.nq.gz").status_code == 200  # Made when it is first asked for.
    for _ in range(1200):
        known = said(client)
        if {*DUMPS} <= known.keys():
            break
        time.sleep(0.05)
    for name in DUMPS:
        answer = client.get(f"/editions/1/{name}")
        digest = hashlib.sha256(answer.content).digest()
        assert known[name] == digest.hex(), name
        assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
