"""pySHACL over a pyoxigraph Store: the reference judgement, shape by shape and focus node by focus node.

Knows how to ask pySHACL about chosen focus nodes and how to read its report. The shapes it is given are
copies whose targets are replaced by `sh:targetNode`; its own options `focus_nodes` and `use_shapes` also
filter nested nodes and shapes, and answer "conforms" on invalid data.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import pyoxigraph as ox
import pyshacl
import rdflib
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib.namespace import SH

from ontologie import BASE, RDF_TYPE
from shapes.facts import fact_quads, subclasses
from shapes.paths import path_text, read_path
from shapes.privacy import mask
from shapes.report import Report, Result, Severity, literal
from shapes.sources import TARGETS, Targets, shapes_graph

# rdflib would rewrite dates and times; a report quotes values as they were deposited.
rdflib.NORMALIZE_LITERALS = False

_SEVERITIES: dict[rdflib.term.Node, Severity] = {
    SH.Violation: "violation",
    SH.Warning: "warning",
    SH.Info: "info",
}

Triple = tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]

FocusNodes = Mapping[str, Iterable[str]]
"""Focus nodes (IRIs, or `_:` and a label) by the IRI of the shape that judges them."""


class _Data(OxigraphDataGraph):
    """A Store as pySHACL sees it, true without being counted: it asks at every result, and counting scans."""

    def __bool__(self) -> bool:
        return True


class Judge:
    """Judges chosen focus nodes against the project's shapes; holds the vocabularies' facts in a Store."""

    def __init__(self, base: str = BASE) -> None:
        self.base = base
        self.shapes = shapes_graph(base)
        self.targets = Targets.of(self.shapes, subclasses(base))
        self._closures: dict[str, list[Triple]] = {}
        self._store = ox.Store()
        self._store.bulk_extend(fact_quads(base))
        self._lock = threading.Lock()

    def focus_nodes(self, quads: Iterable[ox.Quad]) -> dict[str, set[str]]:
        """Return the focus nodes of each targeted shape among some quads (SHACL §2.1.3)."""
        found: dict[str, set[str]] = {}
        targets = self.targets
        for quad in quads:
            predicate = quad.predicate.value
            if predicate == RDF_TYPE and isinstance(quad.object, ox.NamedNode):
                for shape in targets.by_class.get(quad.object.value, ()):
                    found.setdefault(shape, set()).add(_name(quad.subject))
            for shape in targets.by_subject_of.get(predicate, ()):
                found.setdefault(shape, set()).add(_name(quad.subject))
            for shape in targets.by_object_of.get(predicate, ()):
                found.setdefault(shape, set()).add(_name(quad.object))
        return found

    def judge(self, quads: Iterable[ox.Quad], focus_nodes: FocusNodes) -> list[Result]:
        """Return pySHACL's results for these focus nodes in these quads and the vocabularies' facts."""
        if not any(focus_nodes.values()):
            return []
        shapes = self._targeting(focus_nodes)
        with self._lock:
            added = [quad for quad in quads if quad not in self._store]
            self._store.extend(added)
            try:
                _, report, _ = pyshacl.validate(_Data(self._store), shacl_graph=shapes)
            finally:
                for quad in added:
                    self._store.remove(quad)
        return list(_results(report, self.base))

    def _targeting(self, focus_nodes: FocusNodes) -> rdflib.Graph:
        """Return the shapes in question and what they refer to, targeting these focus nodes alone."""
        graph = rdflib.Graph()
        for shape, nodes in focus_nodes.items():
            for triple in self._closure(shape):
                graph.add(triple)
            for node in nodes:
                graph.add((rdflib.URIRef(shape), SH.targetNode, _node(node)))
        return graph

    def _closure(self, shape: str) -> list[Triple]:
        """Return the triples that a shape rests on, its own and every other's targets left out."""
        if shape not in self._closures:
            pending: list[rdflib.term.Node] = [rdflib.URIRef(shape)]
            seen = set(pending)
            triples: list[Triple] = []
            while pending:
                for triple in self.shapes.triples((pending.pop(), None, None)):
                    _, predicate, value = triple
                    if predicate in TARGETS:
                        continue
                    triples.append(triple)
                    if value not in seen and not isinstance(value, rdflib.Literal):
                        seen.add(value)
                        pending.append(value)
            self._closures[shape] = triples
        return self._closures[shape]


@cache
def judge_for(base: str = BASE) -> Judge:
    """Return the judge of a base IRI, made once: it holds the vocabularies' facts."""
    return Judge(base)


def validate(quads: Iterable[ox.Quad] | bytes, *, base: str = BASE) -> Report:
    """Judge quads (or an N-Quads document in UTF-8) against every shape that targets one of their nodes.

    Vocabulary membership is judged against the packaged vocabularies. Raises SyntaxError on bytes that are no
    N-Quads.
    """
    judge = judge_for(base)
    data = list(ox.parse(quads, format=ox.RdfFormat.N_QUADS) if isinstance(quads, bytes) else quads)
    return Report.of(judge.judge(data, judge.focus_nodes(data)))


def _results(report: rdflib.Graph, base: str) -> Iterator[Result]:
    for node in report.objects(None, SH.result):
        path = report.value(node, SH.resultPath)
        value = report.value(node, SH.value)
        yield Result(
            focus=_text(report.value(node, SH.focusNode)),
            path=None if path is None else path_text(read_path(report, path)),
            value=None if value is None else mask(term_text(value), base),
            component=str(report.value(node, SH.sourceConstraintComponent)),
            severity=_SEVERITIES.get(report.value(node, SH.resultSeverity) or SH.Violation, "violation"),
            shape=_text(report.value(node, SH.sourceShape)),
            messages=_messages(report.objects(node, SH.resultMessage), base),
        )


def _messages(found: Iterable[rdflib.term.Node], base: str) -> dict[str, str]:
    """Return the messages by language; one without a language serves where a language has none."""
    messages: dict[str, str] = {}
    plain: list[str] = []
    for message in sorted(found, key=str):
        if isinstance(message, rdflib.Literal) and message.language in ("fr", "en"):
            messages[message.language] = mask(str(message), base)
        else:
            plain.append(mask(str(message), base))
    for language in ("fr", "en"):
        if language not in messages and plain:
            messages[language] = plain[0]
    return messages


def _name(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _node(name: str) -> rdflib.term.Node:
    if name.startswith("_:"):
        return rdflib.BNode(name[2:])
    return literal(name) if name.startswith('"') else rdflib.URIRef(name)


def term_text(node: rdflib.term.Node) -> str:
    """Return a term as N-Triples writes it."""
    if isinstance(node, rdflib.URIRef):
        return f"<{node}>"
    if isinstance(node, rdflib.Literal):
        if node.language:
            return str(ox.Literal(str(node), language=node.language))
        datatype = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return str(ox.Literal(str(node), datatype=datatype))
    return f"_:{node}"


def _text(node: rdflib.term.Node | None) -> str:
    if isinstance(node, rdflib.URIRef):
        return str(node)
    return "" if node is None else str(node.n3())
