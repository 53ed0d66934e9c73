"""What an edition differs by from another: told, as N-Quads, or as an update that makes one of the other.

Of what was erased its name alone is told, as of all that went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ingestion import Edition, GraphChange, find_changes
from ontologie import Iris, document_types
from sparql_api.pages.changes.stream import moment, read_graphs

FORMS: Final = {"nq": "application/n-quads", "ru": "application/sparql-update"}


@dataclass(frozen=True)
class Delta:
    """What leads from one edition to another; from nothing where `old` is None."""

    old: Edition | None
    new: Edition
    rows: Sequence[GraphChange]


def delta_between(old: Edition | None, new: Edition) -> Delta:
    """Return what leads from one edition to another."""
    return Delta(old, new, find_changes(old, new))


def delta_told(delta: Delta) -> dict[str, Any]:
    """Return what differs as JSON: both editions with their hashes, the documents, then every graph, by what became."""
    erased = frozenset(delta.new.manifest.get("erased", ()))
    return {
        "from": None if delta.old is None else _named(delta.old),
        "to": _named(delta.new),
        "documents": _by_fate(documents(delta)),
        "erased": sorted(name for name, _ in documents(delta) if name in erased),
        "graphs": _by_fate((row.graph, row.became) for row in delta.rows),
    }


def documents(delta: Delta) -> list[tuple[str, str]]:
    """Return (`kind/identifier`, what became of it) of each document whose own graph differs."""
    iris = Iris(delta.new.manifest["base"])
    prefixes = {iris.graph(kind, ""): kind for kind in document_types()}
    return [
        (f"{kind}/{row.graph.removeprefix(prefix)}", row.became)
        for row in delta.rows
        for prefix, kind in prefixes.items()
        if row.graph.startswith(prefix)
    ]


def as_quads(delta: Delta) -> Iterator[bytes]:
    """Yield the graphs that came or changed, whole, as canonical N-Quads in the order of their IRIs."""
    for _, lines in read_graphs(delta.new, delta.rows):
        yield lines


def as_update(delta: Delta) -> Iterator[bytes]:
    """Yield a SPARQL 1.1 Update that makes the newer edition of the older one, graph by graph."""
    for row, lines in read_graphs(delta.new, delta.rows):
        yield f"DROP SILENT GRAPH <{row.graph}> ;\n".encode()
        if lines:
            triples = lines.replace(f" <{row.graph}> .\n".encode(), b" .\n")
            yield b"INSERT DATA { GRAPH <" + row.graph.encode() + b"> {\n" + triples + b"} } ;\n"


WRITERS: Final[dict[str, Callable[[Delta], Iterator[bytes]]]] = {"nq": as_quads, "ru": as_update}


def passing(pieces: Iterable[bytes], seen: Callable[[bytes], object]) -> Iterator[bytes]:
    """Yield pieces, each shown on its way."""
    for piece in pieces:
        seen(piece)
        yield piece


def hashed(pieces: Iterable[bytes]) -> dict[str, Any]:
    """Return SHA-256 and length of a file by its pieces."""
    found, size = hashlib.sha256(), 0
    for piece in pieces:
        found.update(piece)
        size += len(piece)
    return {"sha256": found.hexdigest(), "bytes": size}


def _named(edition: Edition) -> dict[str, Any]:
    return {"number": edition.number, "date": moment(edition), "sha256": edition.manifest["sha256"]}


def _by_fate(rows: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"new": [], "changed": [], "gone": []}
    for name, became in rows:
        found[became].append(name)
    return found
