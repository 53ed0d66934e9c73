"""The dumps of an edition, written from the documents' own N-Quads: linear, and without reading the store.

`dump.nq.gz` unpacked is canonical: graphs in the order of their IRI's bytes, lines in byte order. `dump.ttl.gz` is
the same without graphs, in the line form of Turtle. `dump.jsonl.gz` has one framed fiche a line.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ingestion.export import export_document
from ingestion.ledger import Ledger
from ontologie import Iris, document_types, frame

_LEVEL: Final = 4
_CHUNK: Final = 1 << 20


def write_dumps(folder: Path, ledger: Ledger, base: str) -> dict[str, dict[str, Any]]:
    """Write the three dumps in a folder; return {name: {"sha256": of the unpacked bytes, "bytes": …}}."""
    names = ("dump.nq.gz", "dump.ttl.gz", "dump.jsonl.gz")
    with ExitStack() as stack:
        quads, triples, fiches = (stack.enter_context(_Dump(folder / name)) for name in names)
        for graph, lines in ledger.graphs():
            quads.write(lines)
            triples.write(without_graph(graph, lines))
        for line in framed(ledger, base):
            fiches.write(line)
        return {dump.path.name: dump.finish() for dump in (quads, triples, fiches)}


def without_graph(graph: str, lines: bytes) -> bytes:
    """Return a graph's N-Quads as N-Triples, which Turtle reads too."""
    return lines.replace(f" <{graph}> .\n".encode(), b" .\n")


def framed(ledger: Ledger, base: str) -> Iterator[bytes]:
    """Yield each document's framed fiche as one line of JSON, by the order of their graphs' IRIs."""
    for kind in document_types():
        mark = _framing(kind, base)
        for graph in ledger.names(Iris(base).graph(kind, "")):
            yield ledger.fiche(graph, mark, lambda lines, kind=kind: _line(lines, kind, base))  # type: ignore[misc]


def _line(lines: bytes, kind: str, base: str) -> bytes:
    return json.dumps(export_document(lines.splitlines(keepends=True), kind, base), ensure_ascii=False).encode() + b"\n"


@cache
def _framing(kind: str, base: str) -> str:
    """Return what tells one way of framing from another: the frame, which holds the context, and the code."""
    hashed = hashlib.sha256(json.dumps(frame(kind, base), sort_keys=True).encode())
    for package, name in (("ontologie", "framing.py"), ("ingestion", "export.py")):
        hashed.update(files(package).joinpath(name).read_bytes())
    return hashed.hexdigest()


class _Dump:
    """One dump in the making: packed and hashed in a thread of its own, one chunk behind its writer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raw = path.open("wb")
        # No name and no time inside the archive: the same content makes the same bytes.
        self._packed = gzip.GzipFile("", "wb", _LEVEL, self._raw, mtime=0)
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None
        self._waiting: list[bytes] = []
        self._pending = 0
        self._sha256, self._size = hashlib.sha256(), 0

    def __enter__(self) -> _Dump:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._packed.close()
        self._raw.close()

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._pending += len(data)
        if self._pending >= _CHUNK:
            self._send()

    def finish(self) -> dict[str, Any]:
        """Write what waits; return the hash and the size of what was written."""
        self._send()
        if self._last is not None:
            self._last.result()
        return {"sha256": self._sha256.hexdigest(), "bytes": self._size}

    def _send(self) -> None:
        if self._last is not None:
            self._last.result()
        self._last = self._thread.submit(self._write, b"".join(self._waiting))
        self._waiting, self._pending = [], 0

    def _write(self, chunk: bytes) -> None:
        self._packed.write(chunk)
        self._sha256.update(chunk)
        self._size += len(chunk)
