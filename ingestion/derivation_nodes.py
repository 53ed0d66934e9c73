"""Shares out what rules conclude among the projects of a batch, and names the premises of findings.

Knows that the subject of a conclusion is a project or a fragment of its IRI, and that a rule writes premises as
blank nodes told by `rdf:subject`, `rdf:predicate` and `rdf:object` (RDF 1.1 Semantics, appendix D.1), whereas
the store holds no blank node (DESIGN §5). Works on N-Triples, for making terms of them costs ten times more.
Knows nothing of what is concluded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ontologie import PREFIXES

_PARTS: Final = tuple(f"<{PREFIXES['rdf']}{part}>".encode() for part in ("subject", "predicate", "object"))
_BLANK: Final = b"_:"


def shared_out(conclusions: Iterable[bytes], graphs: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield what rules conclude as (graph, triple), some of it several times.

    `conclusions` are lines of N-Triples, without their line ends; `graphs` gives the IRI of the graph of what is
    concluded about a document, by the document's IRI. A triple is given as N-Triples without its end.

    Conclusions about nothing of these documents are left out. A premise is named by its content, below the
    document of its finding; one that lacks its subject, predicate or object, because the rule found nothing
    there, is no premise and is left out.
    """
    premises: dict[bytes, dict[bytes, bytes]] = defaultdict(dict)
    linked = []
    for line in conclusions:
        triple = line[:-2]
        subject, predicate, value = triple.split(b" ", 2)
        if subject.startswith(_BLANK):
            premises[subject][predicate] = value
        elif value.startswith(_BLANK):
            linked.append((subject, predicate, value))
        else:
            graph = graphs.get(_document(subject))
            if graph is not None:
                yield graph, triple
    named: dict[tuple[bytes, ...], bytes] = {}
    for finding, predicate, blank in linked:
        document, premise = _document(finding), premises[blank]
        graph, statement = graphs.get(document), tuple(premise.get(part, b"") for part in _PARTS)
        if graph is None or not all(statement):
            continue
        node = named.get((document, *statement))
        if node is None:
            node = named[document, *statement] = _name(document, statement)
            for part, value in premise.items():
                yield graph, b" ".join((node, part, value))
        yield graph, b" ".join((finding, predicate, node))


def _document(node: bytes) -> bytes:
    """Return the IRI of the document that a node, `<…>`, belongs to."""
    return node[1:-1].partition(b"#")[0]


def _name(document: bytes, statement: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256(b" ".join(statement)).hexdigest()
    return b"<%s#premisse-%s>" % (document, digest[:12].encode())
