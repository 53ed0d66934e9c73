"""The one way out for SERVICE: workers have no network, and reach listed services through their parent.

A worker opens a listening socket in its own empty network and hands it to its parent, which answers there what
the worker's HTTP client asks, after fetching it from outside under rules: an address on the list, no private
address behind its name, no redirect off the list, a deadline and a size of its own.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import re
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from sparql_api.query.guard import Call, allowed
from sparql_api.words.errors import ServiceError

REDIRECTS: Final = 3
HEADER_BYTES: Final = 32 << 10
PASSED_ON: Final = ("accept", "content-type", "user-agent")


class ServiceRefused(ServiceError):
    """The service may not be reached, or did not answer within its bounds."""


@dataclass(frozen=True)
class Reach:
    """The rules for reaching out."""

    allow: tuple[str, ...]
    seconds: float
    """Deadline of one call."""
    answer_bytes: int
    private: bool = False
    """Whether names may lead to addresses of private networks and of this machine."""


@dataclass(frozen=True)
class ServiceCall:
    """What a worker asks of a service."""

    address: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class ServiceAnswer:
    """What the service answered."""

    content_type: str
    body: bytes


Fetch = Callable[[ServiceCall, Reach], Awaitable[ServiceAnswer]]


class Gateway:
    """Serves on a worker's listening socket."""

    def __init__(self, listener: socket.socket, reach: Reach, fetch: Fetch) -> None:
        self._listener = listener
        self._reach = reach
        self._fetch = fetch
        self._port = listener.getsockname()[1]
        # Where the worker has no network of its own, others on this machine could find the port.
        self._secret = secrets.token_urlsafe(12)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to serve."""
        self._listener.setblocking(False)
        self._server = await asyncio.start_server(self._serve, sock=self._listener, limit=HEADER_BYTES)

    def close(self) -> None:
        """Stop serving."""
        if self._server:
            self._server.close()
        self._listener.close()

    def rewrite(self, text: str, calls: Sequence[Call]) -> str:
        """Return the query with each service's address replaced by this gateway's for it."""
        for call in sorted(calls, key=lambda call: call.start, reverse=True):
            assert call.address is not None
            text = f"{text[: call.start]}<{self._here()}{encoded(call.address)}>{text[call.end :]}"
        return text

    def _here(self) -> str:
        return f"http://127.0.0.1:{self._port}/{self._secret}/"

    def _restore(self, body: bytes) -> bytes:
        """Return what a worker sends out with the services' own addresses: one call may hold another."""
        pattern = re.escape(self._here().encode()) + rb"([A-Za-z0-9_-]+)"
        return re.sub(pattern, lambda found: decoded(found[1].decode()).encode(), body)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._reach.seconds):
                call = await self._read(reader)
                answer = await self._fetch(call, self._reach)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {answer.content_type}\r\n"
            body = answer.body
        except (ServiceRefused, TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            head, body = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\n", b""
        with contextlib.suppress(OSError):
            writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            await writer.drain()
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> ServiceCall:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.split("\r\n")
        path = request.split(" ")[1]
        _, secret, name = path.split("/")
        if secret != self._secret:
            raise ServiceRefused("not from the worker")
        pairs = (line.partition(":") for line in lines if line)
        headers = {key.strip().lower(): value.strip() for key, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if length > self._reach.answer_bytes:
            raise ServiceRefused("too large")
        body = self._restore(await reader.readexactly(length))
        passed_on = {name: value for name, value in headers.items() if name in PASSED_ON}
        return ServiceCall(decoded(name), body, passed_on)


def encoded(address: str) -> str:
    """Return an address as one path segment."""
    return base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")


def decoded(name: str) -> str:
    """Return the address of a path segment; raises ValueError."""
    return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()


async def fetch(call: ServiceCall, reach: Reach) -> ServiceAnswer:
    """Ask a service over HTTP; raises ServiceRefused."""
    address = call.address
    async with httpx.AsyncClient(timeout=reach.seconds, trust_env=False) as client:
        for _ in range(REDIRECTS + 1):
            if not allowed(address, reach.allow):
                raise ServiceRefused("off the list")
            url = httpx.URL(address)
            # The address that was judged is the one connected to: a name could change between the two.
            target = url.copy_with(host=await public_address(url, reach), fragment=None)
            request = client.build_request(
                "POST",
                target,
                content=call.body,
                headers={**call.headers, "Host": url.netloc.decode()},
                extensions={"sni_hostname": url.host},
            )
            try:
                response = await client.send(request, stream=True)
                if response.is_redirect:
                    address = str(url.join(response.headers["location"]))
                    await response.aclose()
                    continue
                return await read_answer(response, reach)
            except httpx.HTTPError as error:
                raise ServiceRefused(str(error)) from error
    raise ServiceRefused("too many redirects")


async def read_answer(response: httpx.Response, reach: Reach) -> ServiceAnswer:
    """Return the answer within its bound; raises ServiceRefused."""
    body = bytearray()
    try:
        if response.status_code != 200:
            raise ServiceRefused(f"status {response.status_code}")
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > reach.answer_bytes:
                raise ServiceRefused("too large")
    finally:
        await response.aclose()
    content_type = response.headers.get("content-type", "application/sparql-results+xml")
    return ServiceAnswer(content_type.replace("\r", "").replace("\n", ""), bytes(body))


async def public_address(url: httpx.URL, reach: Reach) -> str:
    """Return an address of the host, once all of them are public; raises ServiceRefused."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ServiceRefused("no such host") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not reach.private and not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise ServiceRefused("a private address")
    return addresses[0]
