"""The research tables of an edition over HTTP: what there is, each table whole, the parts, what describes them.

Knows addresses and headers; what a table says is the dictionary's business, how files are made that of `tables`.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ingestion import Edition
from sparql_api.computing.limiter import Kind
from sparql_api.description.licences import licences_of
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.openapi import (
    COUNT,
    EDITION,
    NUMBER,
    OF_COMPUTING,
    OF_EDITION,
    TEXT,
    TEXTS,
    Schema,
    format_parameter,
    operation,
    parameter,
    several,
    structure,
)
from sparql_api.http.policies import DUMP
from sparql_api.http.responses import not_modified
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.made import tables_file, tables_folder
from sparql_api.pages.common.service import Service
from sparql_api.pages.dumps import licence_links
from sparql_api.pages.editions import NUMBERED, OFFERS, by_number
from sparql_api.tables.descriptions import DESCRIPTIONS, described
from sparql_api.tables.dictionary import Table, tables, words
from sparql_api.tables.files import CUBE, DATABASE, MEDIA_TYPES, media_type, names, tag_of
from sparql_api.tables.parts import FOLDER, LIST, TablePart, read_list
from sparql_api.words.problems import ProblemError, problem

TSV: Final = "text/tab-separated-values"
_PART: Final = re.compile(r"[0-9a-f]{64}\.parquet")
_TABLE: Final = structure(name=TEXT, title=TEXTS, rows=COUNT, columns=several({"type": "object"}))
LISTING: Final = operation(
    {OFFERS["json"]: structure(edition=NUMBER, database=TEXT, tables=several(_TABLE)), OFFERS["html"]: {}},
    parameters=(EDITION, format_parameter(OFFERS)),
    errors=("406", *OF_COMPUTING, *OF_EDITION),
)


def _described(types: list[str], named: Schema) -> Schema:
    told = operation({one: {} for one in types}, parameters=(NUMBERED, named), errors=(*OF_COMPUTING, *OF_EDITION))
    told["responses"] |= {
        "206": {"description": "The part asked for by Range.", "content": {types[0]: {}}},
        "416": {"description": "A Range beyond the file's end.", "content": {"text/plain": {}}},
    }
    return told


FILE: Final = _described(
    [*dict.fromkeys([*map(media_type, names()), TSV])],
    parameter("name", "A file.", {"type": "string", "enum": [*names(), LIST]}, where="path"),
)
PART: Final = _described(
    [MEDIA_TYPES["parquet"]],
    parameter("name", "SHA-256 of the file.", {"type": "string", "pattern": f"^{_PART.pattern}$"}, where="path"),
)


def tables_router(service: Service) -> APIRouter:
    """Return the routes of tables: the page, a file, a part."""
    router = APIRouter(tags=["editions"])
    root: Final = "/editions/{number}/tables"

    @get(router, "/tables", summary="The research tables of an edition", openapi_extra=LISTING)
    async def listing(request: Request) -> Response:
        media = requested(request, OFFERS)
        edition = service.edition(request)
        parts = await service.computing.run(request, parts_of, service, edition, kind=kind_of(service, edition))
        if media == OFFERS["html"]:
            return page(service, request, edition, parts)
        return deliver(request, write_json(listed(request, edition, parts)), media, edition=edition.number)

    @get(router, root + "/{name}", policy=DUMP, summary="A file of an edition's tables", openapi_extra=FILE)
    async def file(request: Request) -> Response:
        return await send(service, request, request.path_params["name"], part=False)

    @get(router, root + "/parts/{name}", policy=DUMP, summary="A part of a table", openapi_extra=PART)
    async def part(request: Request) -> Response:
        return await send(service, request, request.path_params["name"], part=True)

    return router


def kind_of(service: Service, edition: Edition) -> Kind:
    """Return the line in which an edition's files are made: nobody waits for an older one's who asks for today's."""
    return "file" if edition.number == service.engine.current_edition() else "former"


def parts_of(service: Service, edition: Edition) -> list[TablePart]:
    """Return the parts of an edition's tables, which are made where they are not there."""
    return read_list(tables_folder(edition, service.faces_folder))


async def send(service: Service, request: Request, name: str, *, part: bool) -> Response:
    """Return a file of an edition's tables, or a part of one; raises ProblemError 404 where there is none."""
    known = bool(_PART.fullmatch(name)) if part else name in {*names(), LIST}
    number = request.path_params["number"]
    edition = by_number(service, number)
    if not known:
        raise ProblemError(problem("not-found", path=request.url.path))
    line = kind_of(service, edition)
    parts = await service.computing.run(request, parts_of, service, edition, kind=line)
    made = partial(service.computing.run, request, place_of, service, edition, name, part, kind=line)
    place = await made() if name == DATABASE else None
    tag = name[:32] if part else tag_of(parts, name, place)
    # A database made again has other bytes: nobody may keep it for good.
    pinned = number != "current" and name != DATABASE
    said = DUMP.headers(pinned=pinned) | {"Observatoire-Edition": str(edition.number), "ETag": f'"{tag}"'}
    said["Link"] = await service.computing.run(request, licence_links, edition, "tables")
    if not_modified(request, said["ETag"]):
        return Response(None, 304, said)
    path = place or await made()
    if not path.is_file():
        raise ProblemError(problem("not-found", path=request.url.path))
    kind = MEDIA_TYPES["parquet"] if part else TSV if name == LIST else media_type(name)
    return FileResponse(path, media_type=kind, filename=name, headers=said)


def place_of(service: Service, edition: Edition, name: str, part: bool) -> Path:
    """Return where a file of an edition's tables, or a part, is; a file is made where it is not there."""
    if part:
        return tables_folder(edition, service.faces_folder) / FOLDER / name
    return tables_file(edition, service.faces_folder, name, described(edition, service.settings.notices.publisher))


def listed(request: Request, edition: Edition, parts: list[TablePart]) -> dict[str, Any]:
    """Return the tables of an edition as JSON: their rows, files and columns, and the files that describe them."""
    root = f"{site_of(request)}/editions/{edition.number}/tables"
    items = [
        {
            "name": name,
            "title": dict(table.title),
            "description": dict(table.about),
            "rows": rows_of(parts, name),
            "files": {suffix: f"{root}/{name}.{suffix}" for suffix in MEDIA_TYPES},
            "columns": [
                {
                    "name": one.name,
                    "type": one.type,
                    "title": dict(one.title),
                    "unit": one.unit or None,
                    "property": one.says or None,
                    "missing": dict(words()[one.missing]),
                }
                for one in table.columns
            ],
        }
        for name, table in tables().items()
    ]
    files = {name: f"{root}/{name}" for name in (*DESCRIPTIONS, CUBE, LIST)}
    licences = licences_of(edition).of("tables")
    said = {"edition": edition.number, "licences": licences, "database": f"{root}/{DATABASE}"}
    return {**said, "tables": items, "descriptions": files}


def rows_of(parts: list[TablePart], table: str) -> int:
    """Return how many rows a table has."""
    return sum(part.rows for part in parts if part.table == table)


def page(service: Service, request: Request, edition: Edition, parts: list[TablePart]) -> Response:
    """Return the tables of an edition as a page."""
    view = View(service, request, language(request), edition.number)
    shown: list[tuple[Table, int]] = [(table, rows_of(parts, name)) for name, table in tables().items()]
    context = {
        "tables": shown,
        "words": words(),
        "database": DATABASE,
        "ask": view.url("/tables/sql"),
        "files": [*DESCRIPTIONS, CUBE, LIST],
        "suffixes": [*MEDIA_TYPES],
        "root": f"/editions/{edition.number}/tables",
        "lang": view.language,
        "number": edition.number,
    }
    return render(service, request, "tables.html", context, edition=edition.number)
