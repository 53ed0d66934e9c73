"""The compact facts of the vocabularies that judging one document needs: schemes, classes, scales.

Knows which predicates shapes walk outside a document; the vocabularies themselves are in ontologie/.
"""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, vocabularies

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_FOREIGN = (RDF_TYPE, PREFIXES["skos"] + "inScheme", PREFIXES["owl"] + "deprecated", _SUBCLASS)
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


@cache
def subclasses(base: str = BASE) -> dict[str, set[str]]:
    """Return every subclass of each class, itself left out, through any number of steps."""
    parents: dict[str, set[str]] = {}
    for quad in fact_quads(base):
        child, parent = quad.subject, quad.object
        named = isinstance(child, ox.NamedNode) and isinstance(parent, ox.NamedNode)
        if named and quad.predicate.value == _SUBCLASS:
            parents.setdefault(_iri(child), set()).add(_iri(parent))
    below: dict[str, set[str]] = {}
    for name in parents:
        pending, seen = [name], {name}
        while pending:
            for above in parents.get(pending.pop(), ()):
                if above not in seen:
                    seen.add(above)
                    pending.append(above)
                    below.setdefault(above, set()).add(name)
    return below


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
