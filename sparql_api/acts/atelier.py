"""`/atelier`: who is signed in, what they may do, what waits for them; signing in by a token or elsewhere, and out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingestion import Agent, ListWanted, Registry
from ontologie import sentence
from sparql_api.acts.agents import Doors
from sparql_api.acts.openid import PATIENCE, OpenId, SignInRefused
from sparql_api.acts.session import closed, form_token, from_us, held, opened, put, session_of
from sparql_api.formats.negotiation import language
from sparql_api.http.bodies import media_type, read_body, unprocessable, unsupported
from sparql_api.http.policies import ACT
from sparql_api.http.routing import get, post
from sparql_api.pages.common.layout import View, send_page, write_page
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import Problem, ProblemError, problem
from sparql_api.words.texts import text_of

T = TypeVar("T")
PLACE: Final = "/atelier"
PENDING: Final = "__Host-observatoire-openid"
"""The cookie of who went to sign in elsewhere, until they are back."""
LONGEST: Final = 8 << 10
URLENCODED: Final = "application/x-www-form-urlencoded"
FIELDS: Final = 20
AT_ONCE, WAITING, OF_A_CLIENT = 2, 16, 4
"""Requests to the sign-on service that are under way, that may wait for it, and those of one client."""


def atelier_router(service: Service, doors: Doors) -> APIRouter:
    """Return the routes of the workshop."""
    router = APIRouter(tags=["atelier"])
    settings = service.settings
    elsewhere = Elsewhere(OpenId(settings.openid, settings.public_url or "")) if settings.openid.issuer else None

    @get(router, PLACE, policy=ACT)
    async def place(request: Request) -> Response:
        agent, session = await doors.session(request), session_of(request)
        said: dict[str, Any] = {"agent": agent, "elsewhere": elsewhere is not None}
        if agent is not None and session is not None:
            waiting = await doors.run(request, _waiting, agent)
            said |= {"form": form_token(session), "waiting": waiting, "held": _held(agent, language(request))}
        view = View(service, request, language(request), service.engine.current_edition())
        return send_page(request, write_page(view, "atelier.html", said), view, policy=ACT)

    @post(router, f"{PLACE}/sign-in", policy=ACT, include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        return await _by_token(request, doors)

    @post(router, f"{PLACE}/sign-out", policy=ACT, include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        from_us(request)
        session, said = session_of(request), await _form(request)
        if session is not None:
            held(request, session, said.get("form"))
            await doors.run(request, lambda registry: registry.sign_ins.end(session))
        return closed(_led(PLACE))

    @get(router, f"{PLACE}/openid", policy=ACT)
    async def go(request: Request) -> Response:
        if elsewhere is None:
            raise ProblemError(problem("not-found", path=request.url.path))
        address, pending = await elsewhere.asked(service.computing.client(request), elsewhere.openid.begin)
        return put(_led(address), PENDING, pending, PATIENCE)

    @get(router, f"{PLACE}/callback", policy=ACT, openapi_extra=_CALLBACK)
    async def back(request: Request) -> Response:
        if elsewhere is None:
            raise ProblemError(problem("not-found", path=request.url.path))
        pending = request.cookies.get(PENDING)
        client, come = service.computing.client(request), dict(request.query_params)
        subject = await elsewhere.asked(client, elsewhere.openid.subject, come, pending)
        agent = await doors.run(request, lambda registry: registry.sign_ins.bound(settings.openid.issuer, subject))
        if agent is None:
            raise refused("sign-in-unknown", subject=subject[:64])
        return put(await _signed_in(request, doors, agent, identity=(settings.openid.issuer, subject)), PENDING, "", 0)

    return router


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

    return opened(_led(PLACE), *await doors.run(request, begin))


def _led(address: str) -> Response:
    return RedirectResponse(address, 303, ACT.headers())


async def _by_token(request: Request, doors: Doors) -> Response:
    from_us(request)
    token = (await _form(request)).get("token", "").strip()
    return await _signed_in(request, doors, await doors.bearer(request, token), token=token)


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form; raises ProblemError."""
    if media_type(request) != URLENCODED:
        raise unsupported(request, (URLENCODED,))
    over = Problem("body-too-long", {"limit": LONGEST >> 10}, {"bound": "body"}, {"Connection": "close"})
    body = await read_body(request, LONGEST, over)
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=FIELDS))
    except ValueError:
        raise unprocessable(text_of("no-form")) from None


def _waiting(registry: Registry, agent: Agent) -> int:
    return registry.page(ListWanted("depose", size=1), agent).total


def _held(agent: Agent, lang: str) -> list[tuple[str, str]]:
    """Return what an agent is and where: (role, scope), in words."""
    return [(sentence("relecture", f"role-{one.role}", lang), one.scope) for one in agent.grants]


_CALLBACK: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in ("code", "state", "iss", "session_state", "scope", "error", "error_description", "error_uri")
    ]
}
"""What a sign-on service may add to the address to which a browser comes back."""
