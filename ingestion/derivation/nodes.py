"""Shares out what rules conclude among the projects of a batch, and names the premises of findings.

Knows that the subject of a conclusion is a project or a fragment of its IRI, and that a rule writes premises as
blank nodes told by `rdf:subject`, `rdf:predicate` and `rdf:object` (RDF 1.1 Semantics, appendix D.1), whereas
the store holds no blank node
(docs/decisions/no-blank-nodes.md). Works on N-Triples, many lines at once: making terms of them costs ten
times more. Knows nothing of what is concluded.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from ontologie import PREFIXES

_PARTS: Final = tuple(f"<{PREFIXES['rdf']}{part}>".encode() for part in ("subject", "predicate", "object"))
_BLANK: Final = b"_:"
_END: Final = b" .\n"


def shared_out(conclusions: Iterable[bytes], documents: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Return what rules conclude about documents and their fragments, by the documents' IRIs.

    Conclusions are lines of N-Triples, line ends included; those about nothing of these documents are left out. A
    premise is named by its content, below the document of its finding; one that lacks its subject, predicate or
    object, because the rule found nothing there, is no premise and is left out.
    """
    blank, named = list[bytes](), list[bytes]()
    for line in conclusions:
        (blank if _BLANK in line else named).append(line)
    named.extend(_named(blank))
    named.sort()
    found = {}
    for document in documents:
        # What is said of a document stands together, and so does what is said of its fragments.
        fragments = named[bisect_left(named, b"<%s#" % document) : bisect_left(named, b"<%s$" % document)]
        itself = named[bisect_left(named, b"<%s>" % document) : bisect_left(named, b"<%s?" % document)]
        found[document] = fragments + itself
    return found


def _named(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines without their blank nodes, which are premises, or look like blank nodes inside a text."""
    premises: dict[bytes, dict[bytes, bytes]] = defaultdict(dict)
    linked = []
    for line in lines:
        subject, predicate, value = line.removesuffix(_END).split(b" ", 2)
        if subject.startswith(_BLANK):
            premises[subject][predicate] = value
        elif value.startswith(_BLANK):
            linked.append((subject, predicate, value))
        else:
            yield line
    nodes: dict[tuple[bytes, ...], bytes] = {}
    for finding, predicate, blank in linked:
        premise, document = premises[blank], finding[1:-1].partition(b"#")[0]
        statement = tuple(premise.get(part, b"") for part in _PARTS)
        if not all(statement):
            continue
        node = nodes.get((document, *statement))
        if node is None:
            node = nodes[document, *statement] = _name(document, statement)
            for part, value in premise.items():
                yield b" ".join((node, part, value)) + _END
        yield b" ".join((finding, predicate, node)) + _END


def _name(document: bytes, statement: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256(b" ".join(statement)).hexdigest()
    return b"<%s#premisse-%s>" % (document, digest[:12].encode())
