"""The ontology's pages: modules, terms with their unions and their uses, search; and its released versions."""

from __future__ import annotations

import re

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS

from ontologie import BASE, released_files, released_versions

OIA = BASE + "ontologie#"


def page(client: httpx.Client, path: str, **asked: str) -> str:
    answer = client.get(path, params={"format": "html", "lang": "fr", **asked})
    assert answer.status_code == 200, path
    return answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_page_tells_core_and_profiles_apart(client: httpx.Client) -> None:
    html = page(client, "/ontologie")
    core, profiles = html.split("Les profils de pays")
    for module in ("noyau", "niveau", "competence", "public", "territoire"):
        assert f"/ontologie/{module}?" in core or f'/ontologie/{module}"' in core
    assert "profil-fr" in profiles and "profil-qc" in profiles and "profil-fr" not in core


def test_each_term_has_a_page_and_the_list_leads_to_it(client: httpx.Client) -> None:
    listed = set(re.findall(r'href="/ontologie/terme/(\w+)', page(client, "/ontologie")))
    assert len(listed) > 200
    for name in ("Projet", "academie", "pays", "depuis"):
        assert name in listed
        html = page(client, f"/ontologie/terme/{name}")
        assert f"oia:{name}" in html and "<script" not in html


def test_a_domain_that_is_a_union_is_shown_by_its_members(client: httpx.Client) -> None:
    said = words(page(client, "/ontologie/terme/academie"))
    assert "se dit de ModuleFormation ou Organisation ou Projet ou Publication" in said
    assert "genid" not in said and "_:" not in said


def test_a_restriction_is_shown_by_its_parts(client: httpx.Client) -> None:
    assert "regionAcademique au plus 1" in words(page(client, "/ontologie/terme/Academie"))


def test_a_term_says_what_stands_below_it_and_what_is_said_of_it(client: httpx.Client) -> None:
    said = words(page(client, "/ontologie/terme/Territoire"))
    assert re.search(r"plus étroites Academie , RegionAcademique", said) or "plus étroites" in said
    assert "codeTerritoire" in said and "territoireAssocie" in said


def test_a_term_says_how_often_the_edition_uses_it(client: httpx.Client, store: ox.Store) -> None:
    for name, pattern in (("Projet", f"?s a <{OIA}Projet>"), ("academie", f"?s <{OIA}academie> ?o")):
        found = store.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ {pattern} }} }}")
        (row,) = list(found)  # type: ignore[arg-type]
        assert f" {row['n'].value} " in words(page(client, f"/ontologie/terme/{name}"))


def test_a_term_nobody_uses_says_so(client: httpx.Client) -> None:
    assert "ne l'emploie pas" in words(page(client, "/ontologie/terme/CentreServicesScolaire")).replace("&#39;", "'")


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"]
)
def test_a_term_is_given_as_rdf_with_its_union(client: httpx.Client, accept: str) -> None:
    answer = client.get("/ontologie/terme/academie", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    syntax = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/n-triples": "nt"}.get(
        accept, "json-ld"
    )
    graph = rdflib.Graph().parse(data=answer.text, format=syntax)
    (domain,) = graph.objects(rdflib.URIRef(OIA + "academie"), RDFS.domain)
    (head,) = graph.objects(domain, OWL.unionOf)
    assert len(list(graph.items(head))) == 4


def test_a_search_finds_terms_by_their_words_without_accents(client: httpx.Client) -> None:
    html = page(client, "/ontologie", q="academie validation")
    found = re.findall(r'<article class="term" id="(\w+)"', html)
    assert "ValidationAcademique" in found and len(found) < 10
    assert re.findall(r"<article", page(client, "/ontologie", q="xyzzy")) == []
    assert "&lt;b&gt;" in page(client, "/ontologie", q="<b>")


def test_a_module_shows_its_prefixes_and_a_union_in_its_diagram(client: httpx.Client) -> None:
    html = page(client, "/ontologie/niveau")
    assert "http://www.w3.org/2004/02/skos/core#" in html
    drawn = page(client, "/ontologie/formation")
    assert ">sAppuieSur<" in drawn and ">rendCompteDe<" in drawn


def test_what_is_no_term_is_not_found(client: httpx.Client) -> None:
    for path in ("/ontologie/terme/rien", "/ontologie/terme/", "/ontologie/terme", "/ontologie/noyau/9.9.9"):
        assert client.get(path).status_code in (308, 404), path


@pytest.mark.parametrize("version", released_versions())
def test_a_released_version_and_its_modules_answer_as_frozen(client: httpx.Client, version: str) -> None:
    files = released_files(version)
    answer = client.get(f"/ontologie/{version}", headers={"Accept": "text/turtle"})
    assert answer.text == "\n".join(files.values())
    for path, text in files.items():
        name = path.rpartition("/")[2].removesuffix(".ttl")
        if name != "ontologie":
            module = client.get(f"/ontologie/{name}/{version}", headers={"Accept": "text/turtle"})
            assert module.text == text
    html = client.get(f"/ontologie/{version}", headers={"Accept": "text/html"})
    assert html.headers["content-type"].startswith("text/html")
    assert version in html.text and 'id="Projet"' in html.text


def test_the_present_version_answers_at_its_own_address(client: httpx.Client) -> None:
    now = client.get("/ontologie/2.1.0", headers={"Accept": "text/turtle"}).text
    assert now == client.get("/ontologie", headers={"Accept": "text/turtle"}).text
    graph = rdflib.Graph().parse(data=now, format="turtle")
    assert (rdflib.URIRef(BASE + "ontologie"), OWL.versionIRI, rdflib.URIRef(BASE + "ontologie/2.1.0")) in graph
    assert (rdflib.URIRef(OIA + "Territoire"), RDF.type, OWL.Class) in graph
