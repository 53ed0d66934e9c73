"""The dumps of an edition, written from the documents' own N-Quads: what changed alone, without reading the store.

`dump.nq.gz` unpacked is canonical: graphs in the order of their IRI's bytes, lines in byte order. `dump.ttl.gz` is
the same without graphs, in the line form of Turtle. `dump.jsonl.gz` has one framed fiche a line. Each is its members
joined (`members`); which graphs stand together in one, `segments` knows.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ingestion.graphs.fiche import framed_fiche, framing, json_bytes
from ingestion.publication.files.editions import DUMPS, STATISTICS, Edition, Since
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.files.members import (
    MEMBERS,
    MEMBERS_LIST,
    dump_lines,
    files_of,
    graphs_of,
    said_of,
    write_list,
)
from ingestion.publication.files.statistics import count_lines, write_statistics
from ontologie import Iris, canonical_lines, context, document_types

_LEVEL: Final = 3
_FEW: Final = 20_000
"""Changed graphs up to which what differs is told: beyond, everything is made from nothing."""


def write_dumps(folder: Path, before: Path | None, ledger: Ledger, root: str, base: str) -> dict[str, Any]:
    """Write members, their list and the statistics into an edition's folder; return what its manifest says of them.

    `before` is the folder of an edition whose members may be taken over; `root` is the hash over the segments.
    """
    head = _head(base)

    def contents(start: str, end: str | None) -> Iterator[tuple[str, bytes]]:
        graphs = list(ledger.graphs(start, end))
        yield "nq", b"".join(lines for _, lines in graphs)
        yield "ttl", b"".join(without_graph(graph, lines) for graph, lines in graphs)
        if fiches := b"".join(head + fiche[1:] + b"\n" for fiche in ledger.fiches(start, end)):
            yield "jsonl", fiches

    members = ledger.segments.write(folder / MEMBERS, None if before is None else before / MEMBERS, contents)
    numbers = ledger.statistics.numbers() | {"vocabularies": ledger.quads(Iris(base).vocabulary_graph(""))}
    write_statistics(folder, numbers)
    listed = {"count": ledger.segments.count(), "list": MEMBERS_LIST, "sha256": write_list(folder, members)}
    return {"sha256": root, "segments": listed, "dumps": {name: said_of(members, name) for name in DUMPS}}


def differences(ledger: Ledger, before: Edition | None, base: str) -> Since | None:
    """Return what the graphs of the ledger differ by from those of the edition before; None where that is much.

    To be asked once fiches are framed, and before the dumps are written.
    """
    touched = ledger.segments.touched()
    if before is None or len(touched) > _FEW:
        return None
    iris, fiches = Iris(base), dict[str, bytes | None]()
    for kind in document_types():
        own = iris.graph(kind, "")
        for prefix in (own, iris.derived_graph(kind, ""), iris.provenance_graph(kind, "")):
            for graph in (own + graph.removeprefix(prefix) for graph in touched if graph.startswith(prefix)):
                if graph not in fiches:
                    fiches[graph] = ledger.fiche(graph)
    return Since(before, touched, fiches)


def write_whole(edition: Edition) -> dict[str, dict[str, Any]]:
    """Write each dump of an edition as one file beside its members; return what older programs' manifests say of it."""
    told = {}
    for name in DUMPS:
        unpacked, size, path = hashlib.sha256(), 0, edition.path / name
        with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
            for file in files_of(edition, name):
                data = gzip.decompress(file.read_bytes())
                packed.write(data)
                unpacked.update(data)
                size += len(data)
        data = path.read_bytes()
        held = {"sha256": unpacked.hexdigest(), "bytes": size}
        file_ = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        told[name] = {"file": file_, "unpacked": held, **held}
    return told


def read_fiches(edition: Edition) -> Iterator[bytes]:
    """Yield each fiche of an edition's dump as JSON, without its context, in the order of their graphs' IRIs.

    What was framed with another version of the context is framed again.
    """
    base = edition.manifest["base"]
    head = _head(base)
    for line in dump_lines(edition, "dump.jsonl.gz"):
        if line.startswith(head):
            yield b"{" + line[len(head) : -1]
        else:
            yield _framed_again(line, base)


def read_statistics(edition: Edition, scratch: Path) -> dict[str, Any]:
    """Return what is counted of an edition (`Statistics.numbers`), and the quads of each vocabulary's graph.

    It is counted again where an older program made the edition, with a database of the moment in `scratch`.
    """
    path = edition.path / STATISTICS
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    base = edition.manifest["base"]
    prefix, vocabularies = Iris(base).vocabulary_graph(""), {}

    def graphs() -> Iterator[tuple[str, bytes]]:
        for name, lines in graphs_of(edition):
            if name.startswith(prefix):
                vocabularies[name] = lines.count(b"\n")
            yield name, lines

    return count_lines(graphs(), base, scratch) | {"vocabularies": vocabularies}


def _framed_again(line: bytes, base: str) -> bytes:
    """Return a fiche that holds its context as the newest one writes it."""
    kind = str(json.loads(line)["id"]).removeprefix(base).partition("/")[0]
    return framed_fiche(canonical_lines(ox.parse(line, format=ox.RdfFormat.JSON_LD, base_iri=base)), kind, base)


def without_graph(graph: str, lines: bytes) -> bytes:
    """Return a graph's N-Quads as N-Triples, which Turtle reads too."""
    return lines.replace(f" <{graph}> .\n".encode(), b" .\n")


def frame_fiches(ledger: Ledger, base: str) -> None:
    """Keep the fiche of every document in the ledger, framed by the newest context."""
    for kind in document_types():
        mark, prefix = framing(kind, base), Iris(base).graph(kind, "")
        for graph in ledger.unframed(mark, prefix):
            ledger.keep_fiche(mark, graph, framed_fiche(ledger.lines(graph), kind, base))
        ledger.framed_all(mark, prefix)


@cache
def _head(base: str) -> bytes:
    """Return how each line of the fiches' dump begins: with the context, which need not be written anew each time."""
    return json_bytes({"@context": context(base)})[:-1] + b", "
