"""How a thing, an answer, or an edition, is cited: its reference for reference managers, pinned to an edition."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.fiches.things import local_id
from sparql_api.formats.citations import FORMATS, key_of
from sparql_api.formats.negotiation import choose, language
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, format_parameter, operation, parameter
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.routing import get
from sparql_api.pages.cited.answers import ASKED, CITED, QUERY, QUESTION, answer_asked, answer_reference
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.service import Service
from sparql_api.pages.things.citation import THING, of_edition, reference

OFFERS: Final = {name: one.media_type for name, one in FORMATS.items()}
NAMES: Final = {media_type: name for name, media_type in OFFERS.items()}
DESCRIBED: Final = operation(
    {media_type: {} for media_type in OFFERS.values()},
    parameters=(
        parameter(THING, "The IRI of what is cited, or its path (projet/18-UR005); the edition itself without it."),
        *ASKED,
        *CITED,
        format_parameter(OFFERS),
        EDITION,
    ),
    errors=("400", "406", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)


def cite_router(service: Service) -> APIRouter:
    """Return the route of references."""
    router = APIRouter()

    @get(router, "/cite", summary="The reference of a thing, of an answer or of an edition", openapi_extra=DESCRIBED)
    async def cite(request: Request) -> Response:
        media_type = wanted_type(request)
        edition = service.edition(request)
        view = View(service, request, language(request), edition.number)
        base = service.iris.base
        path = request.query_params.get(THING, "").removeprefix(base).strip("/")
        asks = any(request.query_params.get(one) for one in (QUESTION, QUERY))
        if asks and not path:
            cited = await answer_reference(view, edition, answer_asked(service, request))
        else:
            cited = await reference(view, edition, path) if path else of_edition(view, edition)
        wanted = FORMATS[NAMES[media_type]]
        data = await service.computing.run(request, lambda: wanted.write(cited).encode())
        named = local_id(path) if path else key_of(cited.key) if asks else f"edition-{edition.number}"
        filename = f"{named}.{wanted.suffix}"
        return deliver(request, data, media_type, edition=edition.number, filename=filename)

    return router


def wanted_type(request: Request) -> str:
    """Return the format asked for by name, else one that the caller takes; BibTeX to who takes none of them."""
    if request.query_params.get("_format") or request.query_params.get("format"):
        return requested(request, OFFERS)
    refuse_unknown(request)
    return choose(request.headers.get("accept"), list(OFFERS.values())) or OFFERS["bibtex"]
