"""The editions over HTTP: their manifests, as JSON or pages.

Knows addresses and formats; what an edition holds is `ingestion`'s business.
"""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import MEMBERS_LIST, Edition, has_dump, packed_bytes
from sparql_api.description.open_dump import OPEN_DUMP
from sparql_api.description.sssom import SSSOM_NAME
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_json
from sparql_api.http.delivery import deliver, redirect, requested
from sparql_api.http.openapi import (
    NUMBER,
    OF_COMPUTING,
    TEXT,
    Schema,
    format_parameter,
    maybe,
    operation,
    parameter,
    several,
    structure,
)
from sparql_api.http.parameters import EDITION
from sparql_api.http.policies import REDIRECT
from sparql_api.http.responses import LICENCE_NOTICE
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import ProblemError, problem

OFFERS: Final = {"json": "application/json", "html": "text/html"}
DUMPS: Final = {"nq": "application/n-quads", "ttl": "text/turtle", "jsonl": "application/jsonl"}

IN_RDF: Final = {name: MEDIA_TYPES[name] for name in ("ttl", "jsonld", "nt", "rdf")}

_MANIFEST: Final = structure(number=NUMBER, date=TEXT, url=TEXT, sha256=TEXT, counts={"type": "object"})
_GONE: Final = structure(number=NUMBER, date=TEXT, url=TEXT, gone={"const": True})
_LISTED: Final = structure(current=maybe(NUMBER), items=several({"anyOf": [_MANIFEST, _GONE]}))
NUMBERED: Final = parameter(
    "number",
    "The number of an edition, or `current`.",
    {"type": "string", "pattern": "^(current|0|[1-9][0-9]{0,8})$"},
    where="path",
)
LISTING: Final = operation(
    {OFFERS["json"]: _LISTED, OFFERS["html"]: {}}, parameters=(format_parameter(OFFERS),), errors=("406", *OF_COMPUTING)
)

def manifest_operation(*errors: str, of: Schema | None = None) -> Schema:
    """Return what OpenAPI says of an address of one manifest."""
    return operation(
        {OFFERS["json"]: _MANIFEST, OFFERS["html"]: {}},
        parameters=[*([of] if of else []), format_parameter(OFFERS)],
        errors=("406", *errors),
    )


def editions_router(service: Service) -> APIRouter:
    """Return the routes of the list and of one edition."""
    router = APIRouter(tags=["editions"])

    @get(router, "/editions", summary="Every edition kept", openapi_extra=LISTING)
    async def listing(request: Request) -> Response:
        return await send_list(service, request)

    @get(
        router, "/editions/current", cheap=True, summary="The current edition", openapi_extra=manifest_operation("503")
    )
    async def current(request: Request) -> Response:
        return send_manifest(service, request, by_number(service, "current"))

    @get(
        router,
        "/editions/{number}",
        cheap=True,
        summary="The manifest of an edition",
        openapi_extra=manifest_operation("404", "410", "503", of=NUMBERED),
    )
    async def one(request: Request) -> Response:
        return send_manifest(service, request, by_number(service, request.path_params["number"]))

    redirected = {"parameters": [format_parameter(OFFERS)]}

    @get(router, "/edition/{number}", policy=REDIRECT, cheap=True, openapi_extra=redirected)
    async def iri(request: Request) -> Response:
        edition = by_number(service, request.path_params["number"])
        query = f"?{request.url.query}" if request.url.query else ""
        return redirect(f"/editions/{edition.number}{query}", edition=edition.number)

    return router


async def send_list(service: Service, request: Request) -> Response:
    """Return every edition as JSON or as a page."""
    media_type = requested(request, OFFERS)
    current = service.engine.current_edition()
    editions = await service.computing.run(request, lambda: list(service.editions.all()))
    gone = {edition.number for edition in editions if service.editions.is_gone(edition.number)}
    if media_type == OFFERS["html"]:
        context = {"editions": sorted(editions, key=lambda e: -e.number), "current": current, "gone": gone}
        return render(service, request, "editions.html", context, edition=current)
    items = [manifest(request, edition, gone=edition.number in gone) for edition in editions]
    return deliver(request, write_json({"current": current, "items": items}), media_type)


def by_number(service: Service, text: str) -> Edition:
    """Return the edition that an address names: a number, or `current`; raises ProblemError 404 or 503."""
    if text == "current":
        number = service.engine.current_edition()
        if number is None:
            raise ProblemError(problem("no-edition"))
        return service.edition_number(number)
    if not EDITION.fullmatch(text):
        raise ProblemError(problem("edition-not-found", edition=text))
    return service.edition_number(int(text))


def manifest(request: Request, edition: Edition, *, gone: bool = False) -> dict[str, Any]:
    """Return a manifest with the addresses of the edition and of the dumps that stand.

    Of an edition that is no longer served: its number, its date, and that it is gone.
    """
    root = f"{site_of(request)}/editions/{edition.number}"
    if gone:
        return {"number": edition.number, "date": edition.manifest["date"], "url": root, "gone": True}
    dumps = {name: f"{root}/dump.{name}.gz" for name in DUMPS if has_dump(edition, f"dump.{name}.gz")}
    alignments = f"{site_of(request)}/{SSSOM_NAME}?edition={edition.number}"
    tables = f"{site_of(request)}/tables?edition={edition.number}"
    told = {"alignments": alignments, "tables": tables, "licences": f"{root}/{LICENCE_NOTICE}"}
    if (edition.path / MEMBERS_LIST).is_file():
        told["open"] = f"{root}/{OPEN_DUMP}"
    return {**edition.manifest, "url": root, "downloads": dumps, **told}


def send_manifest(service: Service, request: Request, edition: Edition) -> Response:
    """Return one edition's manifest as JSON or as a page; who wants RDF is led to its catalogue."""
    media_type = requested(request, OFFERS | IN_RDF)
    if media_type in IN_RDF.values():
        return redirect(f"/catalogue?edition={edition.number}", edition=edition.number)
    said = manifest(request, edition)
    if media_type == OFFERS["html"]:
        shown = json.dumps(edition.manifest, ensure_ascii=False, indent=2)
        view = View(service, request, language(request), edition.number)
        files = [(name, href, size_in_words(view, edition, name)) for name, href in said["downloads"].items()]
        context = {name: said.get(name, "") for name in ("alignments", "tables", "licences", "open")}
        context |= {"manifest": edition.manifest, "downloads": files, "raw": shown}
        return render(service, request, "edition.html", context, edition=edition.number)
    return deliver(request, write_json(said), media_type, edition=edition.number)


def size_in_words(view: View, edition: Edition, name: str) -> str:
    """Return the length of a packed dump as the page's language writes it: 1,2 Mo, 340 ko."""
    size = packed_bytes(edition, f"dump.{name}.gz")
    if size >= 1e6:
        return view.t("size.mega", n=view.decimal(f"{size / 1e6:.1f}"))
    return view.t("size.kilo", n=max(1, size // 1000))
