"""A selection of fiches as one file: documents by line, a table, points on a map. Whole, or an error.

Knows how each file is written; the bytes stand complete before the first one leaves (law 4).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition, csv_header, csv_row
from ontologie import context_iri
from sparql_api.delivery import CURRENT, PINNED
from sparql_api.engine import Answer, Body
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.problems import ProblemError, problem
from sparql_api.responses import answer_response
from sparql_api.service import Service

MEDIA_TYPES: Final = {
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "geojson": "application/geo+json",
}


def send_file(service: Service, request: Request, edition: Edition, selection: Selection, suffix: str) -> Response:
    """Return a selection as a file; raises ProblemError 503 where it is larger than answers may be."""
    index = service.index(edition)
    numbers = index.select(selection).numbers
    pieces = FILES[suffix](index, index.documents(numbers), index.items(numbers), service.iris.base)
    body = spooled(pieces, service.settings.limits().answer_bytes)
    answer = Answer(MEDIA_TYPES[suffix], body, edition.number, 0.0, len(numbers), "SELECT")
    headers = {
        "Content-Disposition": f'attachment; filename="fiches.{suffix}"',
        "Cache-Control": PINNED if service.pinned(request) is not None else CURRENT,
    }
    return answer_response(request, answer, headers=headers, compress=service.settings.compress)


def spooled(pieces: Iterable[bytes], limit: int) -> Body:
    """Return the pieces as one body, in a file without a name; raises ProblemError past `limit` bytes."""
    with TemporaryFile() as file:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > limit:
                raise ProblemError(problem("answer-size", limit=limit >> 20))
            file.write(piece)
        file.flush()
        return Body(file=os.dup(file.fileno()), size=size)


def jsonl(
    index: FicheIndex, documents: Iterator[dict[str, Any]], items: list[dict[str, Any]], base: str
) -> Iterator[bytes]:
    """Yield one JSON-LD document a line; its context is named by its address."""
    for document in documents:
        line = {
            "@context": context_iri(base),
            **{k: v for k, v in document.items() if k != "@context"},
        }
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def table(
    index: FicheIndex, documents: Iterator[dict[str, Any]], items: list[dict[str, Any]], base: str
) -> Iterator[bytes]:
    """Yield the canonical CSV of deposits (RFC 4180, UTF-8, CRLF), header first."""
    yield csv_header().encode()
    for document in documents:
        yield csv_row(document).encode()


def geojson(
    index: FicheIndex, documents: Iterator[dict[str, Any]], items: list[dict[str, Any]], base: str
) -> Iterator[bytes]:
    """Yield a GeoJSON FeatureCollection (RFC 7946): each fiche at its académie; without one, no geometry."""
    yield b'{"type":"FeatureCollection","features":['
    for n, item in enumerate(items):
        yield b",\n" if n else b"\n"
        yield json.dumps(feature(index, item), ensure_ascii=False, separators=(",", ":")).encode()
    yield b"\n]}\n"


def feature(index: FicheIndex, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return one fiche as a feature; `precision` says that the point is its académie's."""
    points = [index.points[iri] for iri in item["academie"] if iri in index.points]
    labelled = {
        name: [value.labels for value in (index.value(name, iri) for iri in item[name]) if value]
        for name in ("academie", "region", "niveau", "discipline", "type_ia")
    }
    return {
        "type": "Feature",
        "id": item["iri"],
        "geometry": {"type": "Point", "coordinates": list(points[0])} if points else None,
        "properties": {
            "id": item["id"],
            "iri": item["iri"],
            "titre": item["titre"],
            "resume": item["resume"],
            "date": item["date"] or None,
            "precision": "academie" if points else None,
            "commune": item["commune"],
            **{name: [label.get("fr") or next(iter(label.values()), "") for label in labels]
               for name, labels in labelled.items()},
        },
    }  # fmt: skip


FILES: Final[Mapping[str, Callable[..., Iterator[bytes]]]] = {
    "jsonl": jsonl,
    "csv": table,
    "geojson": geojson,
}
