"""The notices of the site: legal, privacy, accessibility; and the page by which one tells of a fault in another.

Knows which facts of the deployment each notice states, and says which are not filled in; sends and stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.description.statements import LICENCE
from sparql_api.formats.negotiation import language
from sparql_api.http.openapi import parameter
from sparql_api.http.routing import Handler, get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import ADDRESS_LENGTH, View, render
from sparql_api.pages.common.service import Service
from sparql_api.settings import NoticeSettings

PAGE: Final = parameter("page", "The address of the page in which something is wrong.")
DATA_PROTECTION_AUTHORITY: Final = "https://www.cnil.fr/fr/plaintes"
RIGHTS_DEFENDER: Final = "https://formulaire.defenseurdesdroits.fr/"


@dataclass(frozen=True)
class Fact:
    """Something that a notice states, under a name of `pages.csv`: a text, or an address to go to."""

    name: str
    text: str = ""
    address: str = ""

    @property
    def missing(self) -> bool:
        """Return whether the deployment has not said it."""
        return not (self.text or self.address)


@dataclass(frozen=True)
class Clause:
    """A part of a notice: its name in `pages.csv`, how many paragraphs stand there, the facts below them."""

    name: str
    paragraphs: int
    facts: Sequence[Fact] = ()


Sections = tuple[Clause, ...]


def notices_router(service: Service) -> APIRouter:
    """Return the routes of the notices."""
    router = APIRouter()
    for path, name, sections in (
        ("/mentions-legales", "legal", legal),
        ("/confidentialite", "privacy", privacy),
        ("/accessibilite", "accessibility", accessibility),
    ):
        get(router, path, cheap=True)(notice(service, name, sections))

    @get(router, "/signaler", cheap=True, openapi_extra={"parameters": [PAGE]})
    async def report(request: Request) -> Response:
        edition = service.engine.current_edition()
        view = View(service, request, language(request), edition)
        page = own_page(request.query_params.get("page", ""))
        destination = addressed(service.settings.notices.report, view, page)
        context = {"page": page, "destination": destination}
        return render(service, request, "report.html", context, edition=edition)

    return router


def notice(service: Service, name: str, sections: Callable[[Service], Sections]) -> Handler:
    """Return the handler of one notice."""

    async def send(request: Request) -> Response:
        told = sections(service)
        missing = sum(fact.missing for section in told for fact in section.facts)
        audited = name == "accessibility" and service.settings.notices.audit
        lead = "accessibility.audited" if audited else f"{name}.lead"
        context = {"name": name, "lead": lead, "sections": told, "missing": missing}
        return render(service, request, "notice.html", context, edition=service.engine.current_edition())

    return send


def legal(service: Service) -> Sections:
    """Return the legal notice (loi n° 2004-575 du 21 juin 2004, article 1-1)."""
    notices = service.settings.notices
    return (
        Clause("legal.publisher", 0, (published(notices), Fact("director", notices.director), reached(notices))),
        Clause("legal.host", 0, (Fact("host", notices.host),)),
        Clause("legal.reuse", 2, (Fact("licence", address=LICENCE),)),
        Clause("legal.content", 1),
    )


def privacy(service: Service) -> Sections:
    """Return the privacy notice (règlement (UE) 2016/679, articles 12 à 14)."""
    notices = service.settings.notices
    asked = Fact("data_protection", address=notices.data_protection)
    return (
        Clause("privacy.visits", 3),
        Clause("privacy.projects", 2),
        Clause("privacy.depositors", 1),
        Clause("privacy.rights", 1, (published(notices), asked, Fact("authority", address=DATA_PROTECTION_AUTHORITY))),
    )


def accessibility(service: Service) -> Sections:
    """Return the accessibility statement (décret n° 2019-768): what was shown, what was not tried."""
    notices = service.settings.notices
    audit = (Fact("audit", address=notices.audit),) if notices.audit else ()
    return (
        Clause("accessibility.state", 1, audit),
        Clause("accessibility.shown", 4),
        Clause("accessibility.untried", 1),
        Clause("accessibility.remedies", 1, (reached(notices), Fact("rights_defender", address=RIGHTS_DEFENDER))),
    )


def published(notices: NoticeSettings) -> Fact:
    """Return who publishes the site."""
    return Fact("publisher", notices.publisher)


def reached(notices: NoticeSettings) -> Fact:
    """Return where the publisher is reached."""
    return Fact("contact", address=notices.contact)


def own_page(text: str) -> str:
    """Return the address of a page of this site, nothing where a text is none: whoever follows it stays here."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if inside and len(text) <= 2 * ADDRESS_LENGTH else ""


def addressed(destination: str, view: View, page: str) -> str:
    """Return where a fault is told; a message has its subject, and the address of the page in its body."""
    if not destination.startswith("mailto:"):
        return destination
    shown = site_of(view.request) + page if page else ""
    body = view.t("report.body", page=shown, number=view.edition or 0)
    return f"{destination}?subject={quote(view.t('report.subject'))}&body={quote(body)}"
