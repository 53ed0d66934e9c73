"""The page of questions of one's own in SQL. What answers is in the browser: the server gives the page and the files.

Works without scripts: examples, the file to take, and how to ask it elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ontologie import LANGUAGES, table_beside
from sparql_api.formats.negotiation import language
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, operation, parameter
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.sql.files import WASM, WORKER, engine_files, engine_size
from sparql_api.tables.files import DATABASE

MEMORY: Final = 512
"""Mebibytes that the engine may take in the browser."""
ROWS: Final = 10_000
"""Rows of an answer, at most."""
SHOWN: Final = 200
LONGEST: Final = 20_000
"""Characters of a question that the address holds."""
ASKED: Final = operation(
    {"text/html": {}},
    parameters=(parameter("sql", "The question that the form holds; answered in the browser."), EDITION),
    errors=(*OF_COMPUTING, *OF_EDITION),
)


@dataclass(frozen=True)
class SqlExample:
    """A question in SQL: what it asks, of which tables."""

    name: str
    title: Mapping[str, str]
    tables: tuple[str, ...]
    sql: str


@cache
def examples() -> tuple[SqlExample, ...]:
    """Return the questions to start from."""
    return tuple(map(_example, table_beside("sparql_api.pages.sql", "examples.csv")))


def _example(row: Mapping[str, str]) -> SqlExample:
    title = {tag: row[f"title_{tag}"] for tag in LANGUAGES}
    return SqlExample(row["name"], title, tuple(row["tables"].split("|")), row["sql"])


def sql_router(service: Service) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(tags=["editions"])

    @get(router, "/tables/sql", summary="Questions of one's own in SQL", openapi_extra=ASKED)
    async def page(request: Request) -> Response:
        edition = service.edition(request)
        view = View(service, request, language(request), edition.number)
        asked, folder = request.query_params.get("sql", "")[:LONGEST], engine_files()
        address = f"/editions/{edition.number}/tables/{DATABASE}"
        context = {
            "sql": asked.strip() or examples()[0].sql,
            "examples": [(one, view.url("/tables/sql", {"sql": one.sql})) for one in examples()],
            "number": edition.number,
            "address": address,
            "site": site_of(request),
            "engine": f"/static/{folder}" if folder else "",
            "worker": WORKER,
            "wasm": WASM,
            "size": view.decimal(f"{engine_size() / 1e6:.0f}") if folder else "",
            "memory": MEMORY,
            "rows": ROWS,
            "shown": SHOWN,
            "tables_page": view.url("/tables"),
        }
        write = partial(render, service, request, "sql.html", context, edition=edition.number)
        return await service.computing.run(request, write)

    return router
