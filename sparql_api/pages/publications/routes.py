"""The addresses of what is published: the listing, each page, a module's cartridge and the part that others embed."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.formats.negotiation import language
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, operation, parameter
from sparql_api.http.policies import EMBED
from sparql_api.http.routing import get
from sparql_api.pages.common.layout import View, render, send_page, write_page
from sparql_api.pages.common.service import Service
from sparql_api.pages.publications.cartridge import LESSON, MEDIA_TYPE, CourseModule, CoursePage, cartridge
from sparql_api.pages.publications.told import KINDS, Published, listing_query, shown, told_of
from sparql_api.pages.publications.writing import opening, to_html
from sparql_api.pages.things.describe import describe
from sparql_api.pages.things.routes import elsewhere, refuse_gone
from sparql_api.pages.things.schema_org import in_page
from sparql_api.pages.things.stated import signposts
from sparql_api.words.i18n import collation

_MODULE: Final = parameter("module", "The identifier of a training module.", where="path")
CARTRIDGE: Final = operation(
    {MEDIA_TYPE: {}}, parameters=(_MODULE, EDITION), errors=(*OF_COMPUTING, *OF_EDITION, *OF_ENGINE)
)
SCOLOMFR: Final = ("modalite", "activite", "publicCible", "niveau")
"""The properties of a module whose values are concepts of ScoLOMFR."""


def publications_router(service: Service) -> APIRouter:
    """Return the routes of publications and modules."""
    router = APIRouter()
    pinned = {"parameters": [EDITION]}

    @get(router, "/publications", openapi_extra=pinned)
    async def listing(request: Request) -> Response:
        return await list_page(service, request)

    @get(router, "/publication/{publication}.html", openapi_extra=pinned)
    async def of_publication(request: Request, publication: str) -> Response:
        return await page(service, request, f"publication/{publication}")

    @get(router, "/module/{module}.html", openapi_extra=pinned)
    async def of_module(request: Request, module: str) -> Response:
        return await page(service, request, f"module/{module}")

    @get(router, "/embed/module/{module}", policy=EMBED, openapi_extra=pinned)
    async def embedded(request: Request, module: str) -> Response:
        return await page(service, request, f"module/{module}", template="module_embed.html")

    @get(router, "/module/{module}.imscc", summary="A training module as a Common Cartridge 1.1",
         openapi_extra=CARTRIDGE)  # fmt: skip
    async def package(request: Request) -> Response:
        return await cartridge_file(service, request, f"module/{request.path_params['module']}")

    return router


async def list_page(service: Service, request: Request) -> Response:
    """Return the page of all that is published, by kind, the newest first."""
    edition = service.edition(request)
    view = View(service, request, language(request), edition.number)
    reading = service.reading(request)
    rows = await reading.rows(listing_query(service.iris), edition.number)
    labels = await service.labels.of(reading, {row["document"].value for row in rows}, edition.number)
    groups: dict[str, list[dict[str, str]]] = {kind: [] for kind in KINDS}
    for row in rows:
        iri = row["document"].value
        date = row["date"].value if "date" in row else ""
        one = {"iri": iri, "title": view.pick(labels.get(iri) or {"fr": iri}), "date": date}
        groups[row["genre"].value.removeprefix(service.iris.term(""))].append(one)
    for found in groups.values():
        found.sort(key=lambda one: collation(one["title"]))
        found.sort(key=lambda one: one["date"], reverse=True)
    write = partial(render, service, request, "publications.html", {"groups": groups}, edition=edition.number)
    return await service.computing.run(request, write)


async def told_at(view: View, path: str) -> Published | None:
    """Return what the page's edition tells at a path; None where it says nothing of it, raises ProblemError 410."""
    service = view.service
    found = await describe(service.reading(view.request), service.iris, path, view.edition)
    if found is None:
        refuse_gone(service.edition(view.request), path)
        return None
    return await told_of(view, found)


async def page(service: Service, request: Request, path: str, template: str = "publication.html") -> Response:
    """Return the page of a publication or module, or the part of a module that another site shows."""
    edition = service.edition(request)
    view = View(service, request, language(request), edition.number)
    told = await told_at(view, path)
    if told is None:
        return elsewhere(request, request.scope["path"].lstrip("/"))

    def made() -> Response:
        context = shown(told) | {
            "written": [to_html(text, view.url) for text in told.texts("dct:description")],
            "steps": [to_html(text, view.url, 2) for text in told.phases],
            "linked_data": in_page(told.found, told.reader.labels, service.iris),
        }
        if template != "publication.html":
            return send_page(request, write_page(view, template, context), view, policy=EMBED)
        signs = signposts(view, told.found, edition)
        return send_page(request, write_page(view, template, context), view, headers=signs)

    return await service.computing.run(request, made)


async def cartridge_file(service: Service, request: Request, path: str) -> Response:
    """Return a module as a cartridge in the reader's language."""
    edition = service.edition(request)
    view = View(service, request, language(request), edition.number)
    told = await told_at(view, path)
    if told is None:
        return elsewhere(request, request.scope["path"].lstrip("/"))
    data = await service.computing.run(request, lambda: cartridge(module_of(view, told)), kind="file")
    name = f"{path.partition('/')[2]}-{view.language}.imscc"
    headers = {"Content-Language": view.language}
    return deliver(request, data, MEDIA_TYPE, edition=edition.number, filename=name, headers=headers)


def module_of(view: View, told: Published) -> CourseModule:
    """Return a module as its cartridge takes it: addresses are permanent, so that they hold where it is imported."""
    context = shown(told)

    def here(path: str) -> str:
        return view.service.iris.base + path.removeprefix("/")

    def written(name: str, title: str, **more: Any) -> CoursePage:
        own = {"heading": title, "body": "", "presented": False, **more}
        html = write_page(view, "cartridge_page.html", context | own)
        return CoursePage(name, title, html.decode())

    steps = [
        written(f"contenu/etape-{n}.html", view.t("module.step", n=n), body=to_html(text, here))
        for n, text in enumerate(told.phases, 1)
    ]
    concepts = {iri: told.reader.label(iri) for term in SCOLOMFR for iri in told.things(term)}
    return CourseModule(
        identifier=told.found.path(view.service.iris).partition("/")[2],
        iri=told.iri,
        language=view.language,
        title=context["title"],
        summary=opening(context["lead"]),
        keywords=told.texts("dcat:keyword"),
        author=", ".join(one.text for one in context["authors"]),
        date=context["date"],
        licence=view.t("footer.licence"),
        length=context["length"],
        pages=[written("contenu/presentation.html", view.t("module.presentation"), presented=True), *steps],
        links=[(fiche.title, fiche.iri) for fiche in told.fiches],
        links_title=view.t("module.fiches"),
        concepts={LESSON: view.t("module.kind")} | concepts,
    )
