"""The graph store's read side: what clients ask of `/rdf-graph-store` and of a graph's own address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib

from sparql_api.app import create_app
from sparql_api.formats.negotiation import GRAPHS
from sparql_api.query.stores import EditionStores, SingleStore
from sparql_api.settings import Settings
from tests import patient
from tests.making import begun
from tests.sparql_api.endpoint.live import Live, endpoint, serve, small_quads, wait_until, write_store

STORE = "/rdf-graph-store"
G1, G2 = "http://example.org/g1", "http://example.org/g2"


def get(client: httpx.Client, graph: str = G2, **headers: str) -> httpx.Response:
    return client.get(STORE, params={"graph": graph}, headers=headers)


def triples(answer: httpx.Response) -> set[ox.Triple]:
    form = ox.RdfFormat.from_media_type(answer.headers["content-type"].partition(";")[0])
    return {quad.triple for quad in ox.parse(answer.content, format=form)}


def expected(*graphs: str) -> set[ox.Triple]:
    return {q.triple for q in small_quads() if q.graph_name.value in graphs}  # type: ignore[union-attr]


@pytest.mark.parametrize("media_type", GRAPHS.values())
def test_a_graph_is_read_whole_in_each_format(client: httpx.Client, media_type: str) -> None:
    answer = get(client, Accept=media_type)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert triples(answer) == expected(G2)


def test_the_default_graph_is_the_union_of_all(client: httpx.Client) -> None:
    for query in ("?default", "?default=", "?default&format=nt"):
        assert triples(client.get(STORE + query)) == expected(G1, G2)


def test_rdflib_reads_a_graph_by_its_address_in_the_store(live: Live) -> None:
    address = live.url.replace("/sparql", f"{STORE}?graph={G1}")
    graph = rdflib.Graph().parse(address)
    assert len(graph) == len(expected(G1))


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("*/*", "text/turtle"),
        ("application/n-triples;q=0.5, application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0, */*;q=0.1", "application/n-triples"),
        ("text/html, application/ld+json;q=0.2", "application/ld+json"),
    ],
)
def test_the_accept_header_decides_by_weight(client: httpx.Client, accept: str, found: str) -> None:
    answer = get(client, Accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == found
    assert "accept" in answer.headers["vary"].lower()


def test_what_cannot_be_given_is_not_acceptable(client: httpx.Client) -> None:
    refused = [get(client, Accept="text/csv"), client.get(STORE, params={"graph": G1, "format": "csv"})]
    assert [answer.status_code for answer in refused] == [406, 406]
    assert "text/turtle" in refused[0].json()["available"]


def test_a_graph_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    for graph in ("http://example.org/g3", G1 + "/", "http://example.org/x/../g1", "urn:x"):
        answer = get(client, graph, **{"Accept-Language": "en", "If-None-Match": "*"})
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/graph-not-found")
        assert f"<{graph}>" in answer.json()["detail"] and "1" in answer.json()["detail"]
    assert client.head(STORE, params={"graph": "urn:x"}).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["", "?", "?grph=urn:x", "?graph=urn:a&graph=urn:b", "?graph=urn:a&graph=urn:a", "?graph=urn:a&default",
     "?default&default", "?graph=", "?graph=g1", "?graph=/graphe/projet/1", "?graph=//example.org/g1", "?graph=urn:%20",
     "?graph=http://example.org/%25zz", "?graph=http://[x/", "?graph=urn:a>%20?s%20<urn:b", "?graph=%FF"],
)  # fmt: skip
def test_a_request_names_one_graph_by_an_absolute_iri(client: httpx.Client, query: str) -> None:
    said = client.get(STORE + query, headers={"Accept-Language": "en"})
    assert said.status_code == 400
    assert said.json().get("parameter", "graph") == "graph"
    assert said.json()["detail"] != client.get(STORE + query, headers={"Accept-Language": "fr"}).json()["detail"]


def test_head_answers_as_get_without_the_body(client: httpx.Client) -> None:
    whole, head = get(client), client.head(STORE, params={"graph": G2})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "observatoire-edition"):
        assert head.headers[name] == whole.headers[name]


def test_a_graph_says_its_edition_and_is_not_sent_twice(client: httpx.Client) -> None:
    first = get(client)
    assert first.headers["observatoire-edition"] == "1"
    assert "must-revalidate" in first.headers["cache-control"]
    again = get(client, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert get(client, **{"If-None-Match": first.headers["etag"], "Accept": "application/n-triples"}).status_code == 200
    pinned = client.get(STORE, params={"graph": G2, "edition": "1"})
    assert "immutable" in pinned.headers["cache-control"]
    assert client.get(STORE, params={"graph": G2, "edition": "2"}).status_code == 404


def test_a_popular_graph_is_read_from_the_store_once(client: httpx.Client, live: Live) -> None:
    first = get(client, Accept="application/rdf+xml")
    misses = live.engine.misses
    assert get(client, Accept="application/rdf+xml").content == first.content
    assert live.engine.misses == misses


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_what_would_change_a_graph_is_refused_as_updates_are(client: httpx.Client, method: str) -> None:
    for path in (f"{STORE}?graph={G1}", f"{STORE}?default", STORE, "/graphe/projet/18-A0", "/graphe/vocabulaire/crcn"):
        answer = client.request(
            method, path, content=b"<urn:a> <urn:b> <urn:c> .", headers={"Content-Type": "text/turtle"}
        )
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/problems/update-refused")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_page_of_another_origin_may_ask(client: httpx.Client) -> None:
    asking = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "accept",
    }
    for path in (STORE, "/graphe/projet/18-A0"):
        preflight = client.options(path, headers=asking)
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-methods"] == preflight.headers["allow"] == "GET, HEAD, OPTIONS"
        assert preflight.headers["access-control-allow-headers"] == "accept"
    for answer in (get(client), get(client, "urn:x"), client.put(STORE)):
        assert answer.headers["access-control-allow-origin"] == "*"
    trace = client.request("TRACE", STORE)
    assert (trace.status_code, trace.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_graph_has_the_limits_of_a_query(store: Path, tmp_path: Path) -> None:
    with (
        endpoint(SingleStore(store), tmp_path, answer_max_mb=0.05, client_seconds=0.001, client_window=1000) as live,
        httpx.Client(base_url=live.url.removesuffix("/sparql"), timeout=30) as client,
    ):
        whole = client.get(f"{STORE}?default&timeout=5")
        assert (whole.status_code, whole.json()["bound"]) == (503, "answer-size")

        def shared_out() -> bool:
            return client.get(f"{STORE}?default&format=nt", headers={"Cache-Control": "no-cache"}).status_code == 429

        wait_until(shared_out)


def test_each_edition_has_its_own_graphs(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        graph = ox.NamedNode(f"http://example.org/only-in-{number}")
        quads = [ox.Quad(graph, ox.NamedNode("http://example.org/edition"), ox.Literal(number), graph)]
        write_store(tmp_path / str(number) / "store", quads)
    (tmp_path / "current").symlink_to("2")
    with endpoint(EditionStores(tmp_path), tmp_path / "var") as live, patient.Client() as client:
        address = live.url.replace("/sparql", STORE)
        for graph, edition, status in ((1, "1", 200), (2, "1", 404), (1, "", 404), (2, "", 200)):
            asked = {"graph": f"http://example.org/only-in-{graph}", "edition": edition}
            answer = client.get(address, params=asked)
            assert answer.status_code == status
            if status == 200:
                assert answer.headers["observatoire-edition"] == (edition or "2")


def test_the_service_describes_its_graph_store(client: httpx.Client) -> None:
    said = rdflib.Graph().parse(data=client.get("/sparql", headers={"Accept": "text/turtle"}).content)
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    standard = rdflib.URIRef("http://www.w3.org/TR/sparql11-http-rdf-update/")
    (service,) = said.subjects(rdflib.DCTERMS.conformsTo, standard)
    (address,) = said.objects(service, dcat.endpointURL)
    assert str(address) == f"{client.base_url}".rstrip("/") + STORE


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The whole service over an edition of the registry's."""
    settings, registry = begun(tmp_path_factory.mktemp("state"))
    registry.close()
    with (
        serve(create_app(Settings(var=settings.var, workers=1))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "*/*"}) as session,
    ):
        yield session


@pytest.mark.parametrize(
    "path",
    ["graphe/projet/18-A0", "graphe/provenance/projet/18-A0", "graphe/derive/projet/18-A0", "graphe/vocabulaire/crcn"],
)
@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_a_graph_reads_the_same_by_its_own_address(whole: httpx.Client, path: str, media_type: str) -> None:
    """Direct identification (§4.1): the IRI redirects by `Accept`, as all of ours, to the same triples."""
    accept = {"Accept": media_type}
    direct = whole.get(f"/{path}", headers=accept, follow_redirects=True)
    assert direct.status_code == 200 and [one.status_code for one in direct.history] == [303]
    indirect = get(whole, Settings().base_iri + path, **accept)
    assert triples(direct) == triples(indirect) and triples(direct)
    assert direct.headers["observatoire-edition"] == indirect.headers["observatoire-edition"]
    assert whole.head(f"/{path}", headers=accept).status_code == 303


def test_what_an_address_does_not_hold_is_not_found_nor_changed(whole: httpx.Client) -> None:
    assert whole.get("/graphe/projet/18-none").status_code == 404
    assert get(whole, Settings().base_iri + "graphe/projet/18-none").status_code == 404
    assert whole.put("/graphe/projet/18-A0", content=b"").status_code == 403
    assert whole.options("/graphe/projet/18-A0").headers["allow"] == "GET, HEAD, OPTIONS"
    described = whole.get("/openapi.json").json()["paths"][STORE]
    assert set(described) == {"get"} and {"200", "304", "400", "404", "406", "503", "504"} <= set(
        described["get"]["responses"]
    )
