"""`/health`: whether the service can answer, and from which edition; and `/openapi.json`, the API described."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import COUNT, NUMBER, TEXT, maybe, operation, structure
from sparql_api.http.policies import DOCUMENT, LIVE
from sparql_api.http.routing import get
from sparql_api.pages.common.service import Service

_SAID: Final = structure(
    status={"type": "string", "enum": ["ok", "no-edition"]},
    edition=maybe(NUMBER),
    quads=maybe(COUNT),
    workers=COUNT,
    busy=COUNT,
    waiting=COUNT,
    isolation=TEXT,
)
HEALTH: Final[dict[str, Any]] = operation({"application/json": _SAID}, tagged=False)
HEALTH["responses"]["503"] = {
    "description": "Nothing is published.",
    "content": {"application/json": {"schema": _SAID}},
}


def health_router(service: Service) -> APIRouter:
    """Return the route of the service's health."""
    router = APIRouter(tags=["service"])

    @get(router, "/health", policy=LIVE, cheap=True, summary="Whether the service can answer", openapi_extra=HEALTH)
    async def health(request: Request) -> Response:
        number = service.engine.current_edition()
        edition = None if number is None else service.editions.get(number)
        said = {
            "status": "ok" if edition else "no-edition",
            "edition": number,
            "quads": edition.manifest["counts"]["quads"] if edition else None,
            **service.load(),
            "isolation": service.engine.status().isolation,
        }
        data, status = json.dumps(said).encode() + b"\n", 200 if edition else 503
        return deliver(request, data, "application/json", status=status, edition=number if edition else None)

    @get(router, "/openapi.json", policy=DOCUMENT, cheap=True, openapi_extra=operation({"application/json": {}}))
    async def described(request: Request) -> Response:
        return deliver(request, write_json(request.app.openapi()), "application/json")

    return router
