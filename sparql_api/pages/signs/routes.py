"""The address of TimeMaps: `/timemap/{kind}/{id}` (RFC 7089, section 5)."""

from __future__ import annotations

from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ontologie import document_types
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, operation, parameter
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.service import Service
from sparql_api.pages.signs.mementos import LINK_FORMAT, Memento, mementos_of, time_map
from sparql_api.words.problems import ProblemError, problem

TIMEMAP: Final = "/timemap/{kind}/{rest:path}"
_PATH: Final = [
    parameter("kind", "The kind of a thing, as its address names it.", where="path"),
    parameter("rest", "The rest of its address.", where="path"),
]
DESCRIBED: Final = operation(
    {LINK_FORMAT: {}}, parameters=(*_PATH, EDITION), errors=(*OF_COMPUTING, *OF_EDITION, *OF_ENGINE)
)


def signs_router(service: Service) -> APIRouter:
    """Return the route of TimeMaps."""
    router = APIRouter(tags=["editions"])

    @get(router, TIMEMAP, summary="The mementos of a thing", openapi_extra=DESCRIBED)
    async def listed(request: Request) -> Response:
        edition, path = service.edition(request), request.url.path.removeprefix("/timemap/")
        if path in edition.manifest.get("erased", ()):
            raise ProblemError(problem("erased", document=path))
        found = await mementos(service, request, path, edition.number)
        if not found:
            raise ProblemError(problem("not-found", path=request.url.path))
        original = f"{site_of(request)}/{path}"
        links = ",\n".join(time_map(found, original, f"{site_of(request)}/timemap/{path}"))
        return deliver(request, f"{links}\n".encode(), LINK_FORMAT, edition=edition.number)

    return router


async def mementos(service: Service, request: Request, path: str, number: int) -> list[Memento]:
    """Return the mementos of the thing at a path up to an edition; none where that never held it."""
    of_path = partial(mementos_of, service.editions, service.iris, path, number)
    if path.partition("/")[0] in document_types():
        found = await service.computing.run(request, of_path, True)
        if found:
            return found
    iri = service.iris.base + path
    text = f"ASK {{ GRAPH ?g {{ <{iri}> ?p ?o }} }}"
    if not is_safe(iri) or not (await service.reading(request).answer(text, number)).json()["boolean"]:
        return []
    return await service.computing.run(request, of_path, False)
