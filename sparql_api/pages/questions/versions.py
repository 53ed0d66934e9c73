"""What is said of a saved question's versions: in the catalogue, in headers, on its page.

Knows which version follows which; not how a question is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from queries import Question
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import View

Handler = Callable[[Request], Awaitable[Response]]


def telling(handler: Handler, question: Question, versions: Sequence[Question]) -> Handler:
    """Return a handler that answers as another does, and says in headers which version follows which."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        response = await handler(request)
        said = version_headers(site_of(request), question, versions)
        if "Link" in response.headers:
            said["Link"] = f"{said['Link']}, {response.headers['Link']}"
        response.headers.update(said)
        return response

    return answer


def version_headers(site: str, question: Question, versions: Sequence[Question]) -> dict[str, str]:
    """Return the headers of a version of a question at a site: its links (RFC 5829), and when it goes.

    `Deprecation` is RFC 9745, section 2.1, whose relation `deprecation` (3) leads to a page; `Sunset` is RFC 8594.
    """
    latest = f'<{site}/queries/{versions[-1].reference}>; rel="latest-version"'
    if question.deprecated is None:
        return {"Link": latest}
    following = next(one for one in versions if one.version > question.version)
    successor = f'<{site}/queries/{following.reference}>; rel="successor-version"'
    page = f'<{site}/queries/{question.reference}?format=html>; rel="deprecation"; type="text/html"'
    return {
        "Deprecation": f"@{int(midnight(question.deprecated.since).timestamp())}",
        "Sunset": format_datetime(midnight(question.deprecated.sunset), usegmt=True),
        "Link": ", ".join((successor, latest, page)),
    }


def midnight(day: date) -> datetime:
    """Return when a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def version_page(view: View, question: Question, versions: Sequence[Question]) -> dict[str, Any]:
    """Return what a question's page says of its versions: where each is, and when this one goes."""
    others = [(one.version, view.url(f"/queries/{one.reference}")) for one in versions if one != question]
    gone = question.deprecated
    told = {"since": view.date(gone.since.isoformat()), "sunset": view.date(gone.sunset.isoformat())} if gone else None
    reason = view.pick(gone.reason) if gone else ""
    return {
        "version": question.version,
        "others": others,
        "deprecated": told,
        "reason": reason,
        "latest": versions[-1].version,
    }
