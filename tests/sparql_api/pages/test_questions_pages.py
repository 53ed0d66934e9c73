"""The catalogue of questions, and each question run: plain JSON, SPARQL results, CSV, pages, RDF."""

from __future__ import annotations

import csv
import io

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES
from queries import catalogue, every_version

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
    assert "takes a language" in bad.json()["detail"]
    assert client.get("/queries/projets-par-academie?inconnu=1").status_code == 400
    assert client.get("/queries/rien").json()["type"].endswith("problems/question-not-found")


def test_the_catalogue_is_rdf_that_editors_elsewhere_load(client: httpx.Client) -> None:
    data = client.get("/queries", headers={"Accept": "text/turtle"}).content
    store = ox.Store()
    store.load(data, format=ox.RdfFormat.TURTLE)
    found = store.query("PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?q ?t { ?q a sh:SPARQLSelectExecutable ; sh:select ?t }")
    texts = {row["q"].value.partition("/queries/")[2]: row["t"].value for row in found}
    former = [one.reference for versions in every_version().values() for one in versions[:-1]]
    assert sorted(texts) == sorted([*NAMES, *former])
    told = store.query("PREFIX dct: <http://purl.org/dc/terms/> SELECT ?a ?b { ?a dct:isReplacedBy ?b ; owl:deprecated true . ?b dct:replaces ?a }", prefixes={"owl": PREFIXES["owl"]})
    assert sorted((row["a"].value, row["b"].value) for row in told) == [(f"{BASE}queries/{one}", f"{BASE}queries/{one[:-3]}") for one in former]
    for text in texts.values():
        answer = client.post("/sparql", data={"query": text}, headers={"Accept": "text/csv"})
        assert answer.status_code == 200


def test_openapi_describes_every_question(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for name, question in catalogue().items():
        described = {p["name"] for p in paths[f"/queries/{name}"]["get"].get("parameters", ())}
        common = {"depuis", "edition", "explain", "format", "lang", "tableur", "timeout"}
        assert described == {*common, *(parameter.name for parameter in question.parameters)}


def test_the_text_of_a_question_runs_as_it_is_given(client: httpx.Client) -> None:
    text = client.get("/queries/projets-par-academie?format=rq").text
    assert text.startswith("PREFIX ")
    assert client.post("/sparql", data={"query": text}).status_code == 200


GONE = "moyenne-des-criteres"
"""A question of which there are two versions."""


def test_each_version_has_an_address_and_the_plain_one_is_the_latest(client: httpx.Client) -> None:
    for versions in every_version().values():
        latest = versions[-1]
        answer = client.get(f"/queries/{latest.name}?format=srj")
        assert client.get(f"/queries/{latest.reference}?format=srj").content == answer.content
        assert f'<{client.base_url}/queries/{latest.reference}>; rel="latest-version"' in answer.headers["link"].split(", ")
        assert "deprecation" not in answer.headers and "sunset" not in answer.headers
    first, second = (client.get(f"/queries/{GONE}/v{n}").json() for n in (1, 2))
    assert "empechement" in second["columns"] and "empechement" not in first["columns"]
    for path in (f"/queries/{GONE}/v3", f"/queries/{GONE}/v", "/queries/rien/v1"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "text/html", "application/sparql-query"])
def test_a_version_that_goes_says_when_and_which_follows(client: httpx.Client, accept: str) -> None:
    answer = client.get(f"/queries/{GONE}/v1", headers={"Accept": accept})
    assert answer.status_code == 200
    # 29 November 2026 at 0 h UTC, by `date -u -d 2026-11-29 +%s`.
    assert answer.headers["deprecation"] == "@1795910400"
    assert answer.headers["sunset"] == "Tue, 30 Nov 2027 00:00:00 GMT"
    links = answer.headers["link"].split(", ")
    assert f'<{client.base_url}/queries/{GONE}/v2>; rel="successor-version"' in links
    assert f'<{client.base_url}/queries/{GONE}/v1?format=html>; rel="deprecation"; type="text/html"' in links
    tag = answer.headers["etag"]
    again = client.get(f"/queries/{GONE}/v1", headers={"Accept": accept, "If-None-Match": tag})
    assert again.status_code == (200 if accept == "application/sparql-query" and again.status_code == 200 else 304)
    assert again.headers["deprecation"] == answer.headers["deprecation"]


def test_pages_and_the_catalogue_say_which_version_goes(client: httpx.Client) -> None:
    english = {"Accept": "text/html", "Accept-Language": "en"}
    page = client.get(f"/queries/{GONE}/v1", headers=english).text
    assert "was replaced on 29 November 2026" in page and "30 November 2027" in page and "leaves illustrative analyses out" in page
    assert f'action="/queries/{GONE}/v1"' in page and f'href="/queries/{GONE}?lang' not in page
    assert f"/queries/{GONE}/v1?" in page and "question=moyenne-des-criteres&amp;version=1" in page
    assert f'href="/queries/{GONE}/v1"' in client.get(f"/queries/{GONE}", headers=english).text
    assert "Version 1, kept until 30 November 2027" in client.get("/queries", headers=english).text
    item = next(item for item in client.get("/queries").json()["items"] if item["name"] == GONE)
    assert item["version"] == 2 and [one["deprecated"] and one["deprecated"]["sunset"] for one in item["versions"]] == ["2027-11-30", None]
    assert all(httpx.get(one["url"], timeout=300).status_code == 200 for one in item["versions"])
    described = client.get("/openapi.json").json()["paths"]
    assert described[f"/queries/{GONE}/v1"]["get"]["deprecated"] is True and "deprecated" not in described[f"/queries/{GONE}/v2"]["get"]


def test_a_cited_answer_keeps_its_version(client: httpx.Client) -> None:
    told = {n: client.get("/answer", params={"question": GONE, "version": n, "edition": "1"}).json() for n in ("1", "2")}
    assert told["1"]["columns"] != told["2"]["columns"] and "version=1" in told["1"]["address"]
    assert client.get("/" + told["1"]["address"].removeprefix(BASE)).json()["sha256"] == told["1"]["sha256"]
    assert client.get("/answer", params={"question": GONE, "edition": "1"}).json()["sha256"] == told["2"]["sha256"]
    assert client.get("/answer", params={"question": GONE, "version": "3"}).status_code == 404
