"""The formats in which a description goes out: their names, media types, and how each is written.

Knows RDF syntaxes; not what is described.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import pyoxigraph as ox
from pyld import jsonld

from ontologie import Iris, context
from sparql_api.formats.sinks import Unwritable, as_xml
from sparql_api.words.problems import ProblemError, problem

MEDIA_TYPES: Final = {
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
}
OX: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
}
COMPACTED: Final = 2000
"""Triples up to which JSON-LD is compacted."""


def write_triples(quads: Iterable[ox.Quad], name: str, iris: Iris) -> bytes:
    """Return the quads as plain triples in `ttl`, `nt` or `rdf`, grouped by subject, in canonical order."""
    triples = sorted({ox.Triple(q.subject, q.predicate, q.object) for q in quads}, key=str)
    return serialize(triples, OX[name], iris.prefixes() if name != "nt" else None)


def write_quads(quads: Iterable[ox.Quad], iris: Iris) -> bytes:
    """Return the quads as TriG, graph by graph."""
    ordered = sorted(quads, key=lambda q: (str(q.graph_name), str(q)))
    return serialize(ordered, ox.RdfFormat.TRIG, iris.prefixes())


def write_compacted(quads: Iterable[ox.Quad], iris: Iris) -> bytes:
    """Return the quads as one JSON-LD document, compacted by the context of documents, which it holds.

    What is long stays expanded: compaction takes a second for some thousands of triples.
    """
    triples = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
    written = serialize(triples, ox.RdfFormat.JSON_LD, None)
    if len(triples) > COMPACTED:
        return written
    expanded = json.loads(written)
    words = {**iris.prefixes(), **context(iris.base)}
    return write_json(jsonld.compact(expanded, {"@context": words}, {"documentLoader": refuse}))


def serialize(
    statements: Sequence[ox.Triple] | Sequence[ox.Quad], syntax: ox.RdfFormat, prefixes: dict[str, str] | None
) -> bytes:
    """Return statements in an RDF syntax; raises ProblemError 406 for what RDF/XML cannot say."""
    output = BytesIO()
    ox.serialize(statements, output, format=syntax, prefixes=prefixes)
    if syntax != ox.RdfFormat.RDF_XML:
        return output.getvalue()
    try:
        return as_xml(output.getvalue())
    except Unwritable:
        others = [media_type for name, media_type in MEDIA_TYPES.items() if name != "rdf"]
        raise ProblemError(problem("not-acceptable", available=", ".join(others))) from None


def write_json(document: Mapping[str, Any]) -> bytes:
    """Return a JSON document as people read it, UTF-8."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def refuse(url: str, options: object) -> Any:
    """Refuse to load a remote context: nothing here reaches out."""
    raise ValueError(f"remote contexts are not loaded: {url}")
