"""What one document and the vocabularies' facts say, looked up by subject, predicate and object.

Terms are texts of N-Triples. Knows nothing of shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Final

import pyoxigraph as ox
from rdflib.namespace import RDF, RDFS

from shapes.rules.targets import Above

TYPE: Final = str(RDF.type)
SUBCLASS: Final = str(RDFS.subClassOf)

About = Mapping[str, frozenset[str]]
"""What is said of a node: values by predicate."""


class Told:
    """A document beside the facts, of which `facts_about` gives what they say of a node."""

    def __init__(self, quads: Collection[ox.Quad], facts_about: Callable[[str], About], above: Above) -> None:
        self._own = _said(quads)
        self._facts_about, self._above = facts_about, above
        self._facts: dict[str, About] = {}
        self._literals: dict[str, ox.Literal] = {}
        self.plain = True
        """Whether nothing is said that is not looked up here: blank nodes, quoted triples, classes below others."""
        for quad in quads:
            if isinstance(quad.object, ox.Literal):
                self._literals[str(quad.object)] = quad.object
            named = isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal)
            self.plain &= named and quad.predicate.value != SUBCLASS

    def objects(self, subject: str, predicate: str) -> frozenset[str]:
        """Return the values of a property."""
        own, known = (about.get(predicate, frozenset()) for about in self._about(subject))
        return own | known if own and known else own or known

    def subjects(self, predicate: str, value: str) -> frozenset[str]:
        """Return the document's subjects that have a value."""
        return frozenset(self._backwards.get((predicate, value), ()))

    @cached_property
    def _backwards(self) -> dict[tuple[str, str], list[str]]:
        """Subjects by predicate and value: looked for one by one, they would take time in the square of a document."""
        found: dict[tuple[str, str], list[str]] = {}
        for subject, about in self._own.items():
            for predicate, values in about.items():
                for value in values:
                    found.setdefault((predicate, value), []).append(subject)
        return found

    def predicates(self, subject: str) -> set[str]:
        """Return the properties of a subject."""
        own, known = self._about(subject)
        return {*own, *known}

    def _about(self, subject: str) -> tuple[About, About]:
        """Return what the document says of a node, and what the facts say."""
        if subject not in self._facts:
            self._facts[subject] = self._facts_about(subject) if subject[0] == "<" else {}
        return self._own.get(subject, {}), self._facts[subject]

    def literal(self, term: str) -> ox.Literal | None:
        """Return a term as a literal, None where it is none."""
        if term[0] != '"':
            return None
        if term not in self._literals:  # of a fact, or of a shape
            self._literals[term] = _literal(term)
        return self._literals[term]

    def is_a(self, term: str, name: str) -> bool:
        """Tell whether a term is an instance of a class, or of one below it (SHACL §1.1)."""
        return any(name in self._above(one[1:-1]) for one in self.objects(term, TYPE))


def _said(quads: Iterable[ox.Quad]) -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for quad in quads:
        found.setdefault(str(quad.subject), {}).setdefault(quad.predicate.value, set()).add(str(quad.object))
    return {
        subject: {predicate: frozenset(values) for predicate, values in about.items()}
        for subject, about in found.items()
    }


def _literal(term: str) -> ox.Literal:
    (quad,) = ox.parse(f"<x:s> <x:p> {term} .", format=ox.RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, ox.Literal)
    return quad.object
