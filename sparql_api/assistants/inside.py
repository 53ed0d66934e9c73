"""A request to the service's own addresses from within, on the account of whoever asks from outside.

So a tool meets the walls that everybody meets: the guard, the limits, the share of its client, the killable workers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.types import ASGIApp, Message

from sparql_api.http.site import site_of
from sparql_api.words.errors import ServiceError

KEPT: Final = ("type", "asgi", "http_version", "scheme", "client", "server")
"""What a request from within has of the one from outside: who asks, above all."""
MOST: Final = 1 << 20
"""Bytes of an answer that an assistant is given; a larger one is taken as a file."""


EDITION: Final = "observatoire-edition"
"""What names the edition of an answer."""


class TooMuch(ServiceError):
    """The answer is larger than an assistant is given."""


class ToolRefused(ServiceError):
    """The service refused; the message is what it says of it, in the caller's language."""


@dataclass(frozen=True)
class AnswerInside:
    """A whole answer of the service."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def of_edition(self) -> bool:
        """Whether an edition answers; a document that is the same for all of them names none."""
        return EDITION in self.headers

    @property
    def edition(self) -> int:
        """The edition that answers."""
        return int(self.headers[EDITION].partition(";")[0])

    def json(self) -> Any:
        """Return an answer in JSON, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Inside:
    """The service, as the request of one assistant asks it."""

    app: ASGIApp
    request: Request
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once nobody waits any more: what runs then ends as it does for a client that leaves."""

    def address(self, path: str, query: Mapping[str, Any]) -> str:
        """Return the address of something on the service, as the world knows it."""
        return f"{site_of(self.request)}{quote(path)}?{urlencode(query, doseq=True)}"

    async def ask(
        self,
        path: str,
        query: Mapping[str, Any],
        *,
        accept: str = "application/json",
        form: Mapping[str, str] | None = None,
    ) -> AnswerInside:
        """Return the answer of an address, asked by GET, or by POST with a form; raises ToolRefused, TooMuch."""
        body = urlencode(form).encode() if form else b""
        sent = {"accept": accept, "accept-encoding": "identity", "host": self.request.headers.get("host", "")}
        if form:
            sent |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        asked = {name: value for name, value in query.items() if value not in (None, "", [], ())}
        scope = {
            **{name: self.request.scope[name] for name in KEPT},
            "method": "POST" if form else "GET",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": urlencode(asked, doseq=True).encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
        answer = _Collected(self.gone, body)
        await self.app(scope, answer.receive, answer.send)
        if answer.size > MOST:
            raise TooMuch
        told = AnswerInside(answer.status, answer.headers, b"".join(answer.parts))
        if told.status != 200:
            raise ToolRefused(said_of(told))
        return told


class _Collected:
    """The two ends of a request from within: what is read of it, and what is answered, no more than is wanted."""

    def __init__(self, gone: asyncio.Event, body: bytes) -> None:
        self.status, self.size = 500, 0
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []
        self._gone = gone
        self._body: bytes | None = body

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            if self.size <= MOST:
                self.parts.append(bytes(message.get("body", b"")))


def said_of(told: AnswerInside) -> str:
    """Return what a problem document says, with its title."""
    try:
        found = told.json()
        return f"{found['title']}. {found['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"HTTP {told.status}"
