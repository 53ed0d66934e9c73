"""RDF says where it comes from: licence, dataset and edition, in headers for the register's documents, in triples for all else."""

from __future__ import annotations

import re

import httpx
import pytest
import rdflib
from rdflib.namespace import DCTERMS

from ontologie import BASE, Iris

RDF = {"text/turtle", "application/n-quads", "application/trig", "application/n-triples", "application/rdf+xml", "application/ld+json"}
OURS = "https://spdx.org/licenses/etalab-2.0.html"
SCOLOMFR = "https://creativecommons.org/licenses/by-sa/3.0/fr/"
EXACT = {
    "/sparql": "/sparql?query=CONSTRUCT{?s a ?o}WHERE{?s a ?o}&format=ttl",
    "/editions/{number}/sparql": "/editions/2/sparql?query=CONSTRUCT{?s a ?o}WHERE{?s a ?o}&format=ttl",
    "/rdf-graph-store": f"/rdf-graph-store?graph={BASE}graphe/projet/18-UR005",
    "/editions/{number}/dump.{suffix}": "/editions/2/dump.ttl",
    "/ldes/{places}": "/ldes/0-99",
    "/editions/{number}/delta.{suffix}": "/editions/2/delta.nq",
}
"""What is given to the letter (the answer to a query, a graph, a part of the edition): its headers alone say it."""
TOLD = {
    "/ldes": "/ldes?format=trig",
    "/editions/{number}/tables/{name}": "/editions/2/tables/cube.ttl",
    "/void": "/void?format=ttl",
    "/catalogue": "/catalogue?format=ttl",
    "/catalogue/{territory}": "/catalogue/academie/18?format=ttl",
}
WORDS = {
    "/queries": "/queries?format=ttl",
    "/shapes": "/shapes?format=ttl",
    "/ontologie": "/ontologie?format=ttl",
    "/gabarits/{name}": "/gabarits/instrument.ttl",
    "/contexte.jsonld": "/contexte.jsonld",
    "/contexte/{version}.jsonld": "/contexte/2.0.0.jsonld",
}
"""Our own words and rules, which come from no edition."""
THINGS = {
    "principe/cadre-usage/CU-P2": {OURS},
    "academie/18": {OURS},
    "instrument/ai-act": {OURS},
    "concept/niveau/lycee": {OURS, SCOLOMFR},
}
DOCUMENTS = ("projet/18-UR005", "analyse/illustrative-UR001", "publication/ecrire-avec-ou-sans", "module/faire-verifier")


def licences(answer: httpx.Response) -> set[str]:
    return set(re.findall(r'<([^>]*)>; rel="license"', answer.headers.get("link", "")))


def stated(text: str, syntax: str = "turtle") -> tuple[set[str], bool]:
    """Return the licences that triples state, and whether they name the edition."""
    graph = rdflib.Dataset(default_union=True).parse(data=text, format=syntax)
    named = rdflib.URIRef(f"{BASE}edition/2")
    terms = {term for triple in graph.triples((None, None, None)) for term in triple}
    return {str(one) for one in graph.objects(None, DCTERMS.license)}, named in terms


def test_every_route_that_gives_rdf_is_one_of_these(client: httpx.Client) -> None:
    found = set()
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        answers = operations.get("get", {}).get("responses", {}).values()
        if RDF & {media for answer in answers for media in answer.get("content", {})}:
            found.add(path)
    assert found == {*EXACT, *TOLD, *WORDS}


@pytest.mark.parametrize("path", [*EXACT.values(), *TOLD.values()])
def test_headers_name_the_edition_and_its_licences(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["observatoire-edition"] == "2"
    assert "/editions/2/LICENCE.txt" in licences(answer)


@pytest.mark.parametrize("path", TOLD.values())
def test_triples_name_the_edition_and_licences(client: httpx.Client, path: str) -> None:
    said, edition = stated(client.get(path).text, "trig")
    assert OURS in said and edition


@pytest.mark.parametrize("path", WORDS.values())
def test_words_and_rules_name_our_licence(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert licences(answer) == {OURS}
    if "contexte" not in path and "gabarits" not in path:
        assert OURS in stated(answer.text)[0]


@pytest.mark.parametrize("path", THINGS)
@pytest.mark.parametrize(("suffix", "syntax"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("nt", "nt"), ("rdf", "xml"), ("trig", "trig")])
def test_a_thing_of_a_vocabulary_says_it_in_triples(client: httpx.Client, path: str, suffix: str, syntax: str) -> None:
    answer = client.get(f"/{path}.{suffix}")
    said, edition = stated(answer.text, syntax)
    assert THINGS[path] <= said and edition
    assert licences(answer) >= THINGS[path]
    assert f'<{BASE}edition/2>; rel="collection"' in answer.headers["link"]


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "nt", "rdf", "trig"])
def test_a_document_of_the_register_says_it_in_headers_alone(client: httpx.Client, path: str, suffix: str) -> None:
    answer = client.get(f"/{path}.{suffix}")
    assert answer.headers["observatoire-edition"] == "2"
    assert licences(answer) == {OURS}
    assert f"{BASE}edition/2" not in answer.text


def test_a_graph_of_a_vocabulary_is_given_to_the_letter_with_its_licence(client: httpx.Client) -> None:
    path = Iris().vocabulary_graph("scolomfr-voc-012").removeprefix(BASE)
    answer = client.get(f"/{path}.nt")
    assert licences(answer) == {SCOLOMFR} and f"{BASE}edition/2" not in answer.text


SIGNS = {"cite-as", "describedby", "license", "item", "collection", "type"}


@pytest.mark.parametrize("path", [*DOCUMENTS, *THINGS, "region-academique/bretagne"])
def test_the_page_of_a_thing_has_every_signpost(client: httpx.Client, path: str) -> None:
    told = set(re.findall(r'rel="([^"]+)"', client.get(f"/{path}.html").headers["link"]))
    assert told >= SIGNS
    data = set(re.findall(r'rel="([^"]+)"', client.get(f"/{path}.ttl").headers["link"]))
    assert data >= {"cite-as", "describes", "license", "collection"}


@pytest.mark.parametrize("profile", ["_profile=schema", "_profile=https://schema.org/", "profil=schema"])
def test_a_profile_is_asked_for_in_the_address(client: httpx.Client, profile: str) -> None:
    for path in (f"/projet/18-UR005?_format=jsonld&{profile}", f"/projet/18-UR005.jsonld?{profile}"):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200 and "LearningResource" in answer.text
        assert '<https://schema.org/>; rel="profile"' in answer.headers["link"]
    assert client.get("/projet/18-UR005.jsonld?_profile=other").status_code == 400


@pytest.mark.parametrize("path", ["/projet/18-UR005", "/principe/cadre-usage/CU-P2", "/void", "/catalogue", "/ontologie", "/shapes", "/queries"])
def test_who_asks_for_n3_is_given_turtle(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/n3"}, follow_redirects=True)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/turtle")
