"""The stream of versions, read as LDES and TREE say: whoever takes the last of each has the edition, to the quad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE
from sparql_api.pages.changes.stream import HEAVY, SMALL
from tests.sparql_api.pages.changes.conftest import WORD, Changing

TREE, LDES, DCT = "https://w3id.org/tree#", "https://w3id.org/ldes#", "http://purl.org/dc/terms/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DELETE = "https://www.w3.org/ns/activitystreams#Delete"
STREAM = f"{BASE}ldes#flux"
B1, B2 = f"{BASE}graphe/projet/18-B1", f"{BASE}graphe/projet/18-B2"


def read(client: httpx.Client, address: str, form: str = "nq") -> ox.Dataset:
    answer = client.get(address, headers={"Accept": {"nq": "application/n-quads", "trig": "application/trig"}[form]})
    assert answer.status_code == 200, answer.text[:300]
    syntax = {"nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG}[form]
    return ox.Dataset(ox.parse(answer.content, format=syntax))


def values(data: ox.Dataset, subject: str, predicate: str) -> list[str]:
    found = data.quads_for_subject(ox.NamedNode(subject))
    return sorted(
        q.object.value for q in found if q.predicate.value == predicate and not isinstance(q.object, ox.Triple)
    )


def pages(client: httpx.Client, query: str = "") -> list[tuple[str, ox.Dataset]]:
    """Follow every relation, from the stream's first node on, and return the pages that lead no further."""
    first = read(client, f"/ldes{query}")
    (view,) = values(first, STREAM, TREE + "view")
    waiting, found = [(view, first)], list[tuple[str, ox.Dataset]]()
    while waiting:
        node, data = waiting.pop()
        leads = {n for relation in values(data, node, TREE + "relation") for n in values(data, relation, TREE + "node")}
        waiting += [(one, read(client, one)) for one in leads]
        found += [] if leads else [(node, data)]
    return sorted(found, key=lambda one: int(re.findall(r"/ldes/(\d+)-", one[0])[0]))


def members(client: httpx.Client, query: str = "") -> Iterator[tuple[str, str, bool, set[bytes]]]:
    """Yield (graph, moment, whether it went, its quads) of each member."""
    for _, data in pages(client, query):
        for member in values(data, STREAM, TREE + "member"):
            (graph,), (when,) = values(data, member, DCT + "isVersionOf"), values(data, member, DCT + "issued")
            held = data.quads_for_graph_name(ox.NamedNode(member))
            lines = {f"{q.triple} <{graph}> .".encode() for q in held}
            yield graph, when, values(data, member, RDF_TYPE) == [DELETE], lines


def last_of_each(client: httpx.Client, query: str = "") -> set[bytes]:
    """Return the quads of the last version of each graph, as a client that keeps a copy has them."""
    held: dict[str, tuple[str, set[bytes]]] = {}
    for graph, when, gone, lines in members(client, query):
        assert gone == (not lines), graph
        if graph not in held or held[graph][0] <= when:
            held[graph] = when, lines
    return {line for _, lines in held.values() for line in lines}


@pytest.mark.parametrize(("query", "name"), [("", "4"), ("?edition=1", "1"), ("?edition=3", "3 redacted")])
def test_the_last_version_of_each_graph_is_the_edition(changing: Changing, query: str, name: str) -> None:
    assert last_of_each(changing.client, query) == changing.quads[name]


def test_what_went_is_a_tombstone_and_nothing_is_left_of_what_was_erased(changing: Changing) -> None:
    told = [(graph, when, gone) for graph, when, gone, _ in members(changing.client) if graph in (B1, B2)]
    assert [gone for graph, _, gone in told if graph == B1] == [False, True]
    assert [gone for graph, _, gone in told if graph == B2] == [True, True], "its place stays, and a tombstone is added"
    for node, _ in pages(changing.client):
        for accept in ("application/n-quads", "application/trig"):
            assert WORD not in changing.client.get(node, headers={"Accept": accept}).text
    assert WORD not in changing.answers["page"].text


def test_pages_are_bounded_and_the_full_ones_are_kept_for_good(changing: Changing) -> None:
    read_ = [(node, len(values(data, STREAM, TREE + "member"))) for node, data in pages(changing.client)]
    assert all(0 < count <= SMALL for _, count in read_)
    for place, (node, count) in enumerate(read_, 1):
        answer = changing.client.get(node)
        assert ("immutable" in answer.headers["cache-control"]) == (place < len(read_)), node
        # Versions have longer names than graphs, and are said beside what they hold.
        assert count == 1 or len(answer.content) < 1.2 * HEAVY
    answer = changing.client.get("/ldes/0-99")
    assert changing.client.get("/ldes/0-99", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    for places in ("0-9", "1-100", "0-999", "900-999", "x", "00-99"):
        assert changing.client.get(f"/ldes/{places}").status_code == 404, places


def test_relations_bound_the_moments_of_their_pages_so_that_a_client_resumes(changing: Changing) -> None:
    first = read(changing.client, "/ldes", "trig")
    (view,) = values(first, STREAM, TREE + "view")
    for relation in values(first, view, TREE + "relation"):
        (node,), (bound,), (kind,) = (values(first, relation, one) for one in (TREE + "node", TREE + "value", RDF_TYPE))
        data = read(changing.client, node)
        moments = [w for m in values(data, STREAM, TREE + "member") for w in values(data, m, DCT + "issued")]
        assert moments
        if kind == TREE + "GreaterThanOrEqualToRelation":
            assert min(moments) == bound
        else:
            assert kind == TREE + "LessThanOrEqualToRelation" and max(moments) == bound
    told = [
        [values(data, m, DCT + "issued")[0] for m in values(data, STREAM, TREE + "member")]
        for _, data in pages(changing.client)
    ]
    assert all(max(a) <= min(b) for a, b in pairwise(told)) and len({when for page in told for when in page}) == 4


def test_the_stream_says_how_it_is_read_and_what_is_kept(changing: Changing) -> None:
    first = read(changing.client, "/ldes")
    assert values(first, STREAM, LDES + "timestampPath") == [DCT + "issued"]
    assert values(first, STREAM, LDES + "versionOfPath") == [DCT + "isVersionOf"]
    assert values(first, STREAM, LDES + "versionDeleteObject") == [DELETE]
    (view,) = values(first, STREAM, TREE + "view")
    (policy,) = values(first, view, LDES + "retentionPolicy")
    assert values(first, policy, LDES + "pointInTime") == [changing.client.get("/editions/1").json()["date"]]
