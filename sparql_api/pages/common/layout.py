"""Turns what a page says into HTML: templates, links that keep the edition and the language, escaping.

Knows how the pages are put together; not what they show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response

from ontologie import LANGUAGES, Language, html_templates, leads_out
from sparql_api.formats.negotiation import language
from sparql_api.http.delivery import deliver
from sparql_api.http.parameters import CARRIED, NAME_LENGTH, nearest, unknown_of
from sparql_api.http.policies import Policy
from sparql_api.http.site import site_of
from sparql_api.pages.common.service import Service
from sparql_api.words import i18n
from sparql_api.words.problems import Problem

NOTICES: Final = b"<!-- notices -->"
"""Where a page says what is of this request alone; a kept page serves every request."""
ADDRESSES: Final = b"<!-- addresses -->"
"""Where a page says its own addresses: they name the host that was asked, which a kept page does not know."""
SHOWN_ALIKE: Final = {"edition": None, "format": None, "_format": None}
"""Parameters that make no other page of an address: what is looked for and found is the page of the current edition."""
ADDRESS_LENGTH: Final = 600
"""Characters of the address of a page that is told of where it has a fault; a longer one is told by its path."""
SAFE_IN_PATH: Final = "/:@!$&'()*+,;=~-._%"


@dataclass(frozen=True)
class View:
    """One page being made: its language, its edition, and how it links to others."""

    service: Service
    request: Request
    language: Language
    edition: int | None

    def t(self, key: str, **values: object) -> str:
        """Return a text of the pages in the page's language."""
        return i18n.message(key, self.language, **values)

    def number(self, value: int) -> str:
        """Return a whole number as the language writes it."""
        return i18n.number(value, self.language)

    def decimal(self, text: str) -> str:
        """Return a decimal number as the language writes it."""
        return i18n.decimal(text, self.language)

    def date(self, text: str) -> str:
        """Return a date as the language writes it."""
        return i18n.date(text, self.language)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Return the text in the page's language, or the one there is."""
        return i18n.spaced(texts.get(self.language) or next(iter(texts.values()), ""), self.language)

    def url(self, path: str, parameters: Mapping[str, Any] | None = None, fragment: str = "") -> str:
        """Return the address of a page of the service, with the edition and the language taken along."""
        asked = self.request.query_params
        carried = {name: asked[name] for name in CARRIED if name in asked}
        given = {name: value for name, value in (parameters or {}).items() if value not in (None, "", [], ())}
        query = urlencode({**carried, **given}, doseq=True)
        ending = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
        return quote(path, safe=SAFE_IN_PATH) + ending

    def here(self, **changes: str | None) -> str:
        """Return this page's address with some parameters changed, or left out where None."""
        left = {*changes, *unknown_of(self.request)}
        pairs = [(k, v) for k, v in self.request.query_params.multi_items() if k not in left]
        pairs += [(name, value) for name, value in changes.items() if value is not None]
        query = urlencode(pairs)
        return quote(self.request.scope["path"], safe="/:@!$&'()*+,;=~-._") + (f"?{query}" if query else "")

    def report(self) -> str:
        """Return the address of the page by which one tells of a fault in this one."""
        if self.request.scope["path"] == "/signaler":
            return self.here()
        here = self.here()
        page = here if len(here) <= ADDRESS_LENGTH else here.partition("?")[0][:ADDRESS_LENGTH]
        return self.url("/signaler", {"page": page})

    def feed(self, name: str) -> str:
        """Return the address of a feed, which follows the current edition."""
        spoken = {"lang": self.language} if "lang" in self.request.query_params else {}
        return quote(f"/feed/{name}.atom", safe=SAFE_IN_PATH) + (f"?{urlencode(spoken)}" if spoken else "")

    def href(self, iri: str) -> str:
        """Return where a thing is shown: here for what is ours, its own address for the rest."""
        base = self.service.settings.base_iri
        if iri.startswith(base):
            address, _, fragment = iri.removeprefix(base).partition("#")
            path, _, query = address.partition("?")
            if leads_out(path):
                return ""
            return self.url(f"/{path}", dict(parse_qsl(query)), fragment)
        return iri if iri.startswith(("http://", "https://")) else ""

    def is_ours(self, iri: str) -> bool:
        """Return whether an IRI is one that this service answers for."""
        return iri.startswith(self.service.settings.base_iri)


@cache
def environment() -> Environment:
    """Return the templates of the pages."""
    made = html_templates("sparql_api")
    made.globals["languages"] = LANGUAGES
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made


def render(
    service: Service,
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    edition: int | None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page that a template makes of its context, in the reader's language."""
    view = View(service, request, language(request), edition)
    return send_page(request, write_page(view, template, context), view, status=status, headers=headers)


def write_page(view: View, template: str, context: Mapping[str, Any]) -> bytes:
    """Return the HTML that a template makes of its context."""
    return environment().get_template(template).render(view=view, t=view.t, **context).encode()


def send_page(
    request: Request,
    html: bytes,
    view: View,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    policy: Policy | None = None,
) -> Response:
    """Return a page as a response, under another `policy` than a page's where one is given."""
    said = {"Content-Language": view.language, **(headers or {})}
    html = html.replace(NOTICES, notices(request, view) if status == 200 else b"", 1)
    html = html.replace(ADDRESSES, addresses(request, view) if status == 200 else b"", 1)
    return deliver(request, html, "text/html", policy=policy, edition=view.edition, status=status, headers=said)


def notices(request: Request, view: View) -> bytes:
    """Return what a page says of the parameters that its address does not know."""
    names = [(name[:NAME_LENGTH], nearest(name, request.state.known)) for name in unknown_of(request)]
    return environment().get_template("notices.html").render(names=names, t=view.t).encode()


def addresses(request: Request, view: View) -> bytes:
    """Return what a page says of its own addresses: the one to cite, those in each language, the feed of all fiches."""
    host = site_of(request)
    spoken = {tag: host + view.here(lang=tag, **SHOWN_ALIKE) for tag in LANGUAGES}
    whatever = host + view.here(lang=None, **SHOWN_ALIKE)
    context = {
        "canonical": spoken[view.language] if "lang" in request.query_params else whatever,
        "spoken": spoken,
        "whatever": whatever,
        "feed": host + view.feed("fiches"),
    }
    return environment().get_template("addresses.html").render(t=view.t, **context).encode()


def problem_page(service: Service) -> Callable[[Request, Problem, Language], Response | None]:
    """Return what shows a problem to a browser: its title and what to do, in the page's frame."""

    def shown(request: Request, problem: Problem, spoken: Language) -> Response | None:
        line, column = problem.extra.get("line"), problem.extra.get("column")
        context = {
            "problem_title": problem.title(spoken),
            "detail": problem.detail(spoken),
            "status": problem.status,
            "place": (line, column) if line and column else None,
        }
        edition = service.engine.current_edition()
        return render(service, request, "problem.html", context, edition=edition, status=problem.status)

    return shown
