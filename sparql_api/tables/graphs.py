"""What the graphs of documents say, of the properties that tables hold: from the files of a dump, or from a store.

A dump's files stand in the order of graphs, so that those of one kind are found by the first graph of each, and read
one after the other. Lines are taken apart at their spaces: canonical N-Quads need no parser.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ingestion import Edition, files_of

Statements = dict[bytes, dict[bytes, list[bytes]]]
"""By subject and predicate (IRIs without their brackets), the objects as N-Triples writes them, in their order."""
_DUMP: Final = "dump.nq.gz"


class GraphReading:
    """Reads statements of some properties out of the graphs of an edition."""

    def __init__(self, predicates: Iterable[str]) -> None:
        self._wanted = {f"<{one}>".encode(): one.encode() for one in predicates}

    def of_dump(self, edition: Edition, prefix: str) -> Iterator[tuple[str, Statements]]:
        """Yield (graph, statements) for the graphs whose IRI starts with a prefix, in the order of their IRIs."""
        start, current, end, found = prefix.encode(), b"", b"\n", Statements()
        wanted, about, said = self._wanted, b"", dict[bytes, list[bytes]]()
        for path in files_with(edition, start):
            for line in gzip.decompress(path.read_bytes()).split(b"\n"):
                parts = line.split(b" ", 2)
                if len(parts) < 3 or parts[1] not in wanted:
                    continue
                subject, predicate, rest = parts
                if not rest.endswith(end):
                    if found and current.startswith(start):
                        yield current.decode(), found
                    end = rest[rest.rindex(b" <") :]
                    current, found, about = end[2:-3], Statements(), b""
                if subject != about:
                    about, said = subject, found.setdefault(subject[1:-1], {})
                said.setdefault(wanted[predicate], []).append(rest[: -len(end)])
        if found and current.startswith(start):
            yield current.decode(), found

    def of_store(self, store: ox.Store, *graphs: str) -> Statements:
        """Return the statements of some graphs of a store, together."""
        found = Statements()
        for graph in graphs:
            out = io.BytesIO()
            store.dump(out, ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph))
            for subject, predicate, rest in sorted(self._lines(out.getvalue())):
                found.setdefault(subject, {}).setdefault(predicate, []).append(rest[:-2])
        return found

    def _lines(self, data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield (subject, predicate, what follows) of the lines that say a wanted property."""
        wanted = self._wanted
        for line in data.split(b"\n"):
            parts = line.split(b" ", 2)
            if len(parts) == 3 and parts[1] in wanted:
                yield parts[0][1:-1], wanted[parts[1]], parts[2]


def together(one: Statements, other: Statements) -> Statements:
    """Return the statements of two graphs, of which no triple is in both; `one` is used up."""
    for subject, said in other.items():
        mine = one.setdefault(subject, {})
        for predicate, values in said.items():
            mine[predicate] = sorted(mine[predicate] + values) if predicate in mine else values
    return one


def files_with(edition: Edition, prefix: bytes) -> Iterator[Path]:
    """Yield the files of an edition's dump that may hold graphs whose IRI starts with a prefix."""
    files = files_of(edition, _DUMP)
    firsts = [(path, first_graph(path)) for path in files]
    for (path, first), (_, after) in pairwise([*firsts, (Path(), b"\xff")]):
        begins_early = first < prefix or first.startswith(prefix)
        if begins_early and after >= prefix:
            yield path


def first_graph(path: Path) -> bytes:
    """Return the IRI of the first graph of a file of N-Quads; nothing where it is empty."""
    with gzip.open(path) as file:
        line = file.readline()
    return line[line.rindex(b" <") + 2 : -4] if line else b""


def subjects_of(store: ox.Store, predicate: str, values: Iterable[str]) -> Mapping[str, list[str]]:
    """Return, for each of some things, what a store says of it by a property, from the other end."""
    return {
        value: sorted(
            quad.subject.value
            for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(value), None)
            if isinstance(quad.subject, ox.NamedNode)
        )
        for value in values
    }
