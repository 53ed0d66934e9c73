"""SPARQLWrapper, as researchers' notebooks use it: every format, both methods, errors, the whole catalogue."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.error import HTTPError

import pyoxigraph as ox
import pytest
import rdflib
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
    SPARQLWrapper2,
)
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed

from ontologie import BASE
from queries import bind, catalogue
from tests.clients.rows import answered, graph_of, of_graph, of_json, of_solutions
from tests.sparql_api.endpoint.live import CROSS_PRODUCT

FICHE = f"{BASE}graphe/projet/18-UR005"
SELECT = """
SELECT ?projet ?titre ?date ?niveau WHERE {
  ?projet a oia:Projet ; dct:title ?titre .
  OPTIONAL { ?projet oia:date ?date } OPTIONAL { ?projet oia:niveau ?niveau }
}"""
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{FICHE}> {{ ?s ?p ?o }} }}"
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


def wrapper(endpoint: str, text: str, format: str = JSON, way: tuple[str, str] = WAYS[0]) -> SPARQLWrapper:
    """Return a wrapper as a notebook sets it up."""
    made = SPARQLWrapper(endpoint)
    made.setQuery(text)
    made.setReturnFormat(format)
    made.setMethod(way[0])
    made.setRequestMethod(way[1])
    return made


def converted(*arguments: Any) -> Any:
    return wrapper(*arguments).queryAndConvert()


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_select_says_the_same_in_every_format_and_by_every_method(
    endpoint: str, store: ox.Store, way: tuple[str, str]
) -> None:
    expected = answered(store, SELECT)
    assert expected
    assert of_json(converted(endpoint, SELECT, JSON, way)["results"]["bindings"]) == expected
    xml = converted(endpoint, SELECT, XML, way).toxml("utf-8")
    assert of_solutions(ox.parse_query_results(xml, ox.QueryResultsFormat.XML)) == expected
    tsv = converted(endpoint, SELECT, TSV, way)
    assert of_solutions(ox.parse_query_results(tsv, ox.QueryResultsFormat.TSV)) == expected
    rows = csv.DictReader(io.StringIO(converted(endpoint, SELECT, CSV, way).decode(), newline=""))
    values = [{name: value for name, value in row.items() if value} for row in rows]
    lexical = [{name: term.value for name, term in row} for row in expected.elements()]
    assert sorted(map(sorted, map(dict.items, values))) == sorted(map(sorted, map(dict.items, lexical)))


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_an_ask_is_true_or_false(endpoint: str, way: tuple[str, str]) -> None:
    for text, expected in (("ASK { ?p a oia:Projet }", True), ("ASK { ?p a oia:Licorne }", False)):
        assert converted(endpoint, text, JSON, way)["boolean"] is expected
        document = converted(endpoint, text, XML, way)
        assert document.getElementsByTagName("boolean")[0].firstChild.data == str(expected).lower()


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("format", [TURTLE, N3, RDFXML, XML, JSONLD])
def test_a_construct_is_the_graph_in_every_format(
    endpoint: str, store: ox.Store, format: str, way: tuple[str, str]
) -> None:
    found = converted(endpoint, CONSTRUCT, format, way)
    graph = rdflib.Graph().parse(data=found, format="turtle") if isinstance(found, bytes) else found
    assert of_graph(graph) == graph_of(store, FICHE)


def test_a_describe_is_a_graph_about_the_thing(endpoint: str) -> None:
    graph = converted(endpoint, f"DESCRIBE <{BASE}projet/18-UR005>", RDFXML)
    assert (rdflib.URIRef(f"{BASE}projet/18-UR005"), None, None) in graph


def test_a_dataset_is_named_by_the_request(endpoint: str, store: ox.Store) -> None:
    asked = wrapper(endpoint, "SELECT ?s ?p ?o { ?s ?p ?o }")
    asked.addDefaultGraph(FICHE)
    found = of_json(asked.queryAndConvert()["results"]["bindings"])  # type: ignore[index,call-overload]
    assert sum(found.values()) == len(graph_of(store, FICHE))
    asked = wrapper(endpoint, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    asked.addNamedGraph(FICHE)
    bindings = asked.queryAndConvert()["results"]["bindings"]  # type: ignore[index,call-overload]
    assert [row["g"]["value"] for row in bindings] == [FICHE]


def test_the_wrapper_of_bindings_reads_values_with_their_language(endpoint: str) -> None:
    asked = SPARQLWrapper2(endpoint)
    asked.setQuery(f"SELECT ?l {{ <{BASE}instrument/cadre-usage> skos:prefLabel ?l }}")
    values = [row["l"] for row in asked.query().bindings]  # type: ignore[union-attr]
    assert {"fr", "en"} <= {value.lang for value in values}


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_badly_formed_query_is_said_to_be_so_with_its_place(endpoint: str, way: tuple[str, str]) -> None:
    with pytest.raises(QueryBadFormed) as raised:
        converted(endpoint, "SELECT ?x WHERE {\n  ?x a }", JSON, way)
    assert '"line": 2' in str(raised.value).replace("\\n", "\n")


def test_an_edition_that_is_not_there_is_not_found(endpoint: str) -> None:
    asked = wrapper(endpoint, SELECT)
    asked.addParameter("edition", "99")
    with pytest.raises(EndPointNotFound):
        asked.query()
    asked.clearParameter("edition")
    asked.addParameter("edition", "1")
    assert asked.query().info()["observatoire-edition"] == "1"


def test_a_deadline_is_an_error_and_never_a_cut_answer(endpoint: str) -> None:
    asked = wrapper(endpoint, CROSS_PRODUCT)
    asked.addParameter("timeout", "0.3")
    with pytest.raises(HTTPError) as raised:
        asked.query()
    assert raised.value.code == 504
    asked = wrapper(endpoint, CROSS_PRODUCT)
    asked.setTimeout(1)  # The client's own patience: it hangs up, and the service serves the next.
    with pytest.raises(TimeoutError):
        asked.query()
    assert converted(endpoint, "ASK { ?p a oia:Projet }")["boolean"] is True


def test_an_update_is_refused(endpoint: str) -> None:
    asked = wrapper(endpoint, "INSERT DATA { <urn:a> <urn:b> <urn:c> }", JSON, WAYS[1])
    with pytest.raises(HTTPError) as raised:
        asked.query()
    assert raised.value.code == 403


@pytest.mark.parametrize("name", catalogue())
def test_a_question_of_the_catalogue_has_the_engines_answer(endpoint: str, store: ox.Store, name: str) -> None:
    text = bind(catalogue()[name], {})
    found = converted(endpoint, text, JSON, WAYS[1])
    assert of_json(found["results"]["bindings"]) == answered(store, text)
