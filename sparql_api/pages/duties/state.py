"""The state of the service at this moment, as a page for people and as JSON for what watches it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import software_version
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.openapi import COUNT, NUMBER, TEXT, format_parameter, maybe, operation, structure
from sparql_api.http.policies import LIVE
from sparql_api.http.routing import get
from sparql_api.pages.common.layout import render
from sparql_api.pages.common.service import Service

OFFERS: Final = {"html": "text/html", "json": "application/json"}
_SAID: Final = structure(
    status={"type": "string", "enum": ["ok", "busy", "no-edition"]},
    edition=maybe(NUMBER),
    published=maybe(TEXT),
    quads=maybe(COUNT),
    redactions=COUNT,
    workers=COUNT,
    busy=COUNT,
    waiting=COUNT,
    twins={"type": "object"},
    software=TEXT,
)
STATE: Final = operation(
    {OFFERS["html"]: {}, OFFERS["json"]: _SAID}, parameters=(format_parameter(OFFERS),), errors=("406",), tagged=False
)


def state_router(service: Service) -> APIRouter:
    """Return the route of the service's state; unlike `/health` it is 200 without an edition, since it is a page."""
    router = APIRouter(tags=["service"])

    @get(router, "/etat", policy=LIVE, cheap=True, summary="The state of the service", openapi_extra=STATE)
    async def state(request: Request) -> Response:
        media_type, said = requested(request, OFFERS), state_of(service)
        if media_type == OFFERS["html"]:
            return render(service, request, "state.html", said, edition=said["edition"])
        return deliver(request, write_json(said), media_type, edition=said["edition"])

    return router


def state_of(service: Service) -> dict[str, Any]:
    """Return what can be said of the service: whether it answers, from which edition, how much it has to do."""
    number = service.engine.current_edition()
    edition = None if number is None else service.editions.get(number)
    load = service.load()
    return {
        "status": "no-edition" if edition is None else "busy" if load["waiting"] else "ok",
        "edition": None if edition is None else number,
        "published": None if edition is None else edition.manifest["date"],
        "quads": None if edition is None else edition.manifest["counts"]["quads"],
        "redactions": 0 if edition is None else len(edition.manifest.get("redactions", ())),
        **load,
        "twins": twins_of(service, number),
        "software": software_version(),
    }


def twins_of(service: Service, number: int | None) -> dict[str, Any]:
    """Return how many questions their twins answer in an edition, how many wait to be compared, which are refused."""
    known = service.columns if number is not None else None
    found = {} if known is None or number is None else known.standing(number)
    return {
        "answering": sum(1 for one in found.values() if one and one.outcome == "same"),
        "waiting": 0 if known is None or number is None else len(known.waiting(number)),
        "refused": {name: one.outcome for name, one in found.items() if one and one.outcome != "same"},
    }
