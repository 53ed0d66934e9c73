"""The client of every service compared: bytes made beforehand, connections kept, nothing read that is not needed.

It costs some 30 µs of processor a request, so that on a machine shared with it the service is what is measured. One
client asks and waits; several are one process that watches as many sockets.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

PIECE: Final = 1 << 18
JSON: Final = "application/sparql-results+json"
FORM: Final = "application/x-www-form-urlencoded"


class Unanswered(Exception):
    """No whole answer came: the deadline passed, or the connection ended."""


@dataclass(frozen=True)
class Server:
    """Where a service listens."""

    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> Server:
        """Return the target of an address."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or 80, parts.path + (f"?{parts.query}" if parts.query else ""))

    def query(self, text: str, accept: str = JSON) -> bytes:
        """Return the request that asks a query (SPARQL 1.1 Protocol §2.1.2, a form)."""
        body = urlencode({"query": text}).encode()
        return self._head("POST", self.path, accept, f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n") + body

    def get(self, path: str, accept: str) -> bytes:
        """Return the request for a page of the service."""
        return self._head("GET", path, accept)

    def _head(self, method: str, path: str, accept: str, more: str = "") -> bytes:
        return f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept: {accept}\r\n{more}\r\n".encode()

    def connect(self, seconds: float) -> socket.socket:
        """Return a connection."""
        opened = socket.create_connection((self.host, self.port), seconds)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


@dataclass
class Response:
    """One response as its bytes come (RFC 9112 §6: a length, chunks, or all until the end)."""

    keep: bool = True
    """Whether the body is kept; else its lines are counted as they pass."""
    status: int = 0
    lines: int = 0
    size: int = 0
    body: bytearray = field(default_factory=bytearray)
    _held: bytearray = field(default_factory=bytearray)
    _left: int | None = None
    _chunked: bool = False

    def feed(self, data: bytes) -> bool:
        """Take bytes; return whether the response is whole."""
        self._held += data
        if not self.status:
            end = self._held.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._read_head(bytes(self._held[:end]).lower())
            del self._held[: end + 4]
        if self._chunked:
            return self._read_chunks()
        self._add(self._held)
        self._held.clear()
        return self._left is not None and self.size >= self._left

    @property
    def until_end(self) -> bool:
        """Whether the body ends with the connection."""
        return bool(self.status) and self._left is None and not self._chunked

    def _add(self, data: bytearray) -> None:
        self.size += len(data)
        if self.keep:
            self.body += data
        else:
            self.lines += data.count(b"\n")

    def _read_head(self, head: bytes) -> None:
        self.status = int(head[9:12])
        self._chunked = b"\r\ntransfer-encoding: chunked" in head
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            self._left = int(head[at + 17 :].split(b"\r\n", 1)[0])

    def _read_chunks(self) -> bool:
        while True:
            end = self._held.find(b"\r\n")
            if end < 0:
                return False
            size = int(self._held[:end].split(b";")[0], 16)
            if len(self._held) < end + 2 + size + 2:
                return False
            if size == 0:
                return True
            self._add(self._held[end + 2 : end + 2 + size])
            del self._held[: end + 2 + size + 2]


class Client:
    """One client: a connection, kept as long as the service keeps it."""

    def __init__(self, target: Server, seconds: float) -> None:
        self._target = target
        self._seconds = seconds
        self._connection: socket.socket | None = None

    def ask(self, request: bytes, keep: bool = True) -> Response:
        """Return a whole answer; raises Unanswered."""
        fresh = self._connection is None
        try:
            return self._exchange(request, keep)
        except (OSError, Unanswered) as error:
            self.close()
            if fresh or isinstance(error, TimeoutError):
                raise Unanswered(type(error).__name__) from error
        try:  # A kept connection that the service closed meanwhile.
            return self._exchange(request, keep)
        except (OSError, Unanswered) as error:
            self.close()
            raise Unanswered(type(error).__name__) from error

    def _exchange(self, request: bytes, keep: bool) -> Response:
        end = time.monotonic() + self._seconds
        if self._connection is None:
            self._connection = self._target.connect(self._seconds)
        self._connection.settimeout(self._seconds)
        self._connection.sendall(request)
        reading, whole = Response(keep), False
        while not whole:
            data = self._connection.recv(PIECE)
            if time.monotonic() > end:
                raise TimeoutError
            if not data:
                if reading.until_end:
                    break
                raise Unanswered("closed")
            whole = reading.feed(data)
        return reading

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def together(target: Server, requests: Sequence[bytes], clients: int, seconds: float) -> list[float]:
    """Return the seconds of each answer that so many clients got, each asking again as soon as it is answered.

    Raises Unanswered where an answer is no success.
    """
    selector = selectors.DefaultSelector()
    took: list[float] = []
    turn = 0
    end = time.perf_counter() + seconds

    def send(connection: socket.socket) -> tuple[float, Response]:
        nonlocal turn
        turn += 1
        started = time.perf_counter()
        connection.sendall(requests[turn % len(requests)])
        return started, Response()

    def open_one() -> None:
        connection = target.connect(30)
        selector.register(connection, selectors.EVENT_READ, send(connection))

    for _ in range(clients):
        open_one()
    try:
        while (now := time.perf_counter()) < end:
            for key, _ in selector.select(min(1.0, end - now)):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                started, reading = key.data
                data = connection.recv(PIECE)
                if not data:  # The service ends a connection after so many requests.
                    selector.unregister(connection)
                    connection.close()
                    open_one()
                elif reading.feed(data):
                    took.append(time.perf_counter() - started)
                    if reading.status != 200:
                        raise Unanswered(f"HTTP {reading.status}")
                    selector.modify(connection, selectors.EVENT_READ, send(connection))
    finally:
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        selector.close()
    return took
