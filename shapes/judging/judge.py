"""pySHACL over a pyoxigraph Store: the reference judgement, unit by unit and focus node by focus node.

Knows how to ask pySHACL about chosen focus nodes and how to read its report. The shapes it is given are
copies whose targets are replaced by `sh:targetNode`; its own options `focus_nodes` and `use_shapes` also
filter nested nodes and shapes, and answer "conforms" on invalid data.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox
import rdflib
from cachetools import LRUCache
from rdflib.namespace import SH

from ontologie import BASE
from shapes.judging.report import Result, Severity
from shapes.privacy.masking import mask, mask_term
from shapes.rules.compiled import CompiledShapes
from shapes.rules.paths import path_text, read_path
from shapes.rules.targets import Targets
from shapes.rules.terms import read_term, term_text

# rdflib quotes ill-typed values in its log and in a warning; a deposit's words stay out of logs (law 7).
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="Parsing weird boolean", module="rdflib.term")

_SEVERITIES: dict[rdflib.term.Node, Severity] = {
    SH.Violation: "violation",
    SH.Warning: "warning",
    SH.Info: "info",
}

PREPARED = 64
"""How many sets of units are kept ready: documents of one kind use few."""

RENEWED = 50_000
"""Quads taken out after which the store is made anew: in memory, it keeps them, and each search passes over them."""

FocusNodes = Mapping[rdflib.term.Node, Iterable[str]]
"""Focus nodes (terms in N-Triples) by the unit that judges them."""


class Judge:
    """Judges chosen focus nodes by the units of some rules; holds the vocabularies' facts in a Store."""

    def __init__(self, rules: CompiledShapes, facts: Iterable[ox.Quad] = (), *, base: str = BASE) -> None:
        self.units = rules.units
        self._base = base
        self._components = rules.components
        self._by_shape = {unit.shape: unit for unit in self.units}
        known = tuple(facts)
        self._store = ox.Store()
        self._store.bulk_extend(known)
        self._gone = 0
        self._lock = threading.Lock()
        self.targets = Targets(self.units, known)
        self._prepared: LRUCache[frozenset[rdflib.term.Node], rdflib.Graph] = LRUCache(PREPARED)

    def focus_nodes(self, quads: Iterable[ox.Quad]) -> dict[rdflib.term.Node, set[str]]:
        """Return the focus nodes of each unit among quads (SHACL §2.1.3), where it can find something."""
        return self.targets.focus_nodes(quads)

    def facts_about(self, subject: str) -> dict[str, frozenset[str]]:
        """Return what the facts say of a node: values by predicate; terms are in N-Triples."""
        found: dict[str, set[str]] = {}
        with self._lock:  # the store holds other quads while they are judged
            for quad in self._store.quads_for_pattern(ox.NamedNode(subject[1:-1]), None, None, None):
                found.setdefault(quad.predicate.value, set()).add(str(quad.object))
        return {predicate: frozenset(values) for predicate, values in found.items()}

    def judge(self, quads: Iterable[ox.Quad], focus_nodes: FocusNodes) -> list[Result]:
        """Return pySHACL's results for these focus nodes in these quads and the vocabularies' facts."""
        if not any(focus_nodes.values()):
            return []
        with self._lock:
            added = [quad for quad in quads if quad not in self._store]
            self._store.extend(added)
            try:
                return self._run(focus_nodes)
            finally:
                for quad in added:
                    self._store.remove(quad)
                self._forget(len(added))

    def judge_graphs(self, lines: bytes, graphs: Iterable[str], focus_nodes: FocusNodes) -> list[Result]:
        """Do as `judge` for N-Quads lines that are all in `graphs`, graphs that the facts have nothing in."""
        if not any(focus_nodes.values()):
            return []
        with self._lock:
            try:
                self._store.load(lines, format=ox.RdfFormat.N_QUADS)
                return self._run(focus_nodes)
            finally:
                for graph in graphs:
                    self._store.remove_graph(ox.NamedNode(graph))
                self._forget(lines.count(b"\n"))

    def _forget(self, quads: int) -> None:
        """Note that so many quads were taken out."""
        self._gone += quads
        if self._gone >= RENEWED:
            fresh = ox.Store()
            fresh.bulk_extend(self._store)
            self._store, self._gone = fresh, 0

    def _run(self, focus_nodes: FocusNodes) -> list[Result]:
        # Loaded here: of a batch where no document is flagged, nothing goes to pySHACL.
        from shapes.judging.pyshacl_report import report_of

        shapes = self._rules(frozenset(focus_nodes))
        try:
            for shape, nodes in focus_nodes.items():
                for node in nodes:
                    shapes.add((shape, SH.targetNode, read_term(node)))
            report = report_of(self._store, shapes)
        finally:
            shapes.remove((None, SH.targetNode, None))
        return list(_results(report, self._base))

    def _rules(self, shapes: frozenset[rdflib.term.Node]) -> rdflib.Graph:
        """Return the units in question and what they rest on, without targets; the last sets asked for are kept."""
        known = self._prepared.get(shapes)
        if known is not None:
            return known
        graph = rdflib.Graph()
        for triple in self._components:
            graph.add(triple)
        for shape in shapes:
            for triple in self._by_shape[shape].triples:
                graph.add(triple)
        self._prepared[shapes] = graph
        return graph


def _results(report: rdflib.Graph, base: str) -> Iterator[Result]:
    for node in report.objects(None, SH.result):
        path = report.value(node, SH.resultPath)
        value = report.value(node, SH.value)
        yield Result(
            focus=_text(report.value(node, SH.focusNode)),
            path=None if path is None else path_text(read_path(report, path)),
            value=None if value is None else term_text(mask_term(value)),
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
            messages[message.language] = mask(str(message))
        else:
            plain.append(mask(str(message)))
    for language in ("fr", "en"):
        if language not in messages and plain:
            messages[language] = plain[0]
    return messages


def _text(node: rdflib.term.Node | None) -> str:
    """Return an IRI as it is, any other term as N-Triples writes it."""
    if node is None:
        return ""
    return str(node) if isinstance(node, rdflib.URIRef) else term_text(node)
