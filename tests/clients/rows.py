"""What the engine itself answers, and what a client read, as bags of rows of RDF terms: equal or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox
import rdflib

from ontologie import BASE, PREFIXES

Term = ox.NamedNode | ox.Literal
Bag = Counter[frozenset[tuple[str, Term]]]
"""A row is its bound variables: order and unbound ones do not count."""


def answered(store: ox.Store, text: str) -> Bag:
    """Return the rows that Oxigraph gives without anything of the service's between."""
    options = {"prefixes": PREFIXES, "base_iri": BASE, "use_default_graph_as_union": True}
    return of_solutions(store.query(text, **options))


def of_solutions(solutions: Any) -> Bag:
    """Return the rows of an Oxigraph answer."""
    names = [variable.value for variable in solutions.variables]
    return Counter(frozenset((name, row[name]) for name in names if row[name] is not None) for row in solutions)


def of_json(rows: Iterable[Mapping[str, Mapping[str, str]]]) -> Bag:
    """Return the rows of SPARQL 1.1 Query Results JSON."""
    return Counter(frozenset((name, of_binding(value)) for name, value in row.items()) for row in rows)


def of_binding(value: Mapping[str, str]) -> Term:
    """Return the term of one binding (SPARQL 1.1 Query Results JSON Format, section 3.2.2)."""
    if value["type"] == "uri":
        return ox.NamedNode(value["value"])
    if language := value.get("xml:lang"):
        return ox.Literal(value["value"], language=language)
    datatype = value.get("datatype")
    return ox.Literal(value["value"], datatype=ox.NamedNode(datatype) if datatype else None)


def of_rdflib(term: rdflib.term.Node) -> Term:
    """Return an rdflib term as Oxigraph's."""
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    assert isinstance(term, rdflib.Literal), term
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)


def graph_of(store: ox.Store, name: str) -> set[ox.Triple]:
    """Return the triples of a named graph."""
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name))}


def of_graph(graph: Iterable[tuple[Any, Any, Any]]) -> set[ox.Triple]:
    """Return the triples of an rdflib graph."""
    return {ox.Triple(*map(of_rdflib, triple)) for triple in graph}  # type: ignore[arg-type]
