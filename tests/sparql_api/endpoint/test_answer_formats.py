"""In which format an answer comes, as the client asks for it, and what survives in each."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import httpx
import pytest
import rdflib

from sparql_api.formats.negotiation import GRAPHS, TABLES
from tests.sparql_api.endpoint.asking import CONSTRUCT, SELECT, get

ASK = "ASK { ?s <http://example.org/value> 7 }"
DESCRIBE = "DESCRIBE <http://example.org/thing/7>"


@pytest.mark.parametrize("query", [SELECT, ASK])
@pytest.mark.parametrize("media_type", TABLES.values())
def test_a_table_comes_in_each_format_asked_for(client: httpx.Client, query: str, media_type: str) -> None:
    answer = get(client, query, Accept=media_type)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert b"7" in answer.content or b"true" in answer.content


@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
@pytest.mark.parametrize("media_type", GRAPHS.values())
def test_a_graph_comes_in_each_format_asked_for(client: httpx.Client, query: str, media_type: str) -> None:
    answer = get(client, query, Accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    names = {"application/ld+json": "json-ld", "application/n-quads": "nquads", "application/trig": "trig"}
    name = names.get(media_type, media_type)
    graph = rdflib.Dataset(default_union=True) if name in ("nquads", "trig") else rdflib.Graph()
    assert len(graph.parse(data=answer.content, format=name)) == 3


@pytest.mark.parametrize(
    ("accept", "query", "expected"),
    [
        ("*/*", SELECT, "application/sparql-results+json"),
        ("*/*", CONSTRUCT, "text/turtle"),
        ("text/*", SELECT, "text/csv"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.6", SELECT, "application/sparql-results+xml"),
        ("text/csv;q=0, */*;q=0.1", SELECT, "application/sparql-results+json"),
        ("application/json", SELECT, "application/json"),
        ("application/json", CONSTRUCT, "application/json"),
        ("application/ld+json;q=0.9, text/turtle;q=0.8", CONSTRUCT, "application/ld+json"),
        ('application/sparql-results+json; charset="utf-8"', SELECT, "application/sparql-results+json"),
        ("TEXT/CSV", SELECT, "text/csv"),
    ],
)
def test_the_accept_header_decides_by_weight(client: httpx.Client, accept: str, query: str, expected: str) -> None:
    answer = get(client, query, Accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == expected
    assert "accept" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("accept", "query"),
    [("image/png", SELECT), ("text/turtle", SELECT), ("text/csv", CONSTRUCT), ("*/*;q=0", SELECT)],
)
def test_what_cannot_be_given_is_not_acceptable(client: httpx.Client, accept: str, query: str) -> None:
    answer = get(client, query, Accept=accept)
    assert answer.status_code == 406
    assert answer.json()["available"]


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("csv", SELECT, "text/csv"),
        ("json", SELECT, "application/sparql-results+json"),
        ("xml", SELECT, "application/sparql-results+xml"),
        ("json", CONSTRUCT, "application/ld+json"),
        ("xml", CONSTRUCT, "application/rdf+xml"),
        ("jsonld", CONSTRUCT, "application/ld+json"),
        ("turtle", DESCRIBE, "text/turtle"),
        ("application/sparql-results+json", SELECT, "application/sparql-results+json"),
    ],
)
def test_a_short_name_wins_over_the_header(client: httpx.Client, name: str, query: str, expected: str) -> None:
    for parameter in ("format", "_format"):
        answer = client.get("/sparql", params={"query": query, parameter: name}, headers={"Accept": "image/png"})
        assert answer.headers["content-type"].partition(";")[0] == expected


def test_an_unknown_short_name_is_not_acceptable(client: httpx.Client) -> None:
    assert client.get("/sparql", params={"query": SELECT, "format": "docx"}).status_code == 406


def test_an_answer_may_be_asked_as_a_file(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "format": "csv", "download": 'my "projets"'})
    assert answer.headers["content-disposition"] == 'attachment; filename="my--projets.csv"'


def test_the_columns_of_select_star_come_in_the_order_they_are_written(client: httpx.Client) -> None:
    for query in (
        "SELECT * { ?z ?b ?a } LIMIT 1",
        "SELECT DISTINCT * { ?z ?b ?a { SELECT ?a { ?q ?p ?a } } }",
    ):
        header = client.get("/sparql", params={"query": query, "format": "csv"}).text.split("\r\n")[0]
        assert header == "z,b,a"


def test_languages_and_special_characters_survive_every_format(client: httpx.Client) -> None:
    query = "SELECT ?l { <http://example.org/thing/7> skos:prefLabel ?l }"
    label = 'chose "7", é\n'
    row = get(client, query).json()["results"]["bindings"][0]["l"]
    assert row == {"type": "literal", "value": label, "xml:lang": "fr"}
    table = client.get("/sparql", params={"query": query, "format": "csv"}).text
    assert list(csv.reader(io.StringIO(table, newline="")))[1] == [label]


@pytest.mark.parametrize(
    ("query", "format"),
    [
        ('SELECT ("\\u0001" AS ?x) {}', "xml"),
        ('SELECT ("\\uFFFE" AS ?x) {}', "xml"),
        ("CONSTRUCT { <urn:a> <http://example.org/123> 1 } {}", "rdf"),
        ("CONSTRUCT { <urn:a> <urn:p> <<( <urn:a> <urn:p> 1 )>> } {}", "jsonld"),
    ],
)
def test_what_a_format_cannot_say_is_an_error_in_it_and_not_in_others(
    client: httpx.Client, query: str, format: str
) -> None:
    refused = client.get("/sparql", params={"query": query, "format": format})
    assert refused.status_code == 406
    for media_type in refused.json()["available"][:3]:
        assert get(client, query, Accept=media_type).status_code == 200


def test_line_ends_survive_xml(client: httpx.Client) -> None:
    for query, form in (
        ('SELECT ("a\\r\\nb" AS ?x) {}', "xml"),
        ('CONSTRUCT { <urn:a> <urn:p> "a\\r\\nb" } {}', "rdf"),
    ):
        answer = client.get("/sparql", params={"query": query, "format": form})
        assert "a\r\nb" in "".join(ElementTree.fromstring(answer.text).itertext())
