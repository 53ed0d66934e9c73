"""The catalogue of questions, and each question run: plain JSON, SPARQL results, CSV, pages, RDF."""

from __future__ import annotations

import csv
import io

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE
from queries import catalogue

NAMES = sorted(catalogue())


def test_the_catalogue_lists_every_question_in_two_languages(client: httpx.Client) -> None:
    items = client.get("/queries").json()["items"]
    assert sorted(item["name"] for item in items) == NAMES
    for item in items:
        assert set(item["title"]) == set(item["description"]) == {"fr", "en"}
        assert httpx.get(item["url"], timeout=300).status_code == 200
        for parameter in item["parameters"]:
            assert {"name", "type", "required", "default"} <= set(parameter)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_answers_with_its_defaults_in_every_format(client: httpx.Client, name: str) -> None:
    plain = client.get(f"/queries/{name}").json()
    assert (plain["name"], plain["edition"]) == (name, 2)
    results = client.get(f"/queries/{name}", headers={"Accept": "application/sparql-results+json"})
    assert results.headers["content-type"].startswith("application/sparql-results+json")
    assert results.json()["head"]["vars"] == plain["columns"]
    assert len(results.json()["results"]["bindings"]) == len(plain["rows"])
    table = client.get(f"/queries/{name}", headers={"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(table.text, newline="")))
    assert rows[0] == plain["columns"]
    assert len(rows) == len(plain["rows"]) + 1
    assert all(list(row) == plain["columns"] for row in plain["rows"])
    assert results.headers["observatoire-edition"] == "2"


def test_numbers_and_booleans_are_json_ones_and_what_is_unbound_is_null(client: httpx.Client) -> None:
    rows = client.get("/queries/projets-par-academie").json()["rows"]
    assert any(isinstance(value, int) for row in rows for value in row.values())
    rows = client.get("/queries/carte-des-academies").json()["rows"]
    assert rows


def test_a_value_is_bound_as_a_term_and_can_say_nothing_else(client: httpx.Client) -> None:
    everything = client.get("/queries/projets-principe-unesco").json()["rows"]
    one = client.get("/queries/projets-principe-unesco", params={"principe": "principe/cadre-usage/CU-P2"})
    rows = one.json()["rows"]
    assert 0 < len(rows) < len(everything)
    assert {row["principe"] for row in rows} == {f"{BASE}principe/cadre-usage/CU-P2"}
    hostile = client.get("/queries/projets-principe-unesco", params={"principe": "x> } SELECT * { ?a ?b ?c"})
    assert hostile.status_code == 400 or hostile.json()["rows"] == []


def test_a_bad_or_unknown_parameter_is_named_in_the_callers_language(client: httpx.Client) -> None:
    bad = client.get("/queries/projets-principe-unesco?langue=%3C", headers={"Accept-Language": "en"})
    assert bad.status_code == 400
    assert bad.json()["parameter"] == "langue"
    assert "language tag" in bad.json()["detail"]
    assert client.get("/queries/projets-par-academie?inconnu=1").status_code == 400
    assert client.get("/queries/rien").json()["type"].endswith("problems/question-not-found")


def test_the_catalogue_is_rdf_that_editors_elsewhere_load(client: httpx.Client) -> None:
    data = client.get("/queries", headers={"Accept": "text/turtle"}).content
    store = ox.Store()
    store.load(data, format=ox.RdfFormat.TURTLE)
    found = store.query("PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?q ?t { ?q a sh:SPARQLSelectExecutable ; sh:select ?t }")
    texts = {row["q"].value.rpartition("/")[2]: row["t"].value for row in found}
    assert sorted(texts) == NAMES
    for text in texts.values():
        answer = client.post("/sparql", data={"query": text}, headers={"Accept": "text/csv"})
        assert answer.status_code == 200


def test_openapi_describes_every_question(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for name, question in catalogue().items():
        described = {p["name"] for p in paths[f"/queries/{name}"]["get"].get("parameters", ())}
        common = {"edition", "format", "lang", "tableur", "timeout"}
        assert described == {*common, *(parameter.name for parameter in question.parameters)}


def test_the_text_of_a_question_runs_as_it_is_given(client: httpx.Client) -> None:
    text = client.get("/queries/projets-par-academie?format=rq").text
    assert text.startswith("PREFIX ")
    assert client.post("/sparql", data={"query": text}).status_code == 200
