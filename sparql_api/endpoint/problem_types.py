"""Where the `type` of every problem document leads: what the problem is, in both languages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import operation
from sparql_api.http.policies import DOCUMENT
from sparql_api.http.routing import get
from sparql_api.words.problems import Problem, ProblemError, catalogue


def problems_router(base: str) -> APIRouter:
    """Return the route of the types of problems, which are named under a base IRI."""
    router = APIRouter()

    @get(router, "/problems/{name}", policy=DOCUMENT, cheap=True, openapi_extra=operation({"application/json": {}}))
    async def read(request: Request) -> Response:
        name = request.path_params["name"]
        known = catalogue().get(name)
        if known is None:
            raise ProblemError(Problem("not-found", {"path": request.url.path}))
        said = {"type": f"{base}problems/{name}", **known}
        return deliver(request, write_json(said), "application/json")

    return router
