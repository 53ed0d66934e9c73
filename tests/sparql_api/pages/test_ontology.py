"""The ontology's pages: modules, terms with their unions and their uses, search; and its released versions."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS

import ontologie
from ontologie import BASE, released_files, released_versions

OIA = BASE + "ontologie#"
TERMS = Path(ontologie.__file__).parent / "termes"


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
    names = "module de formation ModuleFormation ou organisation Organisation ou projet Projet ou publication Publication"
    assert f"se dit de {names}" in said
    assert "genid" not in said and "_:" not in said


def test_a_restriction_is_shown_by_its_parts(client: httpx.Client) -> None:
    assert "région académique regionAcademique au plus 1" in words(page(client, "/ontologie/terme/Academie"))


def test_a_term_says_what_stands_below_it_and_what_is_said_of_it(client: httpx.Client) -> None:
    said = words(page(client, "/ontologie/terme/Territoire"))
    assert "plus étroites académie Academie , " in said
    assert "codeTerritoire" in said and "territoireAssocie" in said


@pytest.mark.parametrize(("lang", "title"), [("fr", "noyau"), ("en", "Core")])
def test_a_term_names_its_module_in_the_language_of_the_page(client: httpx.Client, lang: str, title: str) -> None:
    shown = page(client, "/ontologie/terme/Projet", lang=lang)
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', shown)
    named = [name for link, name in links if link.partition("?")[0].endswith("/ontologie/noyau")]
    assert named == [title, title]


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
    for lang, arcs in (("fr", ("s'appuie sur", "rend compte de")), ("en", ("builds on", "reports on"))):
        drawn = unescape(page(client, "/ontologie/formation", lang=lang))
        assert all(f">{arc}<" in drawn for arc in arcs), lang


def test_a_diagram_is_a_file_of_its_own_in_the_language_asked(client: httpx.Client) -> None:
    assert "/ontologie/noyau-entier.svg" in page(client, "/ontologie")
    assert "/ontologie/noyau.svg" in page(client, "/ontologie/noyau")
    boxes = {}
    for name in ("noyau", "profil-qc", "noyau-entier"):
        for lang, project in (("fr", "projet"), ("en", "project")):
            answer = client.get(f"/ontologie/{name}.svg", params={"lang": lang})
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml"), answer.text[:200]
            assert answer.headers["content-language"] == lang
            assert "style=" not in answer.text and "<style" not in answer.text and "<script" not in answer.text
            drawn = ElementTree.fromstring(answer.text)
            shown = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
            assert project in shown, (name, lang)
        boxes[name] = answer.text.count("<rect")
    # Counted in the files by another parser: the classes that the modules of the core define.
    graph = rdflib.Graph()
    for path in TERMS.glob("*.ttl"):
        if not path.name.startswith("profil-"):
            graph.parse(path)
    defined = [one for one in graph.subjects(RDF.type, OWL.Class) if (one, SKOS.definition, None) in graph]
    assert boxes["noyau-entier"] >= len(defined) > boxes["noyau"] > 5
    assert client.get("/ontologie/rien.svg").status_code == 404


@pytest.mark.parametrize("path", ["Projet", "projet", "terme/PROJET"])
def test_the_name_of_a_term_leads_to_its_page(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/ontologie/{path}", params={"lang": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ontologie/terme/Projet?lang=en")


def test_a_name_that_is_only_alike_is_answered_with_the_term_that_was_meant(client: httpx.Client) -> None:
    answer = client.get("/ontologie/Projett", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["near"] == "/ontologie/terme/Projet" and "Projet" in answer.json()["detail"]
    assert "near" not in client.get("/ontologie/xyzzy", headers={"Accept": "application/json"}).json()


@pytest.mark.parametrize("path", ["/ontologie/terme/academie", "/ontologie/terme/Projet", "/ontologie/territoire"])
def test_an_english_page_shows_names_of_ours_in_code_alone(client: httpx.Client, path: str) -> None:
    """Every link to a term shows its English label; its own name stands beside, as code."""
    html = page(client, path, lang="en")
    links = re.findall(r'<a href="/ontologie/terme/(\w+)[^"]*">([^<]*)</a> <code>', html)
    graph = rdflib.Graph()
    for file in TERMS.glob("*.ttl"):
        graph.parse(file)
    assert len(links) > 5
    for name, shown in links:
        english = [str(label) for label in graph.objects(rdflib.URIRef(OIA + name), RDFS.label) if label.language == "en"]
        assert [unescape(shown)] == english, name


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
