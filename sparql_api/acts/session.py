"""Who acts from a browser: the session that a cookie names, looked up at each request.

The cookie goes to this host alone, over HTTPS (or on this machine), is read by no script and sent by no form of another
site (`SameSite=Lax`). An act by it bears besides what only a page of ours knows (`form_token`), and comes from us.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Registry
from sparql_api.http.site import site_of
from sparql_api.words.problems import ProblemError, problem

COOKIE: Final = "__Host-observatoire"
HEADER: Final = "X-Observatoire-Form"
"""Where a request that is no form bears the token of forms."""
LONGEST: Final = 100
SAFE: Final = ("GET", "HEAD", "OPTIONS")
_FORM: Final = "; HttpOnly; Secure; SameSite=Lax; Path=/"


def session_of(request: Request) -> str | None:
    """Return the session that a request names, whether it is anybody's or not."""
    found = request.cookies.get(COOKIE)
    return found if found and len(found) <= LONGEST else None


def opened(response: Response, session: str, seconds: int) -> Response:
    """Return a response that gives a browser its session, in the place of any that it had."""
    return put(response, COOKIE, session, seconds)


def closed(response: Response) -> Response:
    """Return a response that takes the session from a browser."""
    return put(response, COOKIE, "", 0)


def put(response: Response, name: str, value: str, seconds: int) -> Response:
    """Return a response that leaves a cookie with the browser, for some seconds; for none, takes it away."""
    response.headers.append("Set-Cookie", f"{name}={value}; Max-Age={seconds}{_FORM}")
    return response


def form_token(session: str) -> str:
    """Return what a form of a session bears, which no page of another origin knows."""
    return hashlib.sha256(b"form " + session.encode()).hexdigest()


def holder(registry: Registry, session: str) -> Agent | None:
    """Return the agent of a session as the registry knows it now, None where there is none."""
    return registry.sign_ins.holder(session)


def from_us(request: Request) -> None:
    """Raise ProblemError (403) where a page of another origin sent a request: browsers say so themselves."""
    origin, where = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    ours = urlsplit(site_of(request)).netloc
    try:
        theirs = ours if origin is None else urlsplit(origin).netloc
    except ValueError:
        theirs = ""
    if where not in (None, "same-origin", "none") or theirs != ours:
        raise ProblemError(problem("other-origin"))


def held(request: Request, session: str, given: str | None) -> None:
    """Raise ProblemError (403) where an act by a session does not bear the token of its forms."""
    from_us(request)
    if given is None or not hmac.compare_digest(given.encode(), form_token(session).encode()):
        raise ProblemError(problem("other-origin"))
