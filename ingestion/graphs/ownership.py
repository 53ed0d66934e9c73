"""Holds every triple to its one home (docs/decisions/iris-and-graphs.md).

A document's graphs speak of nothing but the document and share no triple, and no vocabulary speaks of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingestion.graphs.conversion import own_starts
from ingestion.words.errors import IngestionError
from ingestion.words.owned import INSTRUMENT
from ontologie import document_types


class MisplacedTriple(IngestionError):
    """A triple that would stand in two graphs, or in one that is not its own; the message shows it."""


def check_home(graph: str, lines: Iterable[bytes], subjects: Sequence[str]) -> None:
    """Raise MisplacedTriple where a line is about something else than these, or stands in another graph."""
    own = tuple(f"<{subject}{end}".encode() for subject in subjects for end in ("> ", "#"))
    end = _end(graph)
    for line in lines:
        if not (line.startswith(own) and line.endswith(end)):
            raise _misplaced(graph, line)


def check_document(graph: str, document: str, lines: Sequence[bytes]) -> None:
    """Raise MisplacedTriple where a line of a document's graph is about something that it does not own."""
    own, end = own_starts(document, graph, lines), _end(graph)
    for line in lines:
        if not (line.startswith(own) and line.endswith(end)):
            raise _misplaced(graph, line)


def check_vocabulary(graph: str, lines: Iterable[bytes], base: str) -> None:
    """Raise MisplacedTriple where a vocabulary speaks of a document; instruments of our own are vocabulary."""
    kinds = [kind for kind in document_types() if kind != INSTRUMENT]
    documents = tuple(f"<{base}{kind}/".encode() for kind in (*kinds, "graphe"))
    for line in lines:
        if line.startswith(documents):
            raise _misplaced(graph, line)


def check_apart(graph: str, lines: Iterable[bytes], other: str, said: Iterable[bytes]) -> None:
    """Raise MisplacedTriple where a graph repeats a triple of another one."""
    # Only a line's end holds the end of a line of its graph: whole graphs are told apart faster than their lines.
    both = set(b"".join(lines).split(_end(graph))[:-1]).intersection(b"".join(said).split(_end(other))[:-1])
    for triple in sorted(both):
        raise _misplaced(graph, triple + _end(graph))


def _end(graph: str) -> bytes:
    """Return the end of a graph's lines."""
    return f" <{graph}> .\n".encode()


def _misplaced(graph: str, line: bytes) -> MisplacedTriple:
    return MisplacedTriple(f"{graph}: {line.decode(errors='replace').strip()}")
