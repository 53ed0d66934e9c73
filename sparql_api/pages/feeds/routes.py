"""The addresses of the feeds: `/feed/fiches.atom`, and `/feed/{facet}/{id}.atom` for a facet's value."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from sparql_api.description.licences import licences_of
from sparql_api.fiches.search import Value
from sparql_api.formats.negotiation import language
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, operation, parameter
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import SAFE_IN_PATH, View
from sparql_api.pages.common.service import Service
from sparql_api.pages.feeds.atom import MEDIA_TYPE, Feed, write_feed
from sparql_api.pages.feeds.entries import FeedEntry, latest, tombstones
from sparql_api.pages.feeds.names import ALL, feed_name, value_of
from sparql_api.words.problems import ProblemError, problem

DESCRIBED: Final = operation(
    {MEDIA_TYPE: {}},
    parameters=(
        parameter("name", "`fiches`, or a facet and the id of one of its values, such as `academie/18`.", where="path"),
        EDITION,
    ),
    errors=(*OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)


def feeds_router(service: Service) -> APIRouter:
    """Return the route of the feeds."""
    router = APIRouter(tags=["fiches"])

    @get(router, "/feed/{name:path}.atom", summary="The latest fiches, in Atom", openapi_extra=DESCRIBED)
    async def feed(request: Request) -> Response:
        edition, name = service.edition(request), request.path_params["name"]
        value = None
        if name != ALL:
            value = await service.computing.run(request, feed_value, service, edition, name, request.url.path)
        entries = await latest(service.reading(request), service.iris, edition.number, value)
        data = await service.computing.run(request, feed_bytes, service, request, edition, value, entries)
        headers = {"Content-Language": language(request)}
        return deliver(request, data, MEDIA_TYPE, edition=edition.number, headers=headers)

    return router


def feed_value(service: Service, edition: Edition, name: str, asked: str) -> Value:
    """Return the value whose fiches a feed tells; raises ProblemError 404 where there is no such feed."""
    found = value_of(name, service.index(edition), service.iris.base)
    if found is None:
        raise ProblemError(problem("not-found", path=asked))
    return found


def feed_bytes(
    service: Service, request: Request, edition: Edition, value: Value | None, entries: list[FeedEntry]
) -> bytes:
    """Return a feed; what was erased is told by that of all fiches alone: nothing is left that says what it held."""
    view, site = View(service, request, language(request), edition.number), site_of(request)
    base = service.iris.base
    name = ALL if value is None else feed_name(value, base)
    shown = "" if value is None else value.label(view.language)
    about = Feed(
        iri=f"{base}feed/{quote(name, safe=SAFE_IN_PATH)}",
        title=view.t("feed.all") if value is None else view.t(f"feed.{value.facet}", name=shown),
        subtitle=view.t("feed.subtitle", number=edition.number),
        language=view.language,
        author=service.settings.notices.publisher or view.t("site.short"),
        updated=edition.manifest["date"],
        own=site + view.feed(name),
        page=site + "/fiches" + ("" if value is None else "?" + urlencode({value.facet: value.iri.removeprefix(base)})),
        licences=licences_of(edition).of("documents"),
    )
    gone = tombstones(edition, service.editions.all(), service.iris) if value is None else []
    pages = [(entry, *addresses(entry, site, base)) for entry in entries]
    return write_feed(about, pages, gone)


def addresses(entry: FeedEntry, site: str, base: str) -> tuple[str, str]:
    """Return the address of a fiche's page, and that of its data."""
    path = f"{site}/{entry.iri.removeprefix(base)}"
    return f"{path}.html", f"{path}.jsonld"
