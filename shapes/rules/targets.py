"""Finds focus nodes: which nodes of some quads each unit must judge (SHACL §2.1.3).

Leaves out, at no risk, whom a unit cannot find anything about: where a predicate it needs is absent, or where no
text matches the one pattern it forbids. Knows units and quads; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, RDFS

from shapes.rules.terms import term_text
from shapes.rules.units import CLASS, NODE, OBJECTS_OF, SUBJECTS_OF, Unit

_TYPE, _SUBCLASS = str(RDF.type), str(RDFS.subClassOf)

Above = Callable[[str], set[str]]
"""Gives the classes above a class, itself included."""


class Targets:
    """The targets of some units as tables; `facts` are the quads known beside any data.

    `fact_predicates` are the predicates that these have, `above_facts` gives the classes above a class by them.
    """

    def __init__(self, units: Iterable[Unit], facts: Iterable[ox.Quad]) -> None:
        self._units = {unit.shape: unit for unit in units}
        known = tuple(facts)
        self.fact_predicates = {quad.predicate.value for quad in known}
        self._parents = _parents(known)
        self.above_facts = above(self._parents)
        self._tables: dict[str, dict[str, list[Unit]]] = {CLASS: {}, SUBJECTS_OF: {}, OBJECTS_OF: {}}
        self._forbidden: dict[rdflib.term.Node, re.Pattern[str]] = {}
        self._named: dict[rdflib.term.Node, set[str]] = {}
        for unit in self._units.values():
            for target in unit.targets:
                if target.kind == NODE:
                    self._named.setdefault(unit.shape, set()).add(term_text(target.value))
                else:
                    self._tables[target.kind].setdefault(str(target.value), []).append(unit)
            if unit.forbids is not None:
                self._forbidden[unit.shape] = re.compile(unit.forbids)

    def focus_nodes(self, quads: Iterable[ox.Quad]) -> dict[rdflib.term.Node, set[str]]:
        """Return the focus nodes (in N-Triples) of each unit that can find something in these quads."""
        data = list(quads)
        present = self.fact_predicates | {quad.predicate.value for quad in data}
        classes = self._above(data)
        found = {shape: {*nodes} for shape, nodes in self._named.items()}
        for quad in data:
            predicate = quad.predicate.value
            if predicate == _TYPE:
                for name in classes(_iri(quad.object)):
                    for unit in self._tables[CLASS].get(name, ()):
                        found.setdefault(unit.shape, set()).add(str(quad.subject))
            for unit in self._tables[SUBJECTS_OF].get(predicate, ()):
                if self._matters(unit, quad.object):
                    found.setdefault(unit.shape, set()).add(str(quad.subject))
            for unit in self._tables[OBJECTS_OF].get(predicate, ()):
                found.setdefault(unit.shape, set()).add(str(quad.object))
        return {shape: nodes for shape, nodes in found.items() if self._units[shape].idle_without <= present}

    def _matters(self, unit: Unit, value: object) -> bool:
        pattern = self._forbidden.get(unit.shape)
        return pattern is None or pattern.search(_text(value)) is not None

    def _above(self, data: list[ox.Quad]) -> Above:
        """Return the classes above each class, those that the data state included."""
        stated = [quad for quad in data if quad.predicate.value == _SUBCLASS]
        if not stated:
            return self.above_facts
        parents = {name: set(names) for name, names in self._parents.items()}
        for name, names in _parents(stated).items():
            parents.setdefault(name, set()).update(names)
        return above(parents)


def above(parents: dict[str, set[str]]) -> Above:
    """Return the classes above each class, itself included, each set found once."""
    known: dict[str, set[str]] = {}

    def find(name: str) -> set[str]:
        if name not in known:
            seen, pending = {name}, [name]
            while pending:
                more = parents.get(pending.pop(), set()) - seen
                seen |= more
                pending.extend(more)
            known[name] = seen
        return known[name]

    return find


def _parents(quads: Iterable[ox.Quad]) -> dict[str, set[str]]:
    parents: dict[str, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == _SUBCLASS:
            parents.setdefault(_iri(quad.subject), set()).add(_iri(quad.object))
    return parents


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
