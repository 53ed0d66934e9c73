"""Asks the service's own addresses from within, as one reader that nobody waits for. Knows ASGI; not what is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message

from sparql_api.words.errors import ServiceError

IN_MEMORY: Final = 4 << 20
"""Bytes of an answer that are held in memory; what is longer goes to a file."""
HTML: Final = "text/html"
MOUNTED: Final = "/static/"


class UnansweredWithin(ServiceError):
    """An address asked from within gave no whole answer; it says which, and with what status."""

    def __init__(self, address: str, status: int) -> None:
        super().__init__(f"{address}: {status}")
        self.address, self.status = address, status


@dataclass(frozen=True)
class AnswerWithin:
    """A whole answer: its headers, and its bytes from the beginning."""

    headers: Mapping[str, str]
    body: IO[bytes]

    @property
    def edition(self) -> str:
        """The edition that answers and how often it was redacted; empty for what is of none."""
        return self.headers.get("observatoire-edition", "")


@dataclass(frozen=True)
class ServiceWithin:
    """The service, as asked under the address where links are to lead."""

    app: ASGIApp
    address: str
    """Scheme, host and path, without a slash at its end."""

    async def ask(self, address: str, language: str) -> AnswerWithin:
        """Return the answer of an address (path and query), in a language, in French where it has none.

        Raises UnansweredWithin for any status but 200.
        """
        path, _, query = address.partition("?")
        accept = "*/*" if language == "" else HTML
        if language == "en":
            query = "&".join(filter(None, (query, "lang=en")))
        answer = _Taken()
        await self.app(self._scope(path, query, accept), answer.receive, answer.send)
        if answer.status != 200 or not answer.ended:
            answer.body.close()
            raise UnansweredWithin(address, answer.status)
        answer.body.seek(0)
        return AnswerWithin(answer.headers, answer.body)

    def _scope(self, path: str, query: str, accept: str) -> dict[str, object]:
        where = urlsplit(self.address)
        sent = {"host": where.netloc, "accept": accept, "accept-language": "fr", "accept-encoding": "identity"}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": where.scheme,
            "server": (where.hostname, where.port or (443 if where.scheme == "https" else 80)),
            "client": ("127.0.0.1", 0),
            "method": "GET",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            # Links begin by it. What is mounted would look for its files below it: they hold no link.
            "root_path": "" if path.startswith(MOUNTED) else where.path.rstrip("/"),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "state": {},
        }


class _Taken:
    """The two ends of a request from within: nothing is sent, what is answered is kept."""

    def __init__(self) -> None:
        self.status, self.ended = 500, False
        self.headers: dict[str, str] = {}
        self.body: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (who asked closes it)
        self._sent = False

    async def receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": b""}
        await asyncio.Event().wait()
        raise AssertionError  # nobody leaves

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self.body.write(message.get("body", b""))
            self.ended = not message.get("more_body", False)
