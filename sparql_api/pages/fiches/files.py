"""A selection of fiches as one file: documents by line, a table, points on a map. Whole, or an error.

Knows how each file is written; the bytes stand complete before the first one leaves (law 4).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition, deduced_cell, export_columns, export_row
from ontologie import context_by_name
from sparql_api.engine.port import Answer
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.formats.tables import XLSX, csv_pieces, workbook
from sparql_api.http.delivery import names_edition
from sparql_api.http.parameters import CARRIED, for_spreadsheet
from sparql_api.http.responses import answer_response, content_disposition, unchanged_response
from sparql_api.pages.common.service import Service
from sparql_api.pages.fiches.listing import index_of, within_since
from sparql_api.pages.fiches.since import since_asked

MEDIA_TYPES: Final = {
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "xlsx": XLSX,
    "geojson": "application/geo+json",
}


@dataclass(frozen=True)
class Selected:
    """The fiches to write, and how."""

    index: FicheIndex
    numbers: Sequence[int]
    edition: Edition
    base: str
    spreadsheet: bool
    limit: int
    language: str = "fr"
    """In which things are named where a file names them."""

    def documents(self) -> Iterator[dict[str, Any]]:
        """Yield the whole document of each fiche."""
        return self.index.documents(self.numbers)

    def rows(self) -> Iterator[list[str]]:
        """Yield the header of the table of fiches, then a row a fiche."""
        yield export_columns()
        for document, item in zip(self.documents(), self.index.items(self.numbers), strict=True):
            deduced = {
                "anneeScolaireDeduite": deduced_cell(item["annee_scolaire"]),
                "premierJour": item["premier_jour"],
                "genreDePreuve": deduced_cell(item["preuve"]),
            }
            yield export_row(document, self.base, deduced)


def send_file(service: Service, request: Request, edition: Edition, selection: Selection, suffix: str) -> Response:
    """Return a selection as a file; raises ProblemError 503 where it is larger than answers may be."""
    index, limit = index_of(service.index(edition), request), service.settings.limits().answer_bytes
    numbers = index.select(within_since(selection, since_asked(service, request, edition))).numbers
    selected = Selected(index, numbers, edition, service.iris.base, for_spreadsheet(request), limit, named_in(request))
    body = service.spool.keep(FILES[suffix](selected), limit, service.computing.client(request))
    answer = Answer(MEDIA_TYPES[suffix], body, edition.number, 0.0, len(numbers), "SELECT")
    key, pinned = file_key(request, edition), names_edition(request)
    named = {"Content-Disposition": content_disposition(f"fiches.{suffix}")}
    compress = service.settings.compress
    return answer_response(request, answer, key=key, pinned=pinned, headers=named, compress=compress)


def unchanged_file(request: Request, edition: Edition) -> Response | None:
    """Return 304 where the client has this file already; nothing is read for it."""
    return unchanged_response(request, file_key(request, edition), edition.number, pinned=names_edition(request))


def named_in(request: Request) -> str:
    """Return the language that an address asks for, French where it asks for none: a file is what its address says."""
    return "en" if request.query_params.get("lang") == "en" else "fr"


def file_key(request: Request, edition: Edition) -> str:
    """Return a hash of all that a selection's file depends on: edition, address, parameters, language."""
    asked = sorted(pair for pair in request.query_params.multi_items() if pair[0] not in CARRIED)
    depends = (edition.number, edition.redaction, request.url.path, asked, named_in(request))
    return blake2b(repr(depends).encode(), digest_size=16).hexdigest()


def jsonl(selected: Selected) -> Iterator[bytes]:
    """Yield one JSON-LD document a line; its context is named by its address."""
    for document in selected.documents():
        line = {
            "@context": context_by_name(selected.base),
            **{k: v for k, v in document.items() if k != "@context"},
        }
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def table(selected: Selected) -> Iterator[bytes]:
    """Yield the CSV of deposits (RFC 4180, UTF-8), header first; with `tableur`, as spreadsheets like it."""
    return csv_pieces(selected.rows(), spreadsheet=selected.spreadsheet)


def xlsx(selected: Selected) -> Iterator[bytes]:
    """Yield the same table as a workbook."""
    made = datetime.fromisoformat(selected.edition.manifest["date"]).replace(tzinfo=None)
    return workbook(selected.rows(), sheet="fiches", made=made, limit=selected.limit)


def geojson(selected: Selected) -> Iterator[bytes]:
    """Yield a GeoJSON FeatureCollection (RFC 7946): each fiche at its académie; without one, no geometry."""
    yield b'{"type":"FeatureCollection","features":['
    for n, item in enumerate(selected.index.items(selected.numbers)):
        yield b",\n" if n else b"\n"
        yield json.dumps(feature(selected, item), ensure_ascii=False, separators=(",", ":")).encode()
    yield b"\n]}\n"


def feature(selected: Selected, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return one fiche as a feature; `precision` says that the point is its académie's."""
    index = selected.index
    points = [index.points[iri] for iri in item["academie"] if iri in index.points]
    labelled = {
        name: [value.label(selected.language) for value in (index.value(name, iri) for iri in item[name]) if value]
        for name in ("academie", "region", "niveau", "discipline", "type_ia", "preuve", "annee_scolaire")
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
            "premier_jour": item["premier_jour"] or None,
            "precision": "academie" if points else None,
            "exemple": item["exemple"],
            "commune": item["commune"],
            **labelled,
        },
    }  # fmt: skip


FILES: Final[Mapping[str, Callable[[Selected], Iterator[bytes]]]] = {
    "jsonl": jsonl,
    "csv": table,
    "xlsx": xlsx,
    "geojson": geojson,
}
