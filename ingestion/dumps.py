"""The dumps of an edition, written from the documents' own N-Quads: linear, and without reading the store.

`dump.nq.gz` unpacked is canonical: graphs in the order of their IRI's bytes, lines in byte order. `dump.ttl.gz` is
the same without graphs, in the line form of Turtle. `dump.jsonl.gz` has one framed fiche a line.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from ingestion.export import export_document
from ingestion.ledger import Ledger
from ontologie import Iris, document_types

_LEVEL: Final = 5


def write_dumps(folder: Path, ledger: Ledger, base: str) -> dict[str, dict[str, Any]]:
    """Write the three dumps in a folder; return {name: {"sha256": of the unpacked bytes, "bytes": …}}."""
    makers: dict[str, Callable[[], Iterable[bytes]]] = {
        "dump.nq.gz": lambda: (lines for _, lines in ledger.graphs()),
        "dump.ttl.gz": lambda: (without_graph(graph, lines) for graph, lines in ledger.graphs()),
        "dump.jsonl.gz": lambda: fiches(ledger, base),
    }
    return {name: _write(folder / name, make()) for name, make in makers.items()}


def without_graph(graph: str, lines: bytes) -> bytes:
    """Return a graph's N-Quads as N-Triples, which Turtle reads too."""
    return lines.replace(f" <{graph}> .\n".encode(), b" .\n")


def fiches(ledger: Ledger, base: str) -> Iterator[bytes]:
    """Yield each document's framed fiche as one line of JSON."""
    kinds = {Iris(base).graph(kind, ""): kind for kind in document_types()}
    for graph, lines in ledger.graphs():
        kind = kinds.get(graph.rpartition("/")[0] + "/")
        if kind:
            yield json.dumps(export_document([lines], kind, base), ensure_ascii=False).encode() + b"\n"


def _write(path: Path, parts: Iterable[bytes]) -> dict[str, Any]:
    sha256, size = hashlib.sha256(), 0
    # No name and no time inside the archive: the same content makes the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
        for part in parts:
            packed.write(part)
            sha256.update(part)
            size += len(part)
    return {"sha256": sha256.hexdigest(), "bytes": size}
