"""Judges RDF files, in bounded batches where they are made of documents' graphs.

Knows formats by suffix and graphs by name; a dump of any size is judged with flat memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from ontologie import BASE, serialize_lines
from shapes.gate import validate, validate_batch
from shapes.report import Report

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

Progress = Callable[[int], None]
"""Is told how many documents were judged since it was last told."""


def judge_file(file: Path, *, base: str = BASE, progress: Progress | None = None) -> Iterator[Report]:
    """Yield the reports of an RDF file: one a document's graph, one of all the rest.

    Raises OSError, or SyntaxError with the place.
    """
    quads = ox.parse(path=str(file), format=FORMATS[file.suffix], base_iri=base)
    yield from judge_quads(quads, base=base, progress=progress)


def judge_quads(quads: Iterable[ox.Quad], *, base: str = BASE, progress: Progress | None = None) -> Iterator[Report]:
    """Yield the reports of quads that come graph by graph; a document's graph that comes in pieces joins the rest."""
    rest: list[ox.Quad] = []
    batch: dict[str, bytes] = {}
    judged: set[str] = set()
    for graph, found in _runs(quads):
        name = _document(graph, base)
        if name is None or name in judged:
            rest += found
            continue
        judged.add(name)
        batch[name] = b"".join(serialize_lines(found))
        if len(batch) >= BATCH:
            yield from _judged(batch, base, progress)
            batch = {}
    if len(batch) == 1:
        yield validate(next(iter(batch.values())), base=base)
    elif batch:
        yield from _judged(batch, base, progress)
    if rest:
        yield validate(rest, base=base)


def _judged(batch: dict[str, bytes], base: str, progress: Progress | None) -> Iterator[Report]:
    yield from validate_batch(batch, base=base).values()
    if progress is not None:
        progress(len(batch))


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
