"""The W3C SHACL suite as data: each test's data, shapes and expected results.

Knows manifests (SHACL test suite vocabulary, `sht:`); how a test is judged is said by the module
that runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import SH

from shapes.rules.paths import path_text, read_path
from shapes.rules.terms import read_term, term_text

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

Key = tuple[str, str, str, str]
"""(focus node, path, component, value): what law 5 compares; terms in N-Triples."""


@dataclass(frozen=True)
class Case:
    """One test; `expected` is None where a failure is expected, not a report."""

    name: str
    component: str
    data: tuple[ox.Quad, ...]
    shapes: rdflib.Graph
    expected: frozenset[Key] | None


def cases(folder: Path) -> Iterator[Case]:
    """Yield the tests of the core and SPARQL parts, in the manifests' order."""
    for manifest in (folder / "core" / "manifest.ttl", folder / "sparql" / "manifest.ttl"):
        yield from _cases(manifest, folder)


def _cases(manifest: Path, root: Path) -> Iterator[Case]:
    graph, _ = _read(manifest)
    for included in graph.objects(None, MF.include):
        yield from _cases(_file(included), root)
    for head in graph.objects(None, MF.entries):
        for entry in Collection(graph, head):
            action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
            shapes, _ = _read(_file(graph.value(action, SHT.shapesGraph)))
            _, data = _read(_file(graph.value(action, SHT.dataGraph)))
            name = str(manifest.relative_to(root).with_suffix(""))
            component = "/".join(name.rsplit("-", 1)[0].split("/")) if name[-1].isdigit() else name
            yield Case(name, component, data, shapes, _expected(graph, result))


def _expected(graph: rdflib.Graph, result: rdflib.term.Node) -> frozenset[Key] | None:
    if result == SHT.Failure:
        return None
    return frozenset(_key(graph, node) for node in graph.objects(result, SH.result))


def _key(graph: rdflib.Graph, node: rdflib.term.Node) -> Key:
    path, value = graph.value(node, SH.resultPath), graph.value(node, SH.value)
    return (
        term_text(graph.value(node, SH.focusNode)),
        "" if path is None else path_text(read_path(graph, path)),
        str(graph.value(node, SH.sourceConstraintComponent)),
        "" if value is None else term_text(value),
    )


def _file(node: rdflib.term.Node | None) -> Path:
    return Path(str(node).removeprefix("file://"))


@cache
def _read(path: Path) -> tuple[rdflib.Graph, tuple[ox.Quad, ...]]:
    """Return a file as a graph and as quads: blank nodes named alike in both, terms as a Store has them."""
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    graph = rdflib.Graph()
    for quad in store:
        graph.add(tuple(read_term(str(term)) for term in (quad.subject, quad.predicate, quad.object)))
    return graph, tuple(store)
