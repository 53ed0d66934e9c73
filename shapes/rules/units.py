"""Splits shapes into units: the smallest shapes that can be judged alone, each with the targets it inherits.

A property shape of a targeted node shape has that node shape's focus nodes (SHACL §4.7.2), so it can be
targeted itself and says the same. What a unit rests on travels with it. Knows nothing of data.
"""

from __future__ import annotations

from dataclasses import dataclass

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS

Triple = tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]

CLASS, SUBJECTS_OF, OBJECTS_OF, NODE = "class", "subjects-of", "objects-of", "node"
_TARGETS = {
    SH.targetClass: CLASS,
    SH.targetSubjectsOf: SUBJECTS_OF,
    SH.targetObjectsOf: OBJECTS_OF,
    SH.targetNode: NODE,
}

LISTS = (SH["and"], SH["or"], SH.xone)
"""Parameters whose value is a list of shapes."""

SHAPES = (SH["not"], SH.node, SH.property, SH.qualifiedValueShape)
"""Parameters whose value is a shape."""

_DECLARATIVE = {
    *_TARGETS,
    *(SH.target, SH.path, SH.message, SH.severity, SH.deactivated),
    *(SH.name, SH.description, SH.order, SH.group, SH.defaultValue),
}

_NEED_NO_VALUE = {SH.minCount, SH.hasValue, SH.qualifiedMinCount, SH.equals, SH.sparql, SH.js}


@dataclass(frozen=True)
class Target:
    """Which nodes a shape is for (SHACL §2.1.3): a kind, and the class, predicate or node it names."""

    kind: str
    value: rdflib.term.Node


@dataclass(frozen=True)
class Unit:
    """A shape to judge alone.

    `triples` are what it rests on, targets left out; where data have no triple with one of the predicates of
    `idle_without`, it finds nothing. `forbids` is a pattern, where all it does is to forbid it in the values of the
    property whose subjects it is for.
    """

    shape: rdflib.term.Node
    targets: tuple[Target, ...]
    triples: tuple[Triple, ...]
    idle_without: frozenset[str]
    forbids: str | None


def typed_literals(graph: rdflib.Graph) -> rdflib.Graph:
    """Return the shapes with their plain literals typed `xsd:string`, as a Store writes those of data.

    RDF 1.1 §3.3 makes the two the same term; rdflib tells them apart, so `sh:in` would not find its values.
    """
    typed = rdflib.Graph()
    for subject, predicate, value in graph:
        if isinstance(value, rdflib.Literal) and value.datatype is None and value.language is None:
            value = rdflib.Literal(str(value), datatype=rdflib.XSD.string)
        typed.add((subject, predicate, value))
    return typed


def split(graph: rdflib.Graph) -> tuple[Unit, ...]:
    """Return the units of a shapes graph, each once, with every target it has."""
    targets: dict[rdflib.term.Node, set[Target]] = {}
    own: set[rdflib.term.Node] = set()
    for shape, found in _targeted(graph).items():
        if not _splits(graph, shape):
            targets.setdefault(shape, set()).update(found)
            continue
        for part in graph.objects(shape, SH.property):
            targets.setdefault(part, set()).update(found)
        if constraining(graph, shape) - {SH.property, SH.ignoredProperties}:
            targets.setdefault(shape, set()).update(found)
            own.add(shape)
    return tuple(
        Unit(
            shape,
            tuple(sorted(found, key=lambda target: (target.kind, str(target.value)))),
            tuple(_own_triples(graph, shape) if shape in own else closure(graph, shape)),
            _idle_without(graph, shape),
            _forbids(graph, shape, found),
        )
        for shape, found in sorted(targets.items(), key=lambda item: str(item[0]))
    )


def _targeted(graph: rdflib.Graph) -> dict[rdflib.term.Node, set[Target]]:
    """Return the targets of each shape that has some, and is not deactivated."""
    found: dict[rdflib.term.Node, set[Target]] = {}
    for predicate, kind in _TARGETS.items():
        for shape, value in graph.subject_objects(predicate):
            found.setdefault(shape, set()).add(Target(kind, value))
    classes = {RDFS.Class, *graph.subjects(RDFS.subClassOf, RDFS.Class), OWL.Class}
    for kind_of_shape in (SH.NodeShape, SH.PropertyShape):
        for shape in graph.subjects(RDF.type, kind_of_shape):
            if classes & set(graph.objects(shape, RDF.type)):
                found.setdefault(shape, set()).add(Target(CLASS, shape))
    return {shape: targets for shape, targets in found.items() if not deactivated(graph, shape)}


def deactivated(graph: rdflib.Graph, shape: rdflib.term.Node) -> bool:
    """Whether a shape is switched off (SHACL §2.1.6)."""
    return any(str(value) in ("true", "1") for value in graph.objects(shape, SH.deactivated))


def _is_literal(term: rdflib.term.Node) -> bool:
    return isinstance(term, rdflib.Literal)


def _splits(graph: rdflib.Graph, shape: rdflib.term.Node) -> bool:
    """Whether a shape is a node shape whose property shapes say the same alone (no siblings play a part)."""
    if (shape, SH.path, None) in graph:
        return False
    parts = list(graph.objects(shape, SH.property))
    return bool(parts) and all((part, SH.qualifiedValueShapesDisjoint, None) not in graph for part in parts)


def closure(graph: rdflib.Graph, *roots: rdflib.term.Node) -> list[Triple]:
    """Return the triples that some nodes rest on, targets left out."""
    pending = list(roots)
    seen = set(pending)
    triples: list[Triple] = []
    while pending:
        for triple in graph.triples((pending.pop(), None, None)):
            _, predicate, value = triple
            if predicate in _TARGETS:
                continue
            triples.append(triple)
            if value not in seen and not _is_literal(value):
                seen.add(value)
                pending.append(value)
    return triples


def _own_triples(graph: rdflib.Graph, shape: rdflib.term.Node) -> list[Triple]:
    """Return what a node shape's own constraints rest on; of its property shapes, the paths `sh:closed` reads."""
    parts = set(graph.objects(shape, SH.property))
    stubs: list[Triple] = []
    roots: list[rdflib.term.Node] = []
    for _, predicate, value in graph.triples((shape, None, None)):
        if predicate in _TARGETS or (predicate == SH.property and (shape, SH.closed, None) not in graph):
            continue
        stubs.append((shape, predicate, value))
        if predicate != SH.property and not _is_literal(value):
            roots.append(value)
    if (shape, SH.closed, None) in graph:
        for part in parts:
            stubs.append((part, RDF.type, SH.PropertyShape))
            for path in graph.objects(part, SH.path):
                stubs.append((part, SH.path, path))
                roots.append(path)
    return stubs + closure(graph, *roots)


def _idle_without(graph: rdflib.Graph, shape: rdflib.term.Node) -> frozenset[str]:
    """Return predicates without whose triples a shape finds nothing: each is needed."""
    path = graph.value(shape, SH.path)
    parameters = constraining(graph, shape)
    needed: set[str] = set()
    if not all(str(parameter).startswith(str(SH)) for parameter in parameters):
        return frozenset()
    if isinstance(path, rdflib.URIRef) and not parameters & _NEED_NO_VALUE:
        needed.add(str(path))
    if parameters == {SH.node}:
        needed |= {name for member in graph.objects(shape, SH.node) for name in _idle_without(graph, member)}
    if parameters == {SH["not"]}:
        needed |= {name for member in graph.objects(shape, SH["not"]) for name in _conforms_with(graph, member)}
    return frozenset(needed)


def _forbids(graph: rdflib.Graph, shape: rdflib.term.Node, targets: set[Target]) -> str | None:
    path = graph.value(shape, SH.path)
    if path is None or targets != {Target(SUBJECTS_OF, path)} or constraining(graph, shape) != {SH["not"]}:
        return None
    forbidden = list(graph.objects(shape, SH["not"]))
    patterns = [str(pattern) for member in forbidden for pattern in graph.objects(member, SH.pattern)]
    plain = all(constraining(graph, member) == {SH.pattern} for member in forbidden)
    return patterns[0] if plain and len(patterns) == 1 and not deactivated(graph, forbidden[0]) else None


def _conforms_with(graph: rdflib.Graph, shape: rdflib.term.Node) -> set[str]:
    """Return predicates without whose triples no node conforms to a shape."""
    path = graph.value(shape, SH.path)
    if isinstance(path, rdflib.URIRef) and (shape, SH.hasValue, None) in graph:
        return {str(path)}
    return set()


def constraining(graph: rdflib.Graph, shape: rdflib.term.Node) -> set[rdflib.URIRef]:
    """Return the properties of a shape that constrain, or may: no annotations of common vocabularies."""
    return {
        predicate
        for predicate in graph.predicates(shape)
        if isinstance(predicate, rdflib.URIRef)
        and predicate not in _DECLARATIVE
        and not str(predicate).startswith((str(RDF), str(RDFS), str(OWL), str(DCTERMS), str(SKOS)))
    }


def members(graph: rdflib.Graph, head: rdflib.term.Node) -> list[rdflib.term.Node]:
    """Return the members of an RDF list."""
    return list(Collection(graph, head))
