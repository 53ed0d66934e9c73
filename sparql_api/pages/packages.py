"""The packages that partners take alone, each at the address of its version.

Knows addresses; what is in a package is `packages`' business.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import OF_COMPUTING, operation, parameter
from sparql_api.http.policies import DOCUMENT
from sparql_api.http.routing import get
from sparql_api.packages.principles import NAME, VERSION, archive, package_files
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import ProblemError, problem

ZIP: Final = "application/zip"
PACKAGED: Final = operation(
    {ZIP: {}},
    parameters=(parameter("version", "Its number, such as 1.0.0.", where="path"),),
    errors=("404", *OF_COMPUTING),
)


def packages_router(service: Service) -> APIRouter:
    """Return the routes of the packages."""
    router = APIRouter(tags=["documents"])

    @get(
        router,
        f"/paquets/{NAME}/{{version}}.zip",
        policy=DOCUMENT,
        summary="Instruments, principles, dated provisions, alignments and shapes, to take alone",
        openapi_extra=PACKAGED,
    )
    async def principles(request: Request) -> Response:
        if request.path_params["version"] != VERSION:
            raise ProblemError(problem("not-found", path=request.url.path))
        data = await service.computing.run(request, lambda: archive(package_files()))
        return deliver(request, data, ZIP, filename=f"{NAME}-{VERSION}.zip")

    return router
