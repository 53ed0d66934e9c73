"""The list of fiches over HTTP: words, facets and pages, as JSON or HTML, and whole selections as files.

Knows parameters and formats; the search itself is `fiches_search`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.delivery import deliver, requested
from sparql_api.fiches.search import FACET_NAMES, FicheIndex, Found, Selection, Value
from sparql_api.openapi import (
    COUNT,
    EDITION,
    NUMBER,
    OF_EDITION,
    TEXT,
    TEXTS,
    format_parameter,
    maybe,
    operation,
    parameter,
    several,
    structure,
)
from sparql_api.pages.fiches_files import FILES, MEDIA_TYPES, send_file
from sparql_api.pages.fiches_page import list_page
from sparql_api.problems import ProblemError, problem
from sparql_api.rdf_formats import write_json
from sparql_api.routing import get
from sparql_api.service import Service
from sparql_api.texts import Text

OFFERS: Final = {"json": "application/json", "html": "text/html"}
PER_PAGE: Final = 20
MOST_PER_PAGE: Final = 500

SELECTION: Final = (
    parameter("q", "Words, all of which a fiche must hold."),
    *(
        parameter(name, "An id, an IRI or a label; repeated, one of them must fit.", several(TEXT))
        for name in FACET_NAMES
    ),
    EDITION,
)
_VALUE: Final = structure(iri=TEXT, id=TEXT, label=TEXTS)
_ITEM: Final = structure(iri=TEXT, id=TEXT, titre=TEXT, **{name: several(_VALUE) for name in FACET_NAMES})
_COUNTED: Final = structure(iri=TEXT, id=TEXT, label=TEXTS, count=NUMBER)
_PAGE: Final = structure(
    total=COUNT,
    edition=NUMBER,
    page=NUMBER,
    per_page=NUMBER,
    next=maybe(TEXT),
    unknown=several(structure(facet=TEXT, value=TEXT)),
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
    errors=("400", "406", *OF_EDITION),
)


def fiches_router(service: Service) -> APIRouter:
    """Return the routes of the list and of its files."""
    router = APIRouter(tags=["fiches"])

    @get(router, "/fiches", summary="Search fiches by words and facets", openapi_extra=LISTING)
    async def fiches(request: Request) -> Response:
        media_type = requested(request, OFFERS)
        edition = service.edition(request)
        listing = await run_in_threadpool(find, service, request, edition.number)
        if media_type == OFFERS["html"]:
            return list_page(service, request, listing)
        return deliver(request, write_json(as_json(request, listing)), media_type, edition=edition.number)

    for suffix in FILES:
        summary = f"The same selection, whole, as {suffix}"
        said = operation({MEDIA_TYPES[suffix]: {}}, parameters=SELECTION, errors=OF_EDITION, tagged=False)
        get(router, f"/fiches.{suffix}", summary=summary, openapi_extra=said)(whole_selection(service, suffix))
    return router


def whole_selection(service: Service, suffix: str) -> Any:
    """Return the handler of one of the selection's files."""

    async def selection_file(request: Request) -> Response:
        edition = service.edition(request)
        return await run_in_threadpool(send_file, service, request, edition, selection_of(request), suffix)

    return selection_file


@dataclass(frozen=True)
class Listing:
    """One page of a list: what was asked, what was found, which part of it is shown."""

    edition: int
    index: FicheIndex
    selection: Selection
    found: Found
    page: int
    per_page: int
    items: Sequence[Mapping[str, Any]]

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.found.total // self.per_page))


def find(service: Service, request: Request, edition: int) -> Listing:
    """Return the page of the list that a request asks for; raises ProblemError 400 for a bad number."""
    page = whole_number(request, "page", 1, 1_000_000)
    per_page = whole_number(request, "per_page", PER_PAGE, MOST_PER_PAGE)
    index = service.index(service.edition_number(edition))
    selection = selection_of(request)
    found = index.select(selection)
    shown = found.numbers[(page - 1) * per_page : page * per_page]
    items = [complete(item, index) for item in index.items(shown)]
    return Listing(edition, index, selection, found, page, per_page, items)


def selection_of(request: Request) -> Selection:
    """Return the words and the facets that a request asks for."""
    asked = request.query_params
    return Selection(asked.get("q", ""), {name: tuple(asked.getlist(name)) for name in FACET_NAMES})


def whole_number(request: Request, name: str, default: int, most: int) -> int:
    """Return a parameter that is a number from 1 to `most`; raises ProblemError 400 where it is none."""
    text = request.query_params.get(name) or str(default)
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    reason = Text(fr=f"attend un nombre entre 1 et {most}", en=f"takes a number from 1 to {most}")
    raise ProblemError(problem("parameter", parameter=name, reason=reason, extra={"parameter": name}))


def complete(item: Mapping[str, Any], index: FicheIndex) -> dict[str, Any]:
    """Return an item of the list with the id and the labels of its facets' values."""
    values = {name: [value_json(index.value(name, iri), iri) for iri in item[name]] for name in FACET_NAMES}
    return {**item, **values}


def value_json(value: Value | None, iri: str) -> dict[str, Any]:
    """Return a facet's value for JSON."""
    if value is None:
        return {"iri": iri, "id": iri, "label": {}}
    return {"iri": value.iri, "id": value.id, "label": dict(value.labels)}


def as_json(request: Request, listing: Listing) -> dict[str, Any]:
    """Return the list as JSON: total, items, facets, next (an address, or null on the last page)."""
    found = listing.found
    return {
        "total": found.total,
        "edition": listing.edition,
        "page": listing.page,
        "per_page": listing.per_page,
        "next": next_address(request, listing) if listing.page < listing.pages else None,
        "unknown": [{"facet": facet, "value": text} for facet, text in found.unknown],
        "items": listing.items,
        "facets": {
            name: [{**value_json(value, value.iri), "count": count} for value, count in counts]
            for name, counts in found.counts.items()
        },
    }


def next_address(request: Request, listing: Listing) -> str:
    """Return the address of the next page of the same list in the same edition."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("page", "edition")]
    query = urlencode([*kept, ("page", str(listing.page + 1)), ("edition", str(listing.edition))])
    return f"{str(request.base_url).rstrip('/')}/fiches?{query}"
