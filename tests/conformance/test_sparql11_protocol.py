"""The W3C SPARQL 1.1 Protocol and Service Description tests, over HTTP, as their manifests describe them.

The data graphs that the exchanges speak of are loaded under the names they use. What is expected of
updates is that they are refused: the service is read-only, and says so with a 403.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib

from sparql_api.query.stores import SingleStore
from tests import patient
from tests.conformance.exchanges import Exchange, read_exchanges
from tests.conformance.suites import suites_folder
from tests.sparql_api.endpoint.live import Live, endpoint, write_store

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
DATA = "http://kasei.us/2009/09/sparql/data/"
FORMATS = {
    "boolean": {"application/sparql-results+xml", "application/sparql-results+json"},
    "tabular": {
        "application/sparql-results+xml", "application/sparql-results+json", "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"application/rdf+xml", "text/turtle", "application/n-triples"},
}  # fmt: skip
READ_ONLY = "an update is expected to succeed; this service refuses it with its reason"


@cache
def exchanges() -> dict[str, tuple[Exchange, ...]]:
    return read_exchanges(suites_folder() / "sparql" / "sparql11" / "protocol" / "manifest.ttl")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = suites_folder() / "sparql" / "sparql11" / "protocol"
    quads = []
    for number in range(4):
        name = ox.NamedNode(f"{DATA}data{number}.rdf")
        file = folder / f"data{number}.nt"
        if file.exists():
            triples = ox.parse(path=str(file), format=ox.RdfFormat.N_TRIPLES)
            quads += [ox.Quad(t.subject, t.predicate, t.object, name) for t in triples]
        else:
            document = ox.NamedNode("http://xmlns.com/foaf/0.1/Document")
            quads.append(ox.Quad(name, ox.NamedNode(str(rdflib.RDF.type)), document, name))
    store = SingleStore(write_store(tmp_path_factory.mktemp("protocol") / "store", quads))
    with endpoint(store, tmp_path_factory.mktemp("var")) as running:
        yield running


def names() -> list[str]:
    return sorted(exchanges())


def send(live: Live, asked: Exchange) -> httpx.Response:
    root = live.url.removesuffix("/sparql")
    headers = {"Host": "www.example", **asked.headers}
    request = httpx.Request(asked.method, root + asked.path, headers=headers, content=asked.body)
    if "content-type" not in {name.lower() for name in asked.headers}:
        request.headers.pop("content-type", None)
    with patient.Client() as client:
        return client.send(request)


@pytest.mark.parametrize("name", names())
def test_an_exchange_of_the_protocol_suite_goes_as_described(live: Live, name: str) -> None:
    if name.startswith("update_"):
        first = send(live, exchanges()[name][0])
        assert first.status_code == 403, READ_ONLY
        assert first.json()["type"].endswith("/problems/update-refused")
        return
    for asked in exchanges()[name]:
        answer = send(live, asked)
        assert f"StatusCode{answer.status_code // 100}xx" in asked.statuses, answer.text
        media_type = answer.headers["content-type"].partition(";")[0]
        if asked.format:
            assert media_type in FORMATS[asked.format]
        if asked.boolean is not None:
            assert answer.json()["boolean"] is asked.boolean


def described(live: Live, accept: str = "text/turtle") -> rdflib.Graph:
    answer = patient.get(live.url, headers={"Accept": accept})
    assert answer.status_code == 200
    return rdflib.Graph().parse(data=answer.content, format=answer.headers["content-type"].partition(";")[0])


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/n-triples", "*/*"])
def test_getting_the_endpoint_returns_rdf(live: Live, accept: str) -> None:
    assert len(described(live, accept)) > 10


def test_the_description_names_the_endpoint_it_was_asked_from(live: Live) -> None:
    assert set(described(live).objects(None, SD.endpoint)) == {rdflib.URIRef(live.url)}


def test_the_description_conforms_to_the_schema(live: Live) -> None:
    """Each property of the vocabulary has its domain and range (Service Description §3)."""
    graph = described(live)
    service = graph.value(None, rdflib.RDF.type, SD.Service)
    typed = {
        SD.defaultDataset: SD.Dataset,
        SD.defaultGraph: SD.Graph,
    }
    for prop, kind in typed.items():
        values = list(graph.objects(None, prop))
        assert values
        assert all((value, rdflib.RDF.type, kind) in graph for value in values)
    of_service = (SD.endpoint, SD.feature, SD.supportedLanguage, SD.resultFormat, SD.defaultDataset)
    assert all(set(graph.subjects(prop)) == {service} for prop in of_service)
    features = {SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs}
    assert set(graph.objects(None, SD.feature)) <= {*features, SD.BasicFederatedQuery}
    of_1_2 = {str(SD) + name for name in ("SPARQLQuery", "supportedVersion")}
    assert {str(one) for one in graph.objects(None, SD.supportedLanguage)} == {str(SD.SPARQL11Query), f"{SD}SPARQLQuery"}
    versions = set(graph.objects(service, rdflib.URIRef(f"{SD}supportedVersion")))
    assert rdflib.URIRef("http://www.w3.org/ns/sparql#version-1.2") in versions
    known = {str(term) for term in (*graph.predicates(), *graph.objects()) if str(term).startswith(str(SD))}
    vocabulary = {
        "Service", "Dataset", "Graph", "UnionDefaultGraph", "SPARQL11Query", "endpoint", "feature",
        "supportedLanguage", "resultFormat", "defaultDataset", "defaultGraph", "defaultEntailmentRegime",
    }  # fmt: skip
    assert known <= {*(str(SD[name]) for name in vocabulary), *of_1_2}


def test_every_exchange_of_the_manifest_is_read() -> None:
    assert len(exchanges()) == 34
    assert all(exchanges().values())
    assert Path(suites_folder()).is_dir()
