"""Says whom pySHACL must judge in one document: the nodes that no check clears (docs/decisions/screening.md).

The screen in SQL takes as long for one document as for a thousand; this one makes a check of a shape once, and asks it.
"""

from __future__ import annotations

from collections.abc import Collection

import pyoxigraph as ox
import rdflib

from shapes.clearing.components import COMPANIONS, COMPONENTS
from shapes.clearing.logic import Check, Rule, Verdict, all_of
from shapes.clearing.told import Told
from shapes.judging.judge import FocusNodes, Judge
from shapes.rules.paths import Alternative, Inverse, Path, Predicate, Sequence, read_path
from shapes.rules.units import Unit, deactivated
from shapes.screening.parameters import Shape, Uncompilable


class Clearing:
    """The checks of a judge's units, each made when it is first asked for."""

    def __init__(self, judge: Judge) -> None:
        self._units = {unit.shape: unit for unit in judge.units}
        self._facts_about, self._targets = judge.facts_about, judge.targets
        self._checks: dict[rdflib.term.Node, Check] = {}

    def left(self, quads: Collection[ox.Quad], focus_nodes: FocusNodes) -> dict[rdflib.term.Node, set[str]]:
        """Return the focus nodes of each unit but those that certainly break nothing in these quads."""
        told = Told(quads, self._facts_about, self._targets.above_facts)
        if not told.plain:
            return {shape: set(nodes) for shape, nodes in focus_nodes.items()}
        found = {
            shape: {node for node in nodes if not self._check(shape)(node, told)}
            for shape, nodes in focus_nodes.items()
        }
        return {shape: nodes for shape, nodes in found.items() if nodes}

    def _check(self, shape: rdflib.term.Node) -> Check:
        check = self._checks.get(shape)
        if check is None:
            try:
                check = _Maker(self._targets.fact_predicates).check(_shape(self._units[shape]))
            except Uncompilable:
                check = _doubt
            self._checks[shape] = check
        return check


def _doubt(_: str, __: Told) -> Verdict:
    return None


def _shape(unit: Unit) -> Shape:
    graph = rdflib.Graph()
    for triple in unit.triples:
        graph.add(triple)
    return Shape(graph, unit.shape)


class _Maker:
    """Makes the check of a shape, and of those that it names."""

    def __init__(self, facts: Collection[str]) -> None:
        self._facts = facts
        self._above: list[rdflib.term.Node] = []

    def check(self, shape: Shape) -> Check:
        """Return the check of a shape. Raises Uncompilable."""
        if shape.node in self._above:
            raise Uncompilable("a shape that refers to itself")
        if deactivated(shape.graph, shape.node):
            return lambda _, __: True
        self._above.append(shape.node)
        rules = list[Rule]()
        for parameter in shape.parameters:
            if parameter not in COMPONENTS and parameter not in COMPANIONS:
                raise Uncompilable(str(parameter))
            rules += COMPONENTS[parameter](shape, self.check) if parameter in COMPONENTS else ()
        self._above.pop()
        if shape.path is None:
            return lambda node, told: all_of(rule(node, frozenset((node,)), told) for rule in rules)
        path = self._path(shape)

        def judged(focus: str, told: Told) -> Verdict:
            values = walked(frozenset((focus,)), path, told)
            return all_of(rule(focus, values, told) for rule in rules)

        return judged

    def _path(self, shape: Shape) -> Path:
        try:
            path = read_path(shape.graph, shape.path or rdflib.RDF.nil)
        except ValueError as error:
            raise Uncompilable(str(error)) from error
        self._refuse(path)
        return path

    def _refuse(self, path: Path) -> None:
        """Raise Uncompilable where a path is walked several times, or from object to subject through facts."""
        match path:
            case Predicate():
                pass
            case Inverse(Predicate(iri)) if iri not in self._facts:
                pass
            case Sequence(paths) | Alternative(paths):
                for one in paths:
                    self._refuse(one)
            case _:
                raise Uncompilable("a path that is not walked here")


def walked(nodes: frozenset[str], path: Path, told: Told) -> frozenset[str]:
    """Return the nodes that a path leads to (SHACL §2.3.1)."""
    match path:
        case Predicate(iri):
            return frozenset().union(*(told.objects(node, iri) for node in nodes))
        case Inverse(Predicate(iri)):
            return frozenset().union(*(told.subjects(iri, node) for node in nodes))
        case Sequence(paths):
            for one in paths:
                nodes = walked(nodes, one, told)
            return nodes
        case Alternative(paths):
            return frozenset().union(*(walked(nodes, one, told) for one in paths))
    raise ValueError(path)
