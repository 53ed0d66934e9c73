"""Judges RDF files, in bounded batches where they are made of documents' graphs.

Knows formats by suffix and graphs by name; a dump of any size is judged with flat memory. A byte-order mark is no
text: it is left out.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from ontologie import BASE, serialize_lines
from shapes.coverage import Coverage
from shapes.gate import validate, validate_batches
from shapes.report import Report
from shapes.unusable import not_read, not_well_formed, unknown_format

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

BATCH = 5000
"""Documents judged at once."""

_FEW = 3
"""Up to so many documents, each is judged alone: the screen is not worth waking."""


def format_of(file: Path) -> ox.RdfFormat | None:
    """Return the format that a file's suffix names, in capitals or not."""
    return FORMATS.get(file.suffix.lower())


def judge_file(file: Path, *, base: str = BASE, coverage: Coverage | None = None) -> Iterator[Report]:
    """Yield the reports of an RDF file: one a document's graph, one of all the rest.

    `coverage` is shown what the file holds. Raises UnusableFile, with the place where there is one.
    """
    format = format_of(file)
    if format is None:
        raise unknown_format(list(FORMATS))
    seen = coverage or Coverage(base)
    try:
        with _opened(file) as source:
            yield from judge_quads(seen.watch(ox.parse(source, format=format, base_iri=base)), base=base)
    except OSError as error:
        raise not_read(error) from error
    except SyntaxError as error:
        raise not_well_formed(error, format.name) from error


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """Open a file behind its byte-order mark."""
    with file.open("rb") as source:
        if source.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
            source.read(len(codecs.BOM_UTF8))
        yield source


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
