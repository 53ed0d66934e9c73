"""What a validation found: results, their messages in two languages, and the standard SHACL report.

Knows the form of a report; how it was found is not its business. Holds no personal data: values are masked
before a Result is made (law 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import rdflib
from rdflib.namespace import RDF, SH

from shapes.privacy.masking import changed_term
from shapes.rules.paths import copy_path
from shapes.rules.sources import shapes_graph
from shapes.rules.terms import read_term, term_text

Severity = Literal["violation", "warning", "info"]
_ORDER: dict[str, int] = {"violation": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL §3.6.2).

    `focus`, `shape` and `component` are IRIs; `path` is an IRI or a SPARQL property path; `value` a term in
    N-Triples, personal data masked; `messages` has `fr` and `en`.
    """

    focus: str
    path: str | None
    value: str | None
    component: str
    severity: Severity
    shape: str
    messages: dict[str, str] = field(hash=False)

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Return what law 5 compares, and the shape: (focus node, path, component, value, shape)."""
        return (self.focus, self.path or "", self.component, self.value or "", self.shape)


@dataclass(frozen=True)
class Report:
    """A validation report: its results, gravest first.

    `conforms` is SHACL's: no result at all, of any severity (§3.6.1.1). A document is refused when `refused`.
    """

    conforms: bool
    results: tuple[Result, ...]

    @classmethod
    def of(cls, results: Iterator[Result] | list[Result]) -> Report:
        """Make the report of some results, each kept once, in a stable order."""
        unique = {(*result.key, result.messages.get("fr", "")): result for result in results}
        ordered = sorted(unique.values(), key=lambda result: (_ORDER[result.severity], result.key))
        return cls(not ordered, tuple(ordered))

    @property
    def refused(self) -> bool:
        """Whether a violation refuses the document; warnings and advice do not."""
        return any(result.severity == "violation" for result in self.results)

    def shown(self, hide: Callable[[str], str]) -> Report:
        """Return the report as it may be shown where some texts are private: `hide` gives what stands for a text."""
        return Report(self.conforms, tuple(_shown(result, hide) for result in self.results))

    def to_turtle(self) -> str:
        """Return the report as a standard `sh:ValidationReport` in Turtle."""
        graph = rdflib.Graph()
        graph.bind("sh", SH)
        report = rdflib.BNode()
        graph.add((report, RDF.type, SH.ValidationReport))
        graph.add((report, SH.conforms, rdflib.Literal(self.conforms)))
        for result in self.results:
            graph.add((report, SH.result, _result_node(graph, result)))
        text: str = graph.serialize(format="turtle")
        return text


def _shown(result: Result, hide: Callable[[str], str]) -> Result:
    messages = {lang: hide(text) for lang, text in result.messages.items()}
    value = None if result.value is None else term_text(changed_term(read_term(result.value), hide))
    return replace(result, messages=messages, value=value)


def _result_node(graph: rdflib.Graph, result: Result) -> rdflib.BNode:
    node = rdflib.BNode()
    graph.add((node, RDF.type, SH.ValidationResult))
    graph.add((node, SH.focusNode, _term(result.focus)))
    graph.add((node, SH.sourceShape, _term(result.shape)))
    graph.add((node, SH.sourceConstraintComponent, rdflib.URIRef(result.component)))
    graph.add((node, SH.resultSeverity, SH[result.severity.capitalize()]))
    if result.value is not None:
        graph.add((node, SH.value, read_term(result.value)))
    if result.path is not None:
        path = _path_node(graph, result)
        if path is not None:
            graph.add((node, SH.resultPath, path))
    for language, text in sorted(result.messages.items()):
        graph.add((node, SH.resultMessage, rdflib.Literal(text, lang=language)))
    return node


def _term(name: str) -> rdflib.term.Node:
    return rdflib.BNode(name[2:]) if name.startswith("_:") else rdflib.URIRef(name)


def _path_node(graph: rdflib.Graph, result: Result) -> rdflib.term.Node | None:
    """Return the path as RDF: an IRI, or a copy of the structure that the shape holds; None for a shape of others."""
    path = result.path or ""
    if "<" not in path:
        return rdflib.URIRef(path)
    base, ours, _ = result.shape.partition("shapes#")
    if not ours:
        return None
    shapes = shapes_graph(base)
    source = shapes.value(rdflib.URIRef(result.shape), SH.path)
    return None if source is None else copy_path(shapes, source, graph)
