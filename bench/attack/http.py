"""HTTP/1.1 as an attacker speaks it: one connection from an address of one's choice, at a pace of one's choice.

Says whether an answer came whole; a client library would hide it, and cost the machine more than the service does.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import zstandard

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BUFFER = 256 << 10
SMALL_BUFFER = 4 << 10


class Interrupted(Exception):
    """The connection ended before the answer did; `begun` where some of it had come."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("cut" if begun else "closed without an answer")
        self.begun = begun


@dataclass(frozen=True)
class HttpReply:
    """An answer that came whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    def decoded(self) -> bytes:
        """Return the body without its content coding."""
        match self.headers.get("content-encoding"):
            case "gzip":
                return gzip.decompress(self.body)
            case "zstd":
                return zstandard.ZstdDecompressor().decompressobj().decompress(self.body)
            case _:
                return self.body

    @property
    def outcome(self) -> str:
        """The status, with the name of the problem where it is one."""
        if self.headers.get("content-type", "").startswith("application/problem+json"):
            return f"{self.status} {str(json.loads(self.decoded())['type']).rpartition('/')[2]}"
        return str(self.status)


class HttpConnection:
    """One connection to the service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self.reader, self.writer, self.host = reader, writer, host

    @classmethod
    async def open(cls, url: str, address: str, *, slow: bool = False) -> HttpConnection:
        """Connect from a local address; a slow reader has small buffers, so that the service feels its pace."""
        parts = urlsplit(url)
        opened = socket.socket()
        try:
            if slow:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.setblocking(False)
            opened.bind((address, 0))
            await asyncio.wait_for(
                asyncio.get_running_loop().sock_connect(opened, (parts.hostname, parts.port)), timeout=60
            )
        except BaseException:
            opened.close()
            raise
        limit = SMALL_BUFFER if slow else BUFFER
        reader, writer = await asyncio.open_connection(sock=opened, limit=limit)
        return cls(reader, writer, parts.netloc)

    async def send(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        self.writer.write(data)
        await self.writer.drain()

    def request(
        self, path: str, parameters: dict[str, str], headers: dict[str, str] | None = None, *, post: bool = False
    ) -> bytes:
        """Return the bytes of a request."""
        given, body = urlencode(parameters), b""
        merged = {"Host": self.host, **(headers or {})}
        if post:
            body = given.encode()
            merged |= {**FORM, "Content-Length": str(len(body))}
        target = path if post or not given else f"{path}?{given}"
        lines = "".join(f"{name}: {value}\r\n" for name, value in merged.items())
        return f"{'POST' if post else 'GET'} {target} HTTP/1.1\r\n{lines}\r\n".encode() + body

    async def ask(
        self,
        path: str,
        parameters: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        *,
        post: bool = False,
        pace: int = 0,
    ) -> HttpReply:
        """Send a request and return its whole answer; raises Interrupted."""
        await self.send(self.request(path, parameters or {}, headers, post=post))
        return await self.reply(pace)

    async def reply(self, pace: int = 0) -> HttpReply:
        """Return the next whole answer, read at `pace` bytes a second (0: as fast as it comes); raises Interrupted."""
        begun = False
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            begun = True
            status, headers = self._head(head)
            if headers.get("transfer-encoding") == "chunked":
                body = bytearray()
                while count := int(await self.reader.readuntil(b"\r\n"), 16):
                    body += await self._exactly(count, pace)
                    await self.reader.readexactly(2)
                await self.reader.readexactly(2)
            else:
                body = await self._exactly(int(headers.get("content-length", 0)), pace)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            partial = isinstance(error, asyncio.IncompleteReadError) and bool(error.partial)
            raise Interrupted(begun=begun or partial) from error
        return HttpReply(status, headers, bytes(body))

    def close(self, *, reset: bool = False) -> None:
        """Close the connection; `reset` throws away what is under way."""
        if reset:
            opened: socket.socket = self.writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.close()

    async def _exactly(self, count: int, pace: int) -> bytearray:
        if not pace:
            return bytearray(await self.reader.readexactly(count))
        data = bytearray()
        while len(data) < count:
            data += await self.reader.readexactly(min(pace, count - len(data)))
            await asyncio.sleep(1)
        return data

    @staticmethod
    def _head(head: bytes) -> tuple[int, dict[str, str]]:
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


def addresses(network: int, count: int) -> Iterator[str]:
    """Yield loopback addresses, `count` of a network of their own, again and again."""
    while True:
        yield from (f"127.0.{network}.{number}" for number in range(1, count + 1))
