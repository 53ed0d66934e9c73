"""What every request passes before its route, and every answer after it: addresses made one, errors, headers.

Knows ASGI; what is answered is the routes'.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from inspect import isawaitable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion import redaction_of
from sparql_api.http.policies import ALL, CSP, STRICT
from sparql_api.query.errors import EditionBeingMade, retry
from sparql_api.words.problems import ProblemError, problem

Respond = Callable[[Request, Any], Response | Awaitable[Response]]
ADDED: Final = tuple((name.lower().encode(), value.encode()) for name, value in {**ALL, CSP: STRICT}.items())
"""What every answer says, those of the framework's own too."""
SAFE_IN_PATH: Final = "/:@!$&'()*+,;=~-._%"
OPEN: Final = b"access-control-"
"""What headers begin with that open an answer to the pages of other origins."""
EDITION: Final = b"observatoire-edition"
TICK: Final = 50_000_000
"""Nanoseconds within which a file's time may not tell two moments apart."""
RAW: Final = re.compile(rb"[\x80-\xff]")
HOST: Final = re.compile(rb"(?:[A-Za-z0-9._~-]{0,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?")
"""A name or an address, and a port (RFC 9110, section 7.2); of what a name may hold, what names of machines do."""


class Straight:
    """Leads requests for some paths past everything that pages need: it costs as much as a look-up.

    An address with a slash at its end leads to the one without (308), the query kept, where no route has that slash.
    A host that can be none is refused: answers name the service as it was asked for.
    """

    def __init__(self, app: ASGIApp, straight: Mapping[str, ASGIApp], problem: Respond, slashed: str) -> None:
        self.app = app
        self.straight = straight
        self.problem = problem
        self.slashed = slashed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a problem is raised before an answer begins, and is answered as anywhere."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not all(HOST.fullmatch(value) for name, value in scope["headers"] if name == b"host"):
            await self._refuse(ProblemError(problem("host")), scope, receive, send)
            return
        if not scope["query_string"].isascii():  # As some old clients write it; pages would read it as Latin-1.
            scope = {**scope, "query_string": RAW.sub(lambda byte: b"%%%02X" % ord(byte[0]), scope["query_string"])}
        path = scope["path"]
        straight = self.straight.get(path)
        if straight is None:
            leads = path.strip("/") and raw_path(scope).endswith(b"/") and not path.startswith(self.slashed)
            await (without_slash(scope) if leads else self.app)(scope, receive, send)
            return
        try:
            await straight(scope, receive, send)
        except ProblemError as error:
            await self._refuse(error, scope, receive, send)

    async def _refuse(self, error: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
        response = self.problem(Request(scope, receive), error)
        await (await response if isawaitable(response) else response)(scope, receive, send)


def without_slash(scope: Scope) -> Response:
    """Return the redirection to an address without the slashes at its end, on this host whatever the path."""
    path = "/" + quote(raw_path(scope).decode("latin-1").strip("/"), safe=SAFE_IN_PATH)
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(path + (f"?{query}" if query else ""), 308)


def raw_path(scope: Scope) -> bytes:
    """Return a path as it was sent: a slash that is written `%2F` ends a name, and is none at its end."""
    return bytes(scope.get("raw_path") or quote(scope["path"]).encode()).partition(b"?")[0]


ASKED_HOST: Final = "asked_host"
"""Under which name a request's state holds the host that it was sent to."""


class PublicAddress:
    """Lets every link that names a host name the service's own, whatever host a request was sent to."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self.app = app
        parts = urlsplit(address)
        self.scheme, self.host = parts.scheme, parts.netloc.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as one that came to the public address."""
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
            asked = next((value for name, value in scope["headers"] if name == b"host"), b"")
            state = {**scope.get("state", {}), ASKED_HOST: asked.decode("latin-1")}
            scope = {**scope, "scheme": self.scheme, "headers": [*headers, (b"host", self.host)], "state": state}
        await self.app(scope, receive, send)


class Redactions:
    """Says beside the edition that answers how often it was redacted; what that overtook is to be asked for again."""

    def __init__(self, app: ASGIApp, editions: Path, problem: Respond) -> None:
        self.app = app
        self.editions = editions
        self.problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; an answer that may be of the edition as it was before is replaced by a problem (503)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, replaced = time.time_ns() - TICK, False

        async def marked(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start" and (found := self._redaction(message["headers"])):
                number, count, since = found
                if since > started:
                    replaced = True
                    error = EditionBeingMade(retry("edition-being-made", 1, edition=number))
                    response = self.problem(Request(scope, receive), error)
                    await (await response if isawaitable(response) else response)(scope, receive, send)
                    return
                told = (EDITION, b"%d; redacted=%d" % (number, count))
                message["headers"] = [told if name == EDITION else (name, value) for name, value in message["headers"]]
            await send(message)

        await self.app(scope, receive, marked)

    def _redaction(self, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, int, int] | None:
        """Return the edition that headers name, how often it was redacted, since when; None where it never was."""
        number = next((int(value) for name, value in headers if name == EDITION), None)
        folder = f"{self.editions}/{number}"
        if number is None or not (count := redaction_of(folder)):
            return None
        try:
            return number, count, os.stat(folder).st_ctime_ns  # noqa: PTH116 (for every answer)
        except OSError:
            return None


class SecurityHeaders:
    """Adds to every response what keeps pages from loading anything from elsewhere, and opens data to all.

    What is under a `private` path is opened to nobody's pages, its errors neither.
    """

    def __init__(self, app: ASGIApp, private: tuple[str, ...] = ()) -> None:
        self.app = app
        self.private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers that the response lacks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        closed = scope["path"].startswith(self.private) if self.private else False

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                found = [*message["headers"], *(pair for pair in ADDED if pair[0] not in present)]
                message["headers"] = [*closing(found)] if closed else found
            await send(message)

        await self.app(scope, receive, with_headers)


def closing(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the headers of an answer that is opened to nobody's pages.

    A form of ours says where it comes from: with `no-referrer` a browser would send `Origin: null` (Fetch, "append a
    request `Origin` header"), by which nobody tells our page from another's.
    """
    for name, value in headers:
        if not name.startswith(OPEN):
            yield name, b"same-origin" if name == b"referrer-policy" else value
