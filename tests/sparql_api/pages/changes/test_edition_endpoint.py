"""The endpoint over one edition: the rows of that one, whatever is published since, under the bounds of the other."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from tests.sparql_api.pages.changes.conftest import Changing

TITLES = "SELECT ?titre { ?p a oia:Projet ; dct:title ?titre } ORDER BY ?titre"
TITLES_OF = {"1": ["Écrire un conte avec une IA"], "4": ["Écrire un conte à trois"]}


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["titre"]["value"] for row in answer.json()["results"]["bindings"]]


@pytest.mark.parametrize("number", TITLES_OF)
def test_each_edition_is_a_dataset_of_its_own(changing: Changing, number: str) -> None:
    path, client = f"/editions/{number}/sparql", changing.client
    json = {"Accept": "application/sparql-results+json"}
    answer = client.get(path, params={"query": TITLES}, headers=json)
    assert titles(answer) == TITLES_OF[number]
    assert answer.headers["observatoire-edition"] == number and "immutable" in answer.headers["cache-control"]
    assert titles(client.post(path, data={"query": TITLES}, headers=json)) == TITLES_OF[number]
    # What it names besides is of no effect: the address has said which.
    assert titles(client.get(path, params={"query": TITLES, "edition": "3"}, headers=json)) == TITLES_OF[number]
    assert titles(client.get("/sparql", params={"query": TITLES}, headers=json)) == TITLES_OF["4"]


def test_the_same_guards_stand_before_it(changing: Changing) -> None:
    path, client = "/editions/1/sparql", changing.client
    reach = "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"
    assert client.get(path, params={"query": reach}).status_code == 403
    assert client.post(path, data={"update": "CLEAR ALL"}).status_code == 403
    assert client.get("/editions/99/sparql", params={"query": TITLES}).status_code == 404
    assert client.get("/editions/x/sparql", params={"query": TITLES}).status_code == 404


def test_it_describes_itself_and_a_browser_finds_the_editor(changing: Changing) -> None:
    answer = changing.client.get("/editions/1/sparql", headers={"Accept": "text/turtle"})
    graph = ox.Dataset(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))
    service = ox.NamedNode(f"{changing.client.base_url}/editions/1/sparql")
    said = {quad.predicate.value.rpartition("#")[2]: quad.object for quad in graph.quads_for_subject(service)}
    assert said["endpoint"] == service
    assert "edition/1>" in answer.text and f"{changing.client.base_url}/void?edition=1" in answer.text
    page = changing.client.get("/editions/1/sparql", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (302, "/sparql?edition=1")
