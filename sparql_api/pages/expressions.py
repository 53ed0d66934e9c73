"""OWL's class expressions without a name, as pages show them: a union by its members, a restriction by its parts.

Knows the triples that OWL 2 writes them as (Mapping to RDF Graphs, table 1); not how they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES

OWL, RDF = PREFIXES["owl"], PREFIXES["rdf"]
NIL: Final = RDF + "nil"
RESTRICTIONS: Final = ("someValuesFrom", "allValuesFrom", "maxCardinality", "minCardinality", "cardinality")
Said = Mapping[str, Mapping[str, list[str]]]
"""Blank node → predicate → what it leads to: IRIs, labels of blank nodes, texts of literals."""


@dataclass(frozen=True)
class Restriction:
    """What a class asks of a property of its members: `maxCardinality` of oia:regionAcademique is 1."""

    property: str
    kind: str
    value: str


@dataclass(frozen=True)
class ClassExpressions:
    """The expressions of some triples, by the label of their blank node."""

    unions: Mapping[str, tuple[str, ...]]
    restrictions: Mapping[str, Restriction]

    def named(self, value: object) -> list[str]:
        """Return the IRIs that a value stands for: its own, or those of the union that it is; none for another."""
        if isinstance(value, ox.NamedNode):
            return [value.value]
        return list(self.unions.get(value.value, ())) if isinstance(value, ox.BlankNode) else []


def expressions(quads: Iterable[ox.Quad]) -> ClassExpressions:
    """Return the unions and restrictions that triples write with blank nodes."""
    said: dict[str, dict[str, list[str]]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode) and not isinstance(quad.object, ox.Triple):
            said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object.value)
    heads = {node: about[OWL + "unionOf"][0] for node, about in said.items() if OWL + "unionOf" in about}
    unions = {node: tuple(_members(said, head)) for node, head in heads.items()}
    restrictions = {
        node: Restriction(about[OWL + "onProperty"][0], kind, about[OWL + kind][0])
        for node, about in said.items()
        if OWL + "onProperty" in about
        for kind in RESTRICTIONS
        if OWL + kind in about
    }
    return ClassExpressions(unions, restrictions)


def _members(said: Said, head: str) -> list[str]:
    found: list[str] = []
    seen: set[str] = set()
    while head != NIL and head in said and head not in seen:
        seen.add(head)
        found += said[head].get(RDF + "first", [])
        head = said[head].get(RDF + "rest", [NIL])[0]
    return found
