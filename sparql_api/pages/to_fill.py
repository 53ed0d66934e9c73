"""What depositors fill in, as files: the tables of projects and of frameworks, a framework in SKOS, matches in SSSOM.

Knows addresses and formats; what is in a file is `ingestion`'s.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import files_to_fill
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import MEDIA_TYPES as RDF
from sparql_api.formats.tables import XLSX
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import OF_COMPUTING, operation, parameter
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.policies import DOCUMENT
from sparql_api.http.routing import get
from sparql_api.pages.common.service import Service
from sparql_api.pages.documents import LICENSED
from sparql_api.words.problems import ProblemError, problem

MEDIA_TYPES: Final = {
    "xlsx": XLSX,
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": RDF["ttl"],
    "json": "application/json",
}
GIVEN: Final = operation(
    {media_type: {} for media_type in MEDIA_TYPES.values()},
    parameters=(
        parameter("name", "projet, instrument or linkset, and a format: instrument.xlsx.", where="path"),
    ),
    errors=("404", *OF_COMPUTING),
)  # fmt: skip


def to_fill_router(service: Service) -> APIRouter:
    """Return the route of the files to fill in."""
    router = APIRouter(tags=["documents"])

    @get(
        router,
        "/gabarits/{name}",
        policy=DOCUMENT,
        summary="A table, a framework or a set of matches to fill in, with its example",
        openapi_extra=GIVEN,
    )
    async def to_fill(request: Request) -> Response:
        refuse_unknown(request)
        name = request.path_params["name"]
        make = files_to_fill().get(name)
        if make is None:
            raise ProblemError(problem("not-found", path=request.url.path))
        data = await service.computing.run(request, make, language(request), kind="file")
        return deliver(request, data, MEDIA_TYPES[name.rpartition(".")[2]], filename=name, headers=LICENSED)

    return router
