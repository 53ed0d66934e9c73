"""The packages that partners take alone, each at the address of its version.

Knows addresses; what is in a package is `packages`' business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


class MadeOnce:
    """Bytes made at the first request, in a thread of their own, for all who ask; who leaves or is late ends nothing.

    It does not stand in the line of what computes: each request there would make the whole again, up to its deadline.
    """

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._thread = ThreadPoolExecutor(1, "package")
        self._making: asyncio.Future[bytes] | None = None

    async def bytes(self) -> bytes:
        """Return them, waiting for the making that is under way; raises what making raises, and then tries again."""
        failed = self._making is not None and self._making.done() and self._making.exception() is not None
        if self._making is None or failed:
            self._making = asyncio.get_running_loop().run_in_executor(self._thread, self._make)
        return await asyncio.shield(self._making)


def packages_router(service: Service) -> APIRouter:
    """Return the routes of the packages."""
    router = APIRouter(tags=["documents"])
    made = MadeOnce(lambda: archive(package_files()))

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
        data = await made.bytes()
        return deliver(request, data, ZIP, filename=f"{NAME}-{VERSION}.zip")

    return router
