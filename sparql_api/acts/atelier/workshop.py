"""What every page of the workshop stands on: who is signed in, the fields of a form and its token, the frame.

A page is shown to who is signed in; who is not is led to the sign-in. An act bears the token of the forms of its
session, and what the registry refuses of it is told on the page that it was sent from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingestion import Agent, Matter, Registry, decide, standing
from sparql_api.acts.agents import Doors, unauthenticated
from sparql_api.acts.session import form_token, from_us, held, session_of
from sparql_api.formats.negotiation import language
from sparql_api.http.bodies import media_type, read_body, too_long, unprocessable, unsupported
from sparql_api.http.openapi import TEXT, parameter
from sparql_api.http.policies import ACT
from sparql_api.http.routing import get, post
from sparql_api.pages.common.layout import View, send_page, write_page
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import ProblemError
from sparql_api.words.texts import text_of

PLACE: Final = "/atelier"
URLENCODED: Final = "application/x-www-form-urlencoded"
LONGEST: Final = 1 << 20
"""Bytes of a form."""
MOST_FIELDS: Final = 2000
SENT: Final = ("projet", "publication", "module", "instrument", "linkset")
"""Types of document that are sent from the page of deposits; an analysis has a form of its own, at its usage."""
OWN_FORM: Final = ("publication", "module")
"""Types of document that have a form of their own, below that of a project."""
TOLD: Final = frozenset({403, 409, 422})
"""What is told on the page that an act was sent from: out of scope, another state, a field that says too little."""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, as the registry knows them now, and the token that the forms of their session bear."""

    agent: Agent
    session: str

    @property
    def token(self) -> str:
        """What a form of this session bears."""
        return form_token(self.session)


@dataclass(frozen=True)
class Fields:
    """The fields of a form as they were sent, each with all its values."""

    sent: Mapping[str, Sequence[str]]

    def one(self, name: str) -> str:
        """Return the first value of a field, without the spaces around it; nothing where it was not sent."""
        return _plain((self.sent.get(name) or ("",))[0])

    def many(self, name: str) -> list[str]:
        """Return the values of a field that say something."""
        return [plain for value in self.sent.get(name, ()) if (plain := _plain(value))]


@dataclass(frozen=True)
class FormFault:
    """What is wrong with a form, in words, and the id of the field where it stands; of the whole form without one."""

    text: str
    field: str = ""


Shown = Callable[[Request, Visitor], Awaitable[Response]]
Acted = Callable[[Request, Visitor, Fields], Awaitable[Response]]


@dataclass(frozen=True)
class Workshop:
    """Declares the pages of the workshop and their forms, and draws them."""

    service: Service
    doors: Doors
    router: APIRouter

    @property
    def base(self) -> str:
        """The base IRI of the service."""
        return self.service.settings.base_iri

    def page(self, path: str, *parameters: str) -> Callable[[Shown], Shown]:
        """Return a decorator that makes a function answer GET at a path, for who is signed in."""
        described = {"parameters": [parameter(name, "A choice of the page.", TEXT) for name in parameters]}

        def declare(handler: Shown) -> Shown:
            @get(self.router, path, policy=ACT, openapi_extra=described)
            async def answer(request: Request) -> Response:
                visitor = await self.visitor(request)
                return led(request, PLACE) if visitor is None else await handler(request, visitor)

            return handler

        return declare

    def act(self, path: str) -> Callable[[Acted], Acted]:
        """Return a decorator that makes a function answer the form that is sent to a path, by who is signed in."""

        def declare(handler: Acted) -> Acted:
            @post(self.router, path, policy=ACT, include_in_schema=False)
            async def answer(request: Request) -> Response:
                visitor = await self.acting(request)
                fields = await form_of(request)
                held(request, visitor.session, fields.one("form"))
                return await self.service.computing.answer(request, lambda: handler(request, visitor, fields))

            return handler

        return declare

    async def visitor(self, request: Request) -> Visitor | None:
        """Return who is signed in, None where nobody is."""
        session, agent = session_of(request), await self.doors.session(request)
        return None if session is None or agent is None else Visitor(agent, session)

    async def acting(self, request: Request) -> Visitor:
        """Return who acts by a session; raises ProblemError: 403 where another site sends it, 401 without a session."""
        from_us(request)
        visitor = await self.visitor(request)
        if visitor is None:
            raise unauthenticated("session-over")
        return visitor

    def draw(
        self, request: Request, visitor: Visitor, template: str, said: Mapping[str, Any], *,
        faults: Sequence[FormFault] = (), status: int = 200,
    ) -> Response:  # fmt: skip
        """Return a page of the workshop; with faults, its summary leads to their fields."""
        view = View(self.service, request, language(request), self.service.engine.current_edition())
        by_field = {fault.field: fault.text for fault in reversed(faults)}
        frame = {"agent": visitor.agent, "form": visitor.token, "faults": faults, "by_field": by_field}
        frame["may"] = {action: may(visitor.agent, action) for action in ("read", "queue")}
        frame["sends"] = [kind for kind in SENT if may(visitor.agent, "deposit", kind)]
        html = write_page(view, f"atelier/{template}", {**frame, **said})
        return send_page(request, html, view, status=status, policy=ACT)

    async def tried(self, request: Request, work: Callable[..., Any], *arguments: Any) -> FormFault | None:
        """Do an act; return what is to be told on its page where it is refused. Raises ProblemError for the rest."""
        try:
            await self.doors.run(request, work, *arguments)
        except ProblemError as error:
            if error.problem.status not in TOLD:
                raise
            return FormFault(error.problem.detail(language(request)))
        return None


def may(agent: Agent, action: Any, kind: str = "") -> bool:
    """Tell whether an agent may do an act somewhere, on a type of document; each is decided on when it is done."""
    return not standing(agent, action, kind)


async def form_of(request: Request, longest: int = LONGEST) -> Fields:
    """Return the fields of a form; raises ProblemError."""
    if media_type(request) != URLENCODED:
        raise unsupported(request, (URLENCODED,))
    body = await read_body(request, longest, too_long(longest))
    try:
        return Fields(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise unprocessable(text_of("no-form")) from None


def led(request: Request, address: str) -> Response:
    """Return what leads a browser to another page of ours, in the language that it reads."""
    spoken = request.query_params.get("lang", "")
    mark = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{mark}lang={spoken}" if spoken in ("fr", "en") else address, 303, ACT.headers())


def _plain(text: str) -> str:
    """Return a text as it was meant: browsers end lines by two signs, and no store takes the sign of number 0."""
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def allowed(registry: Registry, agent: Agent, action: Any, matter: Matter) -> bool:
    """Tell whether the registry lets an agent do an act on a matter."""
    return decide(registry.accounts.known(agent.name), action, matter).allowed


def place_of(draft: Any) -> str:
    """Return the path of the form where a draft goes on, by its `brouillon`."""
    if draft.kind == "analyse":
        return f"{PLACE}/analyse/{draft.about.partition('/')[2]}"
    return f"{PLACE}/depot/{draft.kind}" if draft.kind in OWN_FORM else f"{PLACE}/depot"


def address_of(draft: Any) -> str:
    """Return the address of the form where a draft goes on."""
    return f"{place_of(draft)}?brouillon={draft.number}"


def title_of(content: Mapping[str, Any]) -> str:
    """Return the title that a draft has, if it has one."""
    found = (content.get(name) for name in ("titre", "titre.fr", "titre.en"))
    return next((texts[0] for texts in found if texts), "")


def number_of(text: str) -> int | None:
    """Return the number that a text is, None where it is none that we give."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= 9 else None
