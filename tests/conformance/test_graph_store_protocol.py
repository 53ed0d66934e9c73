"""The W3C Graph Store Protocol tests, over HTTP: what they read is read, what they write is refused with its reason.

Each GET and HEAD is asked of an edition in the state that the exchanges before it would have led to, which is what
its answer is expected to be. Graphs that the suite identifies by the request's own address are asked for by
`graph=`: here, only IRIs under our base are addresses (see tests/sparql_api/endpoint/test_graph_store.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from sparql_api.query.stores import EditionStores
from tests.conformance.exchanges import Exchange, read_exchanges
from tests.conformance.suites import suites_folder
from tests.sparql_api.endpoint.live import Live, endpoint, write_store

SUITE = Path("sparql", "sparql11", "graph-store-protocol")
PARTS = ("direct", "indirect")
ENDPOINT = "/gsp"
AUTHORITY = "http://www.example"
POSTED = f"{AUTHORITY}{ENDPOINT}/posted"
STATUSES = {"OK": 200, "NotFound": 404}
SOMETHING = b"<urn:a> <urn:b> <urn:c> ."


@cache
def connections() -> dict[str, tuple[Exchange, ...]]:
    return {
        name: found
        for part in PARTS
        for name, found in read_exchanges(suites_folder() / SUITE / f"manifest-{part}.ttl").items()
    }


@cache
def reads() -> list[tuple[str, Exchange]]:
    return [(name, one) for name, found in connections().items() for one in found if one.method in ("GET", "HEAD")]


def query(path: str) -> str:
    """Return the query string that asks for the graph an exchange identifies."""
    if path.endswith("$LOCATION$"):  # Where a POST would have put its graph.
        return f"graph={quote(POSTED, safe='')}"
    if path.startswith(f"{ENDPOINT}?"):
        return path.removeprefix(f"{ENDPOINT}?")
    return f"graph={quote(AUTHORITY + path, safe='')}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("editions")
    for number, (_, asked) in enumerate(reads(), 1):
        name = httpx.QueryParams(query(asked.path)).get("graph") or f"{AUTHORITY}/any"
        data = b"" if asked.statuses == {"NotFound"} else asked.content or SOMETHING
        triples = ox.parse(data, format=ox.RdfFormat.TURTLE)
        quads = [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(name)) for t in triples]
        (folder / str(number)).mkdir()
        write_store(folder / str(number) / "store", quads)
    (folder / "current").symlink_to(str(len(reads())))
    with endpoint(EditionStores(folder), tmp_path_factory.mktemp("var")) as running:
        yield running


def send(live: Live, asked: Exchange, edition: int) -> httpx.Response:
    address = live.url.replace("/sparql", f"/rdf-graph-store?{query(asked.path)}&edition={edition}")
    return httpx.request(asked.method, address, headers=asked.headers, content=asked.body, timeout=30)


@pytest.mark.parametrize("number", range(1, len(reads()) + 1))
def test_a_read_of_the_suite_goes_as_described(live: Live, number: int) -> None:
    name, asked = reads()[number - 1]
    answer = send(live, asked, number)
    assert {answer.status_code} <= {STATUSES[status] for status in asked.statuses}, (name, answer.text)
    if asked.content:
        assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
        expected = rdflib.Graph().parse(data=asked.content, format="turtle")
        assert isomorphic(rdflib.Graph().parse(data=answer.content, format="turtle"), expected)


def test_every_write_of_the_suite_is_refused_with_its_reason(live: Live) -> None:
    writes = [one for found in connections().values() for one in found if one.method not in ("GET", "HEAD")]
    assert {one.method for one in writes} == {"PUT", "POST", "DELETE"}
    for asked in writes:
        answer = send(live, asked, 1)
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/problems/update-refused")


UNLISTED = "head_non_existing_direct"
"""The one entry that a manifest defines and does not list."""


def test_every_exchange_of_the_manifests_is_read() -> None:
    """Compare with what the manifests say by their text alone, without a parser of RDF."""
    texts = [(suites_folder() / SUITE / f"manifest-{part}.ttl").read_text("utf-8") for part in PARTS]
    found = [one for exchanges in connections().values() for one in exchanges]
    for field, read in (("methodName", [one.method for one in found]), ("absolutePath", [one.path for one in found])):
        written = [value for text in texts for value in re.findall(rf'ht:{field} "([^"]*)"', text)]
        assert Counter(read) <= Counter(written)
        assert len(written) - len(read) == 1, f"the exchange of {UNLISTED} alone is not read"
    # It is defined and not among `mf:entries`: its name stands once in the manifests, that of any other twice.
    assert sum(len(re.findall(rf"\b{UNLISTED}\b", text)) for text in texts) == 1
    assert all(connections().values())
