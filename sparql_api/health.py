"""`/health`: whether the service can answer, and from which edition; and `/openapi.json`, the API described."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.delivery import deliver
from sparql_api.openapi import COUNT, NUMBER, TEXT, maybe, operation, structure
from sparql_api.problems import CORS
from sparql_api.rdf_formats import write_json
from sparql_api.routing import get
from sparql_api.service import Service

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

    @get(router, "/health", cheap=True, summary="Whether the service can answer", openapi_extra=HEALTH)
    async def health(request: Request) -> Response:
        number = service.engine.current_edition()
        edition = None if number is None else service.editions.get(number)
        status = service.engine.status()
        said = {
            "status": "ok" if edition else "no-edition",
            "edition": number,
            "quads": edition.manifest["counts"]["quads"] if edition else None,
            "workers": status.workers,
            "busy": status.busy,
            "waiting": status.waiting,
            "isolation": status.isolation,
        }
        headers = {"Cache-Control": "no-store"} | ({"Observatoire-Edition": str(number)} if edition else {})
        return Response(json.dumps(said) + "\n", 200 if edition else 503, headers, "application/json")

    @get(router, "/openapi.json", openapi_extra=operation({"application/json": {}}))
    async def described(request: Request) -> Response:
        return deliver(request, write_json(request.app.openapi()), "application/json", headers=CORS)

    return router
