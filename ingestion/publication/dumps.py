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
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyoxigraph as ox

from ingestion.graphs.fiche import framed_fiche, framing, json_bytes
from ingestion.publication.editions import Edition
from ingestion.publication.ledger import Ledger
from ontologie import Iris, canonical_lines, context, document_types

_LEVEL: Final = 3
_CHUNK: Final = 1 << 20


def write_dumps(folder: Path, ledger: Ledger, base: str) -> dict[str, dict[str, Any]]:
    """Write the three dumps in a folder; return what a manifest says of each, by name (`_Dump.finish`)."""
    names = ("dump.nq.gz", "dump.ttl.gz", "dump.jsonl.gz")
    with ExitStack() as stack:
        quads, triples, fiches = (stack.enter_context(_Dump(folder / name)) for name in names)
        for graph, lines in ledger.graphs():
            quads.write(lines)
            triples.write(without_graph(graph, lines))
        head = _head(base)
        for fiche in framed(ledger, base):
            fiches.write(head + fiche[1:] + b"\n")
        return {dump.path.name: dump.finish() for dump in (quads, triples, fiches)}


def read_fiches(edition: Edition) -> Iterator[bytes]:
    """Yield each fiche of an edition's dump as JSON, without its context, in the order of their graphs' IRIs.

    What was framed with another version of the context is framed again.
    """
    base = edition.manifest["base"]
    head = _head(base)
    with gzip.open(edition.path / "dump.jsonl.gz") as lines:
        for line in lines:
            if line.startswith(head):
                yield b"{" + line[len(head) : -1]
            else:
                yield _framed_again(line, base)


def _framed_again(line: bytes, base: str) -> bytes:
    """Return a fiche that holds its context as the newest one writes it."""
    kind = str(json.loads(line)["id"]).removeprefix(base).partition("/")[0]
    return framed_fiche(canonical_lines(ox.parse(line, format=ox.RdfFormat.JSON_LD, base_iri=base)), kind, base)


def without_graph(graph: str, lines: bytes) -> bytes:
    """Return a graph's N-Quads as N-Triples, which Turtle reads too."""
    return lines.replace(f" <{graph}> .\n".encode(), b" .\n")


def framed(ledger: Ledger, base: str) -> Iterator[bytes]:
    """Yield each document's framed fiche as JSON, without its context, in the order of their graphs' IRIs."""
    for kind in document_types():
        mark, prefix = framing(kind, base), Iris(base).graph(kind, "")
        for graph in ledger.unframed(mark, prefix):
            ledger.keep_fiche(mark, graph, framed_fiche(ledger.lines(graph), kind, base))
        yield from ledger.fiches(prefix)


@cache
def _head(base: str) -> bytes:
    """Return how each line of the fiches' dump begins: with the context, which need not be written anew each time."""
    return json_bytes({"@context": context(base)})[:-1] + b", "


class _Dump:
    """One dump in the making: packed and hashed in a thread of its own, one chunk behind its writer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raw = _Hashed(path.open("wb"))
        self._unpacked = _Hashed(None)
        # No name and no time inside the archive: the same content makes the same bytes.
        self._packed = gzip.GzipFile("", "wb", _LEVEL, self._raw, mtime=0)
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None
        self._waiting: list[bytes] = []
        self._pending = 0

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
        """Write what waits, and the end of the archive; return its hashes and sizes.

        `file` is what is downloaded, `unpacked` what it holds; `sha256` and `bytes` repeat the latter, as manifests
        have had them from the first.
        """
        self._send()
        if self._last is not None:
            self._last.result()
        self._packed.close()
        return {"file": self._raw.said(), "unpacked": self._unpacked.said(), **self._unpacked.said()}

    def _send(self) -> None:
        if self._last is not None:
            self._last.result()
        self._last = self._thread.submit(self._write, b"".join(self._waiting))
        self._waiting, self._pending = [], 0

    def _write(self, chunk: bytes) -> None:
        self._packed.write(chunk)
        self._unpacked.write(chunk)


class _Hashed:
    """Bytes on their way to a file, or to none, hashed and counted."""

    def __init__(self, file: BinaryIO | None) -> None:
        self._file, self._sha256, self._size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._sha256.update(data)
        self._size += len(data)
        return len(data) if self._file is None else self._file.write(data)

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def said(self) -> dict[str, Any]:
        """Return the hash and the size in bytes of what was written."""
        return {"sha256": self._sha256.hexdigest(), "bytes": self._size}
