"""Shares out what rules conclude among the projects of a batch, and names the premises of findings.

Knows that the subject of a conclusion is a project or a fragment of its IRI, and that a rule writes premises as
blank nodes told by `rdf:subject`, `rdf:predicate` and `rdf:object` (RDF 1.1 Semantics, appendix D.1), whereas
the store holds no blank node (DESIGN §5). Knows nothing of what is concluded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES

_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(PREFIXES["rdf"] + part) for part in ("subject", "predicate", "object"))
_PARTS: Final = (_SUBJECT, _PREDICATE, _OBJECT)

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def shared_out(conclusions: Iterable[ox.Triple], graphs: Mapping[str, ox.NamedNode]) -> Iterator[ox.Quad]:
    """Yield what rules conclude as quads of the derived graphs, which `graphs` gives by the subjects' documents.

    Conclusions about nothing of these documents are left out. A premise is named by its content, below the
    document of its finding; one that lacks its subject, predicate or object, because the rule found nothing
    there, is no premise and is left out.
    """
    premises: dict[ox.BlankNode, dict[ox.NamedNode, Term]] = defaultdict(dict)
    linked = []
    for triple in conclusions:
        subject, predicate, value = triple
        if isinstance(subject, ox.BlankNode):
            premises[subject][predicate] = value
        elif isinstance(value, ox.BlankNode):
            linked.append((subject, predicate, value))
        elif isinstance(subject, ox.NamedNode):
            graph = graphs.get(subject.value.partition("#")[0])
            if graph is not None:
                yield ox.Quad(subject, predicate, value, graph)
    named: dict[tuple[str, Term, Term, Term], ox.NamedNode] = {}
    for finding, predicate, blank in linked:
        document = finding.value.partition("#")[0] if isinstance(finding, ox.NamedNode) else ""
        graph, premise = graphs.get(document), premises[blank]
        if graph is None or not all(part in premise for part in _PARTS):
            continue
        statement = (document, premise[_SUBJECT], premise[_PREDICATE], premise[_OBJECT])
        if statement not in named:
            named[statement] = _name(*statement)
            for part, value in premise.items():
                yield ox.Quad(named[statement], part, value, graph)
        yield ox.Quad(finding, predicate, named[statement], graph)


def _name(document: str, *statement: Term) -> ox.NamedNode:
    digest = hashlib.sha256(" ".join(map(str, statement)).encode()).hexdigest()
    return ox.NamedNode(f"{document}#premisse-{digest[:12]}")
