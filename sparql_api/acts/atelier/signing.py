"""`/atelier`: who is signed in, what they may do, what waits for them; signing in by a token or elsewhere, and out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingestion import Agent, ListWanted, Registry, name_of, told_to_reviewer
from ontologie import sentence
from sparql_api.acts.agents import Doors
from sparql_api.acts.atelier.correcting import sent_back
from sparql_api.acts.atelier.workshop import PLACE, Workshop, form_of, led, may, place_of, title_of
from sparql_api.acts.openid import PATIENCE, OpenId, SignInRefused
from sparql_api.acts.reviews import known_to
from sparql_api.acts.session import closed, from_us, held, opened, put, session_of
from sparql_api.formats.negotiation import language
from sparql_api.http.policies import ACT
from sparql_api.http.routing import get, post
from sparql_api.pages.common.layout import View, send_page, write_page
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import text_of

T = TypeVar("T")
SHORT: Final = 8 << 10
"""Bytes of a form that anybody may send."""
PENDING: Final = "__Host-observatoire-openid"
"""The cookie of who went to sign in elsewhere, until they are back."""
AT_ONCE, WAITING, OF_A_CLIENT = 2, 16, 4
"""Requests to the sign-on service that are under way, that may wait for it, and those of one client."""


def signing_routes(workshop: Workshop) -> None:
    """Declare the first page of the workshop, and the ways in and out."""
    service, doors, router = workshop.service, workshop.doors, workshop.router
    settings = service.settings
    elsewhere = Elsewhere(OpenId(settings.openid, settings.public_url or "")) if settings.openid.issuer else None

    @get(router, PLACE, policy=ACT)
    async def place(request: Request) -> Response:
        visitor = await workshop.visitor(request)
        if visitor is not None:
            said = await doors.run(request, _begun, visitor.agent, language(request))
            said["held"] = _held(visitor.agent, language(request))
            return workshop.draw(request, visitor, "home.html", said)
        return _asked(workshop, request, elsewhere is not None)

    @post(router, f"{PLACE}/sign-in", policy=ACT, include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        from_us(request)
        token = (await form_of(request, SHORT)).one("token").strip()
        try:
            agent = await doors.bearer(request, token)
        except ProblemError as error:
            if error.problem.status != 401:
                raise
            return _asked(workshop, request, elsewhere is not None, error.problem.detail(language(request)))
        return await _signed_in(request, doors, agent, token=token)

    @post(router, f"{PLACE}/sign-out", policy=ACT, include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        from_us(request)
        session, fields = session_of(request), await form_of(request, SHORT)
        if session is not None:
            held(request, session, fields.one("form"))
            await doors.run(request, lambda registry: registry.sign_ins.end(session))
        return closed(led(request, PLACE))
    _elsewhere_routes(workshop, elsewhere)


def _asked(workshop: Workshop, request: Request, elsewhere: bool, wrong: str = "") -> Response:
    """Return the page where one signs in; what is wrong with the token that was sent, and what to do then."""
    view = View(workshop.service, request, language(request), workshop.service.engine.current_edition())
    said = {"elsewhere": elsewhere, "by_field": {"token": wrong} if wrong else {}}
    html = write_page(view, "atelier/sign_in.html", said)
    return send_page(request, html, view, status=401 if wrong else 200, policy=ACT)


def _elsewhere_routes(workshop: Workshop, elsewhere: Elsewhere | None) -> None:
    """Declare the way to the sign-on service and back; 404 where there is none."""
    service, doors, router = workshop.service, workshop.doors, workshop.router

    @get(router, f"{PLACE}/openid", policy=ACT)
    async def go(request: Request) -> Response:
        if elsewhere is None:
            raise ProblemError(problem("not-found", path=request.url.path))
        address, pending = await elsewhere.asked(service.computing.client(request), elsewhere.openid.begin)
        return put(RedirectResponse(address, 303, ACT.headers()), PENDING, pending, PATIENCE)

    @get(router, f"{PLACE}/callback", policy=ACT, openapi_extra=_CALLBACK)
    async def back(request: Request) -> Response:
        if elsewhere is None:
            raise ProblemError(problem("not-found", path=request.url.path))
        pending = request.cookies.get(PENDING)
        asked, client = dict(request.query_params), service.computing.client(request)
        subject = await elsewhere.asked(client, elsewhere.openid.subject, asked, pending)
        identity = service.settings.openid.issuer, subject
        agent = await doors.run(request, lambda registry: registry.sign_ins.bound(*identity))
        if agent is None:
            raise refused("sign-in-unknown", subject=subject[:64])
        return put(await _signed_in(request, doors, agent, identity=identity), PENDING, "", 0)


class Elsewhere:
    """The sign-on service as requests reach it: in threads of its own, a bounded number of them waiting."""

    def __init__(self, openid: OpenId) -> None:
        self.openid = openid
        self._threads = ThreadPoolExecutor(AT_ONCE, "openid")
        self._asked: Counter[str] = Counter()

    async def asked(self, client: str, ask: Callable[..., T], *arguments: Any) -> T:
        """Return what the service says to a client; raises ProblemError."""
        if self._asked.total() >= WAITING or self._asked[client] >= OF_A_CLIENT:
            raise refused("sign-in-unreachable")
        self._asked[client] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, ask, *arguments)
        except SignInRefused as error:
            raise refused(error.code) from None
        finally:
            self._asked[client] -= 1
            self._asked += Counter()  # those who ask nothing are not kept


def refused(code: str, **words: str) -> ProblemError:
    """Return the problem of a sign-in that does not hold: 403, or 503 where the service does not answer."""
    if code == "sign-in-unreachable":
        return ProblemError(problem("sign-in-unreachable", headers={"Retry-After": "30"}))
    return ProblemError(problem("sign-in-refused", reason=text_of(code, **words)))


async def _signed_in(request: Request, doors: Doors, agent: Agent, **by: Any) -> Response:
    """Give a browser a session of its own, whatever it held before, which ends."""
    before = session_of(request)

    def begin(registry: Registry) -> tuple[str, int]:
        if before is not None:
            registry.sign_ins.end(before)
        return registry.sign_ins.open(agent, **by)

    return opened(led(request, PLACE), *await doors.run(request, begin))


def _begun(registry: Registry, agent: Agent, lang: str) -> dict[str, Any]:
    """Return how much waits for an agent, what was sent back to it, and what it began to write."""
    drafts = [
        {"number": one.number, "at": one.at, "title": _titled(registry, one, agent, lang), "place": place_of(one)}
        for one in registry.drafts.of(agent)
    ]
    waiting = registry.page(ListWanted("depose", size=1), agent).total if may(agent, "read") else 0
    back = sent_back(registry, agent, lang) if may(agent, "deposit") else []
    return {"waiting": waiting, "drafts": drafts, "back": back}


def _titled(registry: Registry, draft: Any, agent: Agent, lang: str) -> str:
    """Return the title of a draft; without one, of what it is about, as its agent may know it."""
    kind, _, name = draft.about.partition("/")
    if (title := title_of(draft.content)) or not name:
        return title
    try:
        found = known_to(registry, kind, name, agent)
    except LookupError:
        return ""
    about = told_to_reviewer(found, (), lang)["title"] if registry.readable([found], agent) else name
    return sentence("pages", "analysis.named", lang, title=about) if draft.kind == "analyse" else about


def _held(agent: Agent, lang: str) -> list[tuple[str, str, str]]:
    """Return what an agent is and where: (role in words, scope, the name of the scope)."""
    return [(sentence("relecture", f"role-{one.role}", lang), one.scope, name_of(one.scope)) for one in agent.grants]


_CALLBACK: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in ("code", "state", "iss", "session_state", "scope", "error", "error_description", "error_uri")
    ]
}
"""What a sign-on service may add to the address to which a browser comes back."""
