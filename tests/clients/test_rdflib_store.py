"""rdflib's SPARQLStore: the graph read as if it were here, pattern by pattern, graph by graph."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCTERMS, RDF, SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from ontologie import BASE
from tests.clients.rows import answered, graph_of, of_graph, of_rdflib

OIA = rdflib.Namespace(f"{BASE}ontologie#")
PROJECT = rdflib.URIRef(f"{BASE}projet/18-UR005")
FICHE = rdflib.URIRef(f"{BASE}graphe/projet/18-UR005")


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def remote(endpoint: str, request: pytest.FixtureRequest) -> SPARQLStore:
    return SPARQLStore(endpoint, method=request.param)


@pytest.fixture
def union(remote: SPARQLStore) -> rdflib.Graph:
    """Everything: the endpoint's default graph."""
    return rdflib.Graph(remote)


@pytest.fixture
def fiche(remote: SPARQLStore) -> rdflib.Graph:
    """One named graph."""
    return rdflib.Graph(remote, identifier=FICHE)


def test_every_shape_of_pattern_gives_the_stores_triples(union: rdflib.Graph, store: ox.Store) -> None:
    title = union.value(PROJECT, DCTERMS.title)
    assert isinstance(title, rdflib.Literal)
    assert title.language == "fr"
    date = union.value(PROJECT, OIA.date)
    assert isinstance(date, rdflib.Literal)
    assert str(date.datatype).endswith("#date")
    patterns = [
        (PROJECT, None, None),
        (None, RDF.type, OIA.Projet),
        (None, DCTERMS.title, title),
        (None, OIA.date, date),
        (None, None, PROJECT),
        (PROJECT, DCTERMS.title, None),
        (PROJECT, None, title),
        (PROJECT, DCTERMS.title, title),
    ]
    for pattern in patterns:
        terms = [of_rdflib(term) if term else None for term in pattern]
        expected = {quad.triple for quad in store.quads_for_pattern(*terms)}  # type: ignore[arg-type]
        assert of_graph(union.triples(pattern)) == expected != set(), pattern
    assert (PROJECT, RDF.type, OIA.Projet) in union
    assert (PROJECT, RDF.type, OIA.Licorne) not in union
    assert set(union.subjects(RDF.type, OIA.Projet)) > {PROJECT}


def test_the_number_of_triples_is_the_editions(union: rdflib.Graph, fiche: rdflib.Graph, store: ox.Store) -> None:
    assert len(union) == len(store)
    assert len(fiche) == len(graph_of(store, FICHE)) > 10


@pytest.mark.parametrize("name", ["projet/18-UR005", "vocabulaire/principes"])
def test_a_named_graph_is_walked_through_whole(remote: SPARQLStore, store: ox.Store, name: str) -> None:
    graph = rdflib.Graph(remote, identifier=f"{BASE}graphe/{name}")
    assert of_graph(graph) == graph_of(store, str(graph.identifier)) != set()
    assert (PROJECT, OIA.concerne, None) not in graph, "what is derived stands in a graph of its own"


def test_pages_are_taken_by_limit_and_offset(union: rdflib.Graph) -> None:
    everyone = sorted(union.subjects(RDF.type, OIA.Projet))
    pages = []
    for offset in (0, 10):
        union.LIMIT, union.OFFSET, union.ORDERBY = 10, offset, rdflib.Variable("s")  # type: ignore[attr-defined]
        pages += list(union.subjects(RDF.type, OIA.Projet))
    assert pages == everyone[:20]


def test_the_graphs_are_listed_and_those_that_hold_a_triple(remote: SPARQLStore, store: ox.Store) -> None:
    assert {str(name) for name in remote.contexts()} == {name.value for name in store.named_graphs()}
    assert set(remote.contexts((PROJECT, DCTERMS.title, None))) == {FICHE}


def test_a_query_takes_prefixes_and_bindings(union: rdflib.Graph, store: ox.Store) -> None:
    text = "SELECT ?t ?n ?l { ?p d:title ?t ; o:niveau ?n . ?n s:prefLabel ?l }"
    prefixes = {"d": DCTERMS, "o": OIA, "s": SKOS}
    rows = union.query(text, initNs=prefixes, initBindings={"p": PROJECT}).bindings
    found = Counter(frozenset((str(name), of_rdflib(row[name])) for name in row) for row in rows)
    declared = "".join(f"PREFIX {name}: <{iri}>" for name, iri in prefixes.items())
    assert found == answered(store, f"{declared} {text.replace('?p ', f'<{PROJECT}> ')}") != Counter()
    for value in (union.value(PROJECT, DCTERMS.title), union.value(PROJECT, OIA.date)):
        asked = union.query("SELECT ?s { ?s ?p ?o }", initBindings={"o": value})
        assert {row.s for row in asked} == set(union.subjects(None, value)) >= {PROJECT}


def test_the_other_forms_of_query(union: rdflib.Graph, fiche: rdflib.Graph, store: ox.Store) -> None:
    assert union.query("ASK { ?p a oia:Projet }").askAnswer is True
    assert fiche.query("ASK { ?p oia:concerne ?c }").askAnswer is False
    assert of_graph(fiche.query("CONSTRUCT WHERE { ?s ?p ?o }")) == graph_of(store, FICHE)  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["xml", "json", "csv", "tsv"])
def test_rows_come_in_each_format_that_it_reads(endpoint: str, format: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint, returnFormat=format))
    rows = graph.query("SELECT ?p ?t { ?p a oia:Projet ; dct:title ?t } ORDER BY ?p")
    assert len(rows) > 100
    assert str(next(iter(rows))[0]).startswith(BASE)  # type: ignore[index]


def test_it_stays_read_only_and_says_what_it_does_not_take(endpoint: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint))
    with pytest.raises(TypeError, match="read only"):
        graph.add((PROJECT, DCTERMS.title, rdflib.Literal("autre")))
    with pytest.raises(ValueError, match="SPARQL query"):
        graph.query("SELECT nothing")
