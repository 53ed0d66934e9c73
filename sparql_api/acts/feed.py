"""`/deposits/feed`: what waits, came back, was published of what an agent may read, in Atom; by token or by session."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Forbidden, Happened, Registry, listed_as, standing
from ontologie import Language, sentence
from sparql_api.acts.agents import Doors
from sparql_api.acts.openapi import FEED
from sparql_api.formats.negotiation import language
from sparql_api.formats.xml_text import Element, element, xml_document
from sparql_api.http.delivery import deliver
from sparql_api.http.policies import ACT
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.service import Service
from sparql_api.pages.feeds.atom import ATOM, MEDIA_TYPE

MOST: Final = 50
"""Documents that a feed tells of, those of which something happened last."""


def deposits_feed_router(service: Service, doors: Doors) -> APIRouter:
    """Return the route of the feed, which stands before those of single deposits."""
    router = APIRouter(tags=["deposits"])

    @get(router, "/deposits/feed", policy=ACT, **FEED)
    async def feed(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        async def answer() -> Response:
            lang, base, site = language(request), service.settings.base_iri, site_of(request)
            data = await doors.run(request, _feed, agent, lang, base, site)
            return deliver(request, data, MEDIA_TYPE, headers={"Content-Language": lang})

        return await service.computing.answer(request, answer)

    return router


def _feed(registry: Registry, agent: Agent, lang: Language, base: str, site: str) -> bytes:
    """Return the feed of an agent. Raises Forbidden."""
    acting = registry.accounts.known(agent.name)
    if why := standing(acting, "read"):
        raise Forbidden(why, acting, "read")
    told = registry.events.happened(acting, MOST)
    own = f"{site}/deposits/feed"
    return xml_document(element(
        "feed",
        element("id", f"{base}deposits/feed"),
        element("title", sentence("relecture", "feed-title", lang, agent=agent.name)),
        element("updated", max((one.at for one in told), default="1970-01-01T00:00:00Z")),
        element("author", element("name", agent.name)),
        element("link", rel="self", type=MEDIA_TYPE, href=own),
        *(_entry(registry, one, lang, base, site) for one in told),
        xmlns=ATOM, xml_lang=lang,
    ))  # fmt: skip


def _entry(registry: Registry, one: Happened, lang: Language, base: str, site: str) -> Element:
    """Return what happened to a document; its reasons are read where it is reviewed."""
    name = f"{one.kind}/{one.identifier}"
    listed = listed_as(registry.get(one.kind, one.identifier), one.at, lang)
    title = sentence("relecture", f"feed-{one.event}", lang, title=listed["title"] or name, version=one.version)
    return element(
        "entry",
        element("id", f"{base}{name}"),
        element("title", title, type="text"),
        element("updated", one.at),
        element("link", rel="alternate", type="application/json", href=f"{site}/reviews/{name}"),
    )
