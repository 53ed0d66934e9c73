"""Property paths: from their RDF form to a small algebra, to SPARQL text, and from one graph to another.

SHACL §2.3.1. Knows nothing of shapes or data.
"""

from __future__ import annotations

from dataclasses import dataclass

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH


@dataclass(frozen=True)
class Predicate:
    """One predicate, by its IRI."""

    iri: str


@dataclass(frozen=True)
class Inverse:
    """A path walked from object to subject."""

    path: Path


@dataclass(frozen=True)
class Sequence:
    """One path after another."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Alternative:
    """Any one of several paths."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Repeat:
    """A path walked several times: `*` zero or more, `+` one or more, `?` zero or one."""

    path: Path
    sign: str


Path = Predicate | Inverse | Sequence | Alternative | Repeat

_REPEATS = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def read_path(graph: rdflib.Graph, node: rdflib.term.Node) -> Path:
    """Read a well-formed SHACL property path. Raises ValueError on anything else."""
    if isinstance(node, rdflib.URIRef):
        return Predicate(str(node))
    if (node, RDF.first, None) in graph:
        return Sequence(tuple(read_path(graph, item) for item in Collection(graph, node)))
    inverse = graph.value(node, SH.inversePath)
    if inverse is not None:
        return Inverse(read_path(graph, inverse))
    alternatives = graph.value(node, SH.alternativePath)
    if alternatives is not None:
        return Alternative(tuple(read_path(graph, item) for item in Collection(graph, alternatives)))
    for predicate, sign in _REPEATS.items():
        repeated = graph.value(node, predicate)
        if repeated is not None:
            return Repeat(read_path(graph, repeated), sign)
    raise ValueError(f"not a property path: {node!r}")


def path_text(path: Path, *, inner: bool = False) -> str:
    """Return the IRI of a simple path, or a SPARQL property path."""
    if isinstance(path, Predicate):
        return f"<{path.iri}>" if inner else path.iri
    if isinstance(path, Inverse):
        return "^" + path_text(path.path, inner=True)
    if isinstance(path, Repeat):
        return path_text(path.path, inner=True) + path.sign
    sign = "/" if isinstance(path, Sequence) else "|"
    joined = sign.join(path_text(part, inner=True) for part in path.paths)
    return f"({joined})" if inner else joined


def copy_path(source: rdflib.Graph, node: rdflib.term.Node | None, target: rdflib.Graph) -> rdflib.term.Node:
    """Copy the RDF form of a path from one graph to another; return its node there."""
    if not isinstance(node, rdflib.BNode):
        return node if node is not None else rdflib.BNode()
    for predicate, value in source.predicate_objects(node):
        target.add((node, predicate, copy_path(source, value, target)))
    return node
