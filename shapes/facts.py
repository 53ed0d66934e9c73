"""The compact facts of the vocabularies that judging one document needs: schemes, classes, scales.

Knows which predicates shapes walk outside a document; the vocabularies themselves are in ontologie/.
"""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

import ontologie
from ontologie import BASE, PREFIXES, RDF_TYPE, Iris

_FOREIGN = (
    RDF_TYPE,
    PREFIXES["skos"] + "inScheme",
    PREFIXES["owl"] + "deprecated",
    PREFIXES["rdfs"] + "subClassOf",
)
_OWN = ("dansDimension", "dansGrille", "echelle", "obligatoire", "valeur")


def fact_predicates(base: str = BASE) -> frozenset[str]:
    """Return the predicates that are facts: what shapes walk beyond the document itself."""
    iris = Iris(base)
    return frozenset((*_FOREIGN, *(iris.term(name) for name in _OWN)))


@cache
def fact_lines(base: str = BASE) -> tuple[bytes, ...]:
    """Return the facts of every packaged vocabulary, as N-Quads lines."""
    wanted = {b"<" + predicate.encode() + b">" for predicate in fact_predicates(base)}
    return tuple(
        line
        for vocabulary in (ontologie.vocabularies(base) if hasattr(ontologie, "vocabularies") else ())
        for line in vocabulary.lines
        if line.split(b" ", 2)[1] in wanted
    )


@cache
def fact_quads(base: str = BASE) -> tuple[ox.Quad, ...]:
    """Return the facts as quads."""
    return tuple(ox.parse(b"".join(fact_lines(base)), format=ox.RdfFormat.N_QUADS))


@cache
def subclasses(base: str = BASE) -> dict[str, set[str]]:
    """Return every subclass of each class, itself left out, through any number of steps."""
    parents: dict[str, set[str]] = {}
    for quad in fact_quads(base):
        if (
            quad.predicate.value == PREFIXES["rdfs"] + "subClassOf"
            and isinstance(quad.object, ox.NamedNode)
            and isinstance(quad.subject, ox.NamedNode)
        ):
            parents.setdefault(quad.subject.value, set()).add(quad.object.value)
    below: dict[str, set[str]] = {}
    for name in parents:
        pending, seen = [name], {name}
        while pending:
            for parent in parents.get(pending.pop(), ()):
                if parent not in seen:
                    seen.add(parent)
                    pending.append(parent)
                    below.setdefault(parent, set()).add(name)
    return below
