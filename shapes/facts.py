"""The compact facts of the vocabularies that judging one document needs: schemes, classes, scales.

Knows which predicates shapes walk outside a document; the vocabularies themselves are in ontologie/.
"""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, vocabularies

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
    wanted = {f"<{predicate}>".encode() for predicate in fact_predicates(base)}
    lines = (line for vocabulary in vocabularies(base) for line in vocabulary.lines)
    return tuple(line for line in lines if line.split(b" ", 2)[1] in wanted)


@cache
def fact_quads(base: str = BASE) -> tuple[ox.Quad, ...]:
    """Return the facts as quads."""
    return tuple(ox.parse(b"".join(fact_lines(base)), format=ox.RdfFormat.N_QUADS))
