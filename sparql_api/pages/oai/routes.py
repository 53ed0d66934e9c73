"""The address of OAI-PMH: `/oai`, by GET and by POST (section 3.1.1 of the protocol)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.formats.negotiation import language
from sparql_api.http.bodies import media_type, read_body, unsupported
from sparql_api.http.delivery import deliver
from sparql_api.http.policies import LIVE
from sparql_api.http.query_strings import decode
from sparql_api.http.routing import BOUNDED, get, post
from sparql_api.http.site import site_of
from sparql_api.pages.common.service import Service
from sparql_api.pages.oai.answers import Repository, answered
from sparql_api.pages.oai.records import Harvest, harvest_of
from sparql_api.words.problems import problem

PATH: Final = "/oai"
XML: Final = "text/xml"
LONGEST: Final = 16 << 10
"""Bytes of the body of a request."""
FORM: Final = "application/x-www-form-urlencoded"
NOBODY: Final = "nobody@invalid"
"""The address of who keeps the service where its settings name none: the protocol asks for one."""


def oai_router(service: Service) -> APIRouter:
    """Return the routes of the protocol."""
    router = APIRouter()

    @get(router, PATH, policy=LIVE, openapi_extra={"parameters": []})
    async def harvested(request: Request) -> Response:
        return await send(service, request, decode(request.scope["query_string"]))

    async def posted(request: Request) -> Response:
        body = await read_body(request, LONGEST, problem("body-too-long", limit=LONGEST >> 10))
        if media_type(request) != FORM:
            raise unsupported(request, (FORM,))
        given = decode(body)
        return await service.computing.answer(request, lambda: send(service, request, given))

    setattr(posted, BOUNDED, True)
    post(router, PATH, policy=LIVE, opened="GET, HEAD, OPTIONS, POST", include_in_schema=False)(posted)
    return router


async def send(service: Service, request: Request, given: Sequence[tuple[str, str]]) -> Response:
    """Return the answer of the protocol, from the current edition or that of a token."""
    edition = service.edition(request)

    def harvest_at(number: int) -> Harvest | None:
        one = None if service.editions.is_gone(number) else service.editions.get(number)
        return None if one is None else harvest_of(service.editions, service.iris, one, service.index(one))

    _, _, address = service.settings.notices.contact.rpartition("mailto:")
    contact = address if "@" in address else NOBODY
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    repository = Repository(service.iris, edition.number, harvest_at, site_of(request), contact, language(request), now)
    data = await service.computing.run(request, answered, repository, given)
    return deliver(request, data, XML, edition=edition.number)
