"""The compact facts of the vocabularies that judging one document needs: schemes, classes, scales.

Knows which predicates shapes walk outside a document, and the table `genere/faits.trig`, whose first line carries the
digest of the vocabularies it was made of; where they are others they are read again, slowly. What the vocabularies
say is in ontologie/.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, digest_of_vocabularies, serialize_lines, vocabularies

TABLE: Final = "faits.trig"
"""The name of the table in `genere/`."""

_UNNAMED: Final = b"/.well-known/genid/"
"""Is in the IRI of a node that stands for a blank one (RDF 1.1 §3.5)."""

_FOREIGN: Final = (
    RDF_TYPE,
    PREFIXES["skos"] + "inScheme",
    PREFIXES["owl"] + "deprecated",
    PREFIXES["rdfs"] + "subClassOf",
)
_OWN: Final = ("dansDimension", "dansGrille", "echelle", "obligatoire", "valeur")


def fact_predicates(base: str = BASE) -> frozenset[str]:
    """Return the predicates that are facts: what shapes walk beyond the document itself."""
    iris = Iris(base)
    return frozenset((*_FOREIGN, *(iris.term(name) for name in _OWN)))


@cache
def fact_quads(base: str = BASE) -> tuple[ox.Quad, ...]:
    """Return the facts of every packaged vocabulary, each in the graph of its vocabulary."""
    place = files("shapes").joinpath("genere", TABLE)
    if place.is_file():
        text = place.read_text(encoding="utf-8")
        if text.startswith(_head()):
            return tuple(ox.parse(Iris(base).rebase(text), format=ox.RdfFormat.TRIG))
    return facts_of_vocabularies(base)


@cache
def fact_lines(base: str = BASE) -> tuple[bytes, ...]:
    """Return the facts as N-Quads lines."""
    return tuple(serialize_lines(fact_quads(base)))


def facts_of_vocabularies(base: str = BASE) -> tuple[ox.Quad, ...]:
    """Return what `fact_quads` does, read from the vocabularies.

    Nodes that their authors gave no name (OWL restrictions) are left out: no document can point at them.
    """
    wanted = {f"<{predicate}>".encode() for predicate in fact_predicates(base)}
    lines = (line for vocabulary in vocabularies(base) for line in vocabulary.lines)
    kept = b"".join(line for line in lines if line.split(b" ", 2)[1] in wanted and _UNNAMED not in line)
    return tuple(ox.parse(kept, format=ox.RdfFormat.N_QUADS))


def made_table() -> str:
    """Return the table as the vocabularies give it: TriG, behind a line with their digest."""
    facts = facts_of_vocabularies()
    prefixes = {**Iris().prefixes(), "g": Iris().vocabulary_graph("")}
    written = ox.serialize(facts, format=ox.RdfFormat.TRIG, prefixes=prefixes) or b""
    return _head() + written.decode()


def _head() -> str:
    return f"# {digest_of_vocabularies()}\n"
