"""The addresses of the feeds: `/feed/fiches.atom`, and `/feed/{facet}/{id}.atom` for a facet's value."""

from __future__ import annotations

from dataclasses import dataclass
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
from sparql_api.http.query_strings import bad
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import SAFE_IN_PATH, View
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.since import SINCE, since_edition, since_parameter
from sparql_api.pages.feeds.atom import MEDIA_TYPE, Feed, write_feed
from sparql_api.pages.feeds.entries import MOST, MOST_SINCE, FeedEntry, Tombstone, entries_of, tombstones
from sparql_api.pages.feeds.names import ALL, feed_name, value_of
from sparql_api.pages.feeds.recent import PROJECT, Recent, recent
from sparql_api.words.problems import ProblemError, problem

DESCRIBED: Final = operation(
    {MEDIA_TYPE: {}},
    parameters=(
        parameter("name", "`fiches`, or a facet and the id of one of its values, such as `academie/18`.", where="path"),
        since_parameter("what came, changed or went since, whole."),
        EDITION,
    ),
    errors=("400", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)


def feeds_router(service: Service) -> APIRouter:
    """Return the route of the feeds."""
    router = APIRouter(tags=["fiches"])

    @get(router, "/feed/{name:path}.atom", summary="The latest fiches, in Atom", openapi_extra=DESCRIBED)
    async def feed(request: Request) -> Response:
        edition, name = service.edition(request), request.path_params["name"]
        asked = since_edition(service, request)
        since = None if asked is None else asked.number
        value, found = await service.computing.run(request, feed_holds, service, request, edition, name, since)
        entries = await entries_of(service.reading(request), service.iris, edition.number, found.held)
        gone = [Tombstone(service.iris.entity(PROJECT, one), when) for one, when in found.gone]
        told = FeedHolds(value, entries, gone, since)
        data = await service.computing.run(request, feed_bytes, service, request, edition, told)
        headers = {"Content-Language": language(request)}
        return deliver(request, data, MEDIA_TYPE, edition=edition.number, headers=headers)

    return router


@dataclass(frozen=True)
class FeedHolds:
    """What a feed tells: of which value, since which edition, where it is asked; what is there, what went."""

    value: Value | None
    entries: list[FeedEntry]
    gone: list[Tombstone]
    since: int | None


def feed_holds(
    service: Service, request: Request, edition: Edition, name: str, since: int | None
) -> tuple[Value | None, Recent]:
    """Return the value whose fiches a feed tells, and what of them changed last, or since an edition.

    Raises ProblemError 404 where there is no such feed, 400 where more changed than it may tell.
    """
    index = service.index(edition)
    value = None if name == ALL else value_of(name, index, service.iris.base)
    if value is None and name != ALL:
        raise ProblemError(problem("not-found", path=request.url.path))
    editions = [one for one in service.editions.all() if one.number <= edition.number]
    most = MOST if since is None else MOST_SINCE + 1
    found = recent(editions, index, service.iris, value, since or 0, most)
    if since is not None and max(len(found.held), len(found.gone)) > MOST_SINCE:
        raise bad(SINCE, "too-much-since")
    return value, found


def feed_bytes(service: Service, request: Request, edition: Edition, told: FeedHolds) -> bytes:
    """Return a feed; what was erased is told by that of all fiches alone: nothing is left that says what it held."""
    value = told.value
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
    pages = [(entry, *addresses(entry, site, base)) for entry in told.entries]
    return write_feed(about, pages, tombs(service, edition, told))


def tombs(service: Service, edition: Edition, told: FeedHolds) -> list[Tombstone]:
    """Return what went, the latest first; what was erased since it was first said, where all fiches are told."""
    erased = [] if told.value else tombstones(edition, service.editions.all(), service.iris)
    if told.since is not None:
        went = {one.iri for one in told.gone}
        erased = [one for one in erased if one.iri in went]
    names = {one.iri for one in erased}
    found = [*erased, *(one for one in told.gone if one.iri not in names)]
    found.sort(key=lambda one: (one.when, one.iri), reverse=True)
    return found if told.since is not None else found[:MOST]


def addresses(entry: FeedEntry, site: str, base: str) -> tuple[str, str]:
    """Return the address of a fiche's page, and that of its data."""
    path = f"{site}/{entry.iri.removeprefix(base)}"
    return f"{path}.html", f"{path}.jsonld"
