"""The address of the protocol, `POST /mcp`: stateless, answered in JSON, for the hosts and pages that are its own.

The kit that speaks the protocol is an extra (`mcp`), loaded with the first request; a service that nobody asks by it
starts as fast as one without.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message

from ontologie import Iris
from sparql_api.assistants.inside import Inside
from sparql_api.computing.limiter import Computing
from sparql_api.http.bodies import media_type, read_body, unsupported
from sparql_api.http.middleware import ASKED_HOST
from sparql_api.http.openapi import Schema, answers
from sparql_api.http.policies import ACT, PROBLEM
from sparql_api.http.routing import BOUNDED, bounded, kept, post
from sparql_api.settings import Settings
from sparql_api.words.problems import Problem, ProblemError, problem

PATH: Final = "/mcp"
ALLOWED: Final = "OPTIONS, POST"
REFUSED: Final = ("GET", "HEAD", "DELETE")
BODY: Final = 1 << 20
"""Bytes of a call, a query among its arguments."""
TYPE: Final = "application/json"
NAMES: Final = ("accept", "content-type", "mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name", "origin")
DESCRIBED: Final[Schema] = {
    "requestBody": {"required": True, "content": {TYPE: {"schema": {"type": "object"}}}},
    "responses": answers({TYPE: {}}, ("400", "408", "413", "415", "429", "503", "504"), tagged=False),
}
# A message that is none of the protocol's is answered by an error of JSON-RPC.
DESCRIBED["responses"]["400"]["content"][TYPE] = {}


def assistants_router(assistants: Assistants) -> APIRouter:
    """Return the route of the protocol."""
    router = APIRouter(tags=["assistants"])

    async def answer(request: Request) -> Response:
        if find_spec("mcp") is None:
            raise ProblemError(problem("mcp-missing"))
        if media_type(request) != TYPE:
            raise unsupported(request, (TYPE,))
        body = await read_body(request, BODY, too_long())
        computing: Computing = request.app.state.computing
        return await computing.answer(request, lambda: assistants.answer(request, body))

    async def refuse(request: Request) -> Response:
        """Answer what opens a stream or ends a session: there are none (405, as the protocol asks)."""
        values = {"method": request.method, "allowed": ALLOWED}
        raise ProblemError(Problem("method", values, headers={"Allow": ALLOWED}))

    router.add_api_route(PATH, kept(bounded(refuse), PROBLEM), methods=[*REFUSED], include_in_schema=False)
    setattr(answer, BOUNDED, True)
    post(router, PATH, policy=ACT, summary="The Model Context Protocol", openapi_extra=DESCRIBED)(answer)
    return router


@dataclass
class Assistants:
    """The server of the protocol, begun by the first who asks and ended with the service."""

    settings: Settings
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: asyncio.Future[ASGIApp] | None = None
    _living: asyncio.Task[None] | None = None

    async def answer(self, request: Request, body: bytes) -> Response:
        """Return what the protocol answers to a call."""
        app = await self._app()
        asked = Inside(request.app, request)
        collected: list[Message] = []
        waiting: list[Message] = [{"type": "http.request", "body": body}]

        async def receive() -> Message:
            if waiting:
                return waiting.pop()
            await asked.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            collected.append(message)

        host = request.scope["state"].get(ASKED_HOST, request.headers.get("host", ""))
        sent = {"host": host, **{name: request.headers[name] for name in NAMES if name in request.headers}}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        scope = {**request.scope, "headers": headers, "path": PATH, "root_path": "", "state": {"inside": asked}}
        try:
            await app(scope, receive, send)
        finally:
            asked.gone.set()  # Nobody waits for what still runs.
        start = collected[0]
        passed = {b"content-type", b"mcp-protocol-version"}
        # The kit says no type where it refuses a host or an origin in plain words.
        said = {"content-type": "text/plain; charset=utf-8"}
        said |= {name.decode(): value.decode() for name, value in start["headers"] if name in passed}
        answered = b"".join(one.get("body", b"") for one in collected[1:])
        return Response(answered, start["status"], {**ACT.headers(), **said})

    async def end(self) -> None:
        """End the server, where it was begun."""
        self._ending.set()
        if self._living:
            await asyncio.wait({self._living}, timeout=5)

    async def _app(self) -> ASGIApp:
        if self._begun is None:
            self._begun = asyncio.get_running_loop().create_future()
            self._living = asyncio.create_task(self._live(self._begun))
        return await asyncio.shield(self._begun)

    async def _live(self, begun: asyncio.Future[ASGIApp]) -> None:
        """Hold the server's own life open: it begins and ends in one task."""
        try:
            app: Any = await asyncio.to_thread(made, self.settings)
            async with app.router.lifespan_context(app):
                begun.set_result(app)
                await self._ending.wait()
        except Exception as error:
            if not begun.done():
                begun.set_exception(error)
                self._begun = None
            print(f"mcp: {type(error).__name__}", file=sys.stderr)


def made(settings: Settings) -> Any:
    """Return the application of the protocol: the kit is loaded here, which takes a second."""
    from mcp.server.transport_security import TransportSecuritySettings

    from sparql_api.assistants.tools import server_of

    hosts, origins = known_hosts(settings.public_url)
    return server_of(Iris(settings.base_iri)).streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        max_request_body_size=BODY,
        transport_security=TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins),
    )


def known_hosts(public_url: str | None) -> tuple[list[str], list[str]]:
    """Return the hosts that may be asked, and the origins of pages that may ask: the service's own, this machine."""
    local = ("127.0.0.1", "localhost", "[::1]")
    hosts = [name for host in local for name in (host, f"{host}:*")]
    origins = [f"http://{host}:*" for host in local]
    if public_url:
        hosts.append(urlsplit(public_url).netloc)
        origins.append(public_url.rstrip("/"))
    return hosts, origins


def too_long() -> Problem:
    """Return the problem of a call over the bound; what is left of it is not read."""
    return Problem("query-too-long", {"limit": BODY >> 10}, {"bound": "body"}, {"Connection": "close"})
