"""The routes of the list of fiches: as JSON or HTML, and whole selections as files. Knows formats and descriptions."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ontologie import sentence_table
from sparql_api.fiches.facets import FACET_NAMES
from sparql_api.fiches.search import SORTS
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.openapi import (
    COUNT,
    EDITION,
    NUMBER,
    OF_COMPUTING,
    OF_EDITION,
    TABLEUR,
    TEXT,
    TEXTS,
    format_parameter,
    maybe,
    operation,
    parameter,
    several,
    structure,
)
from sparql_api.http.policies import ANSWER
from sparql_api.http.routing import get
from sparql_api.pages.common.named import refuse_unnamed
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.since import since_parameter
from sparql_api.pages.fiches.files import FILES, MEDIA_TYPES, send_file, unchanged_file
from sparql_api.pages.fiches.listing import (
    EXAMPLES,
    MOST_PER_PAGE,
    PER_PAGE,
    SORT,
    as_json,
    find,
    selection_of,
    suggested,
)
from sparql_api.pages.fiches.page import list_page

OFFERS: Final = {"json": "application/json", "html": "text/html"}


def counts(facet: str) -> str:
    """Return what the numbers of a facet count."""
    return sentence_table("pages")[f"facet.{facet}.counts"]["en"]


SELECTION: Final = (
    parameter("q", "Words, all of which a fiche must hold."),
    *(
        parameter(name, f"An id, an IRI or a label; repeated, one of them must fit. {counts(name)}", several(TEXT))
        for name in FACET_NAMES
    ),
    parameter(
        SORT,
        "Latest first, oldest first or by title; else the best match first where words are asked, or the latest.",
        {"type": "string", "enum": [*SORTS]},
    ),
    parameter(EXAMPLES, "“oui” shows invented examples beside the projects, after them; they are no projects."),
    since_parameter("the fiches that came or changed since; JSON names those that went (`gone`)."),
    EDITION,
)
_HELD: Final = structure(iri=maybe(TEXT), id=maybe(TEXT), label=TEXTS)
"""A value of a fiche; a label that no vocabulary knows has no IRI, and `horsVocabulaire`."""
_FICHE: Final = structure(
    iri=TEXT,
    id=TEXT,
    titre=TEXT,
    langue=TEXT,
    exemple={"type": "boolean"},
    **{name: several(_HELD) for name in FACET_NAMES},
)
_PARTS: Final = several(structure(text=TEXT, found={"type": "boolean"}))
_HIGHLIGHTS: Final = {
    "type": "object",
    "description": "Texts in parts, some of them words asked for; `passage` where titre and resume hold none.",
    "additionalProperties": _PARTS,
}
_ITEM: Final = _FICHE | {"properties": _FICHE["properties"] | {"highlights": _HIGHLIGHTS}}
_COUNTED: Final = structure(iri=maybe(TEXT), id=TEXT, label=TEXTS, count=NUMBER)
_PAGE: Final = structure(
    total=COUNT,
    examples=COUNT,
    edition=NUMBER,
    page=NUMBER,
    per_page=NUMBER,
    next=maybe(TEXT),
    unknown=several(structure(facet=TEXT, value=TEXT)),
    corrected=several(structure(word=TEXT, instead=several(TEXT))),
    items=several(_ITEM),
    facets=structure(**{name: several(_COUNTED) for name in FACET_NAMES}),
)
LISTING: Final = operation(
    {OFFERS["json"]: _PAGE, OFFERS["html"]: {}},
    parameters=(
        *SELECTION,
        parameter("page", "Which page of the list.", NUMBER | {"maximum": 1_000_000}),
        parameter("per_page", f"Fiches a page; {PER_PAGE} by default.", NUMBER | {"maximum": MOST_PER_PAGE}),
        format_parameter(OFFERS),
    ),
    errors=("400", "406", *OF_COMPUTING, *OF_EDITION),
)


SUGGESTIONS: Final = operation(
    {OFFERS["json"]: structure(edition=NUMBER, q=TEXT, items=several(structure(text=TEXT, fiches=COUNT)))},
    parameters=(parameter("q", "The words typed so far; the last one is completed."), EDITION),
    errors=("400", *OF_COMPUTING, *OF_EDITION),
)


def fiches_router(service: Service) -> APIRouter:
    """Return the routes of the list and of its files."""
    router = APIRouter(tags=["fiches"])

    @get(router, "/fiches", summary="Search fiches by words and facets", openapi_extra=LISTING)
    async def fiches(request: Request) -> Response:
        media_type = requested(request, OFFERS)
        edition = service.edition(request)
        if media_type != OFFERS["html"]:
            await refuse_unnamed(service, request, edition, selection_of(request, service.settings).facets)

        def told() -> Response:
            listing = find(service, request, edition.number)
            if media_type == OFFERS["html"]:
                return list_page(service, request, listing)
            return deliver(request, write_json(as_json(request, listing)), media_type, edition=edition.number)

        return await service.computing.run(request, told, kind="search")

    @get(router, "/fiches/suggestions", policy=ANSWER, summary="Complete a search", openapi_extra=SUGGESTIONS)
    async def suggestions(request: Request) -> Response:
        edition = service.edition(request)

        def told() -> Response:
            found = suggested(service, request, edition.number)
            return deliver(request, write_json(found), OFFERS["json"], edition=edition.number)

        return await service.computing.run(request, told, kind="search")

    for suffix in FILES:
        summary = f"The same selection, whole, as {suffix}"
        errors = ("400", *OF_COMPUTING, *OF_EDITION)
        asked = (*SELECTION, TABLEUR) if suffix == "csv" else SELECTION
        said = operation({MEDIA_TYPES[suffix]: {}}, parameters=asked, errors=errors)
        declare = get(router, f"/fiches.{suffix}", policy=ANSWER, summary=summary, openapi_extra=said)
        declare(whole_selection(service, suffix))
    return router


def whole_selection(service: Service, suffix: str) -> Any:
    """Return the handler of one of the selection's files."""

    async def selection_file(request: Request) -> Response:
        edition = service.edition(request)
        if unchanged := unchanged_file(request, edition):
            return unchanged
        selection = selection_of(request, service.settings)
        await refuse_unnamed(service, request, edition, selection.facets)
        made = service.computing.run(request, send_file, service, request, edition, selection, suffix, kind="file")
        return await made

    return selection_file
