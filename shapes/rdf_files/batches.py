"""Judges RDF files, in bounded batches where they are made of documents' graphs.

Knows formats by suffix and graphs by name; a dump of any size is judged with flat memory. It is parsed in a confined
process. A byte-order mark is no text: it is left out.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from ontologie import BASE, Refused, Spool, confined, open_file, serialize_lines
from shapes.gate import validate, validate_batches
from shapes.judging.report import Report
from shapes.rdf_files.contexts import with_contexts
from shapes.rdf_files.coverage import Coverage
from shapes.rdf_files.unusable import not_well_formed, unknown_format

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""The formats of RDF by suffix."""

MEGABYTE = 1_000_000

LARGEST_MB = 4_000
"""Size of a file, in megabytes, beyond which it must be split."""

LONGEST = MEGABYTE
"""Bytes of a statement as N-Quads; the longest text of a fiche has 20,000 characters."""

BATCH = 5000
"""Documents judged at once."""

_FEW = 3
"""Up to so many documents, each is judged alone: the screen is not worth waking."""


def format_of(file: Path) -> ox.RdfFormat | None:
    """Return the format that a file's suffix names, in capitals or not."""
    return FORMATS.get(file.suffix.lower())


def judge_file(file: Path, *, base: str = BASE, coverage: Coverage | None = None) -> Iterator[Report]:
    """Yield the reports of an RDF file: one a document's graph, one of all the rest.

    `coverage` is shown what the file holds. Raises UnusableFile, with the place where there is one, and Refused where
    the file cannot be read.
    """
    seen = coverage or Coverage(base)
    yield from judge_quads(seen.watch(read_quads(file, base)), base=base)


def read_quads(file: Path, base: str = BASE, most: int = LARGEST_MB) -> Iterator[ox.Quad]:
    """Yield the quads of an RDF file of `most` megabytes at most, parsed in a confined process.

    Raises UnusableFile, with the place where there is one, and Refused where the file cannot be read.
    """
    format = format_of(file)
    if format is None:
        raise unknown_format(list(FORMATS))
    try:
        for lines in _parsed(file, format, base, most):
            yield from ox.parse(lines, format=ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise not_well_formed(error, format.name) from error


def _parsed(file: Path, format: ox.RdfFormat, base: str, most: int) -> Spool:
    """Return the N-Quads of a file, a batch of lines at a time."""
    with open_file(file, most) as opened:
        _skip_mark(opened)

        def parse() -> Iterator[bytes]:
            # JSON-LD is an object: it is held whole, in the memory that this process may have.
            given = with_contexts(opened.read(), base) if format == ox.RdfFormat.JSON_LD else opened
            quads = ox.parse(given, format=format, base_iri=base)
            while lines := ox.serialize(islice(quads, BATCH), format=ox.RdfFormat.N_QUADS):
                _refuse_long(lines)
                yield lines

        size, here = os.fstat(opened.fileno()).st_size, opened.fileno()
        return confined(parse, size, (SyntaxError, Refused), (SyntaxError,), keep={here})


def _skip_mark(opened: BinaryIO) -> None:
    """Leave a byte-order mark out."""
    if opened.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):  # type: ignore[attr-defined]
        opened.read(len(codecs.BOM_UTF8))


def _refuse_long(lines: bytes) -> None:
    """Refuse a statement that would hold everyone who looks at it: a rule reads each text several times."""
    longest = max(map(len, lines.split(b"\n")))
    if longest > LONGEST:
        words = {"size": str(longest // MEGABYTE), "most": str(LONGEST // MEGABYTE)}
        raise Refused("enonce-trop-long", words)


def judge_quads(quads: Iterable[ox.Quad], *, base: str = BASE) -> Iterator[Report]:
    """Yield the reports of quads that come graph by graph; a document's graph that comes in pieces joins the rest."""
    rest: list[ox.Quad] = []
    documents = _documents(quads, base, rest)
    first = dict(islice(documents, BATCH))
    if len(first) <= _FEW:
        yield from (validate(lines, base=base) for lines in first.values())
    else:
        for reports in validate_batches(chain((first,), _batches(documents)), base=base):
            yield from reports.values()
    if rest:
        yield validate(rest, base=base)


def _documents(quads: Iterable[ox.Quad], base: str, rest: list[ox.Quad]) -> Iterator[tuple[str, bytes]]:
    """Yield each document's lines by its name, the first time it comes; all other quads are added to `rest`."""
    seen: set[str] = set()
    for graph, found in _runs(quads):
        name = _document(graph, base)
        if name is None or name in seen:
            rest += found
            continue
        seen.add(name)
        yield name, b"".join(serialize_lines(found))


def _batches(documents: Iterator[tuple[str, bytes]]) -> Iterator[dict[str, bytes]]:
    while batch := dict(islice(documents, BATCH)):
        yield batch


def _runs(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, list[ox.Quad]]]:
    """Yield the quads in runs of one graph."""
    name = ""
    run: list[ox.Quad] = []
    for quad in quads:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        if graph != name and run:
            yield name, run
            run = []
        name = graph
        run.append(quad)
    if run:
        yield name, run


def _document(graph: str, base: str) -> str | None:
    """Return the document whose graph this is, None where it is no document's."""
    kind, _, identifier = graph.removeprefix(base + "graphe/").partition("/")
    if not graph.startswith(base + "graphe/") or kind in ("vocabulaire", "derive", "provenance"):
        return None
    return f"{base}{kind}/{identifier}"
