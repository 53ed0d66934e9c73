"""What no project has addressed yet, as a page: the rows of a saved question by kind, each a link. Counts nothing."""

from __future__ import annotations

from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.formats.negotiation import language
from sparql_api.http.openapi import EDITION
from sparql_api.http.routing import get
from sparql_api.pages.common.asked import spoken
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.words.i18n import collation

QUESTION: Final = "ce-qui-manque"
KINDS: Final = ("academie", "niveau", "discipline", "principe")
"""What may lack, in the order in which it is told."""
RANKED: Final = frozenset({"niveau"})
"""What the question lists in an order of its own; the rest stands in that of the alphabet."""


def missing_router(service: Service) -> APIRouter:
    """Return the route of what is missing."""
    router = APIRouter()
    question = catalogue(service.iris.base)[QUESTION]

    @get(router, "/manques", openapi_extra={"parameters": [EDITION]})
    async def page(request: Request) -> Response:
        edition = service.edition(request)
        view = View(service, request, language(request), edition.number)
        text = bound(question, spoken(view, question, {}), service.iris)
        found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
        for row in await service.reading(request).rows(text, edition.number):
            found[row["genre"].value].append((view.href(row["manque"].value), row["libelle"].value))
        for kind, named in found.items():
            if kind not in RANKED:
                named.sort(key=lambda pair: collation(pair[1]))
        context = {"found": found, "question": question}
        write = partial(render, service, request, "missing.html", context, edition=edition.number)
        return await service.computing.run(request, write)

    return router
