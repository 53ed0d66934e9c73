"""Answers as HTTP responses: entity tags, caching, content coding, and bodies read at the client's own pace.

An answer is whole before its first byte leaves (law 4), so its length is always known; a body that a reader
takes slowly holds a file, never a worker.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import quote

import zstandard
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from ingestion import software_version
from sparql_api.engine.port import Answer
from sparql_api.formats.body import CHUNK, Body
from sparql_api.formats.negotiation import Coding, coding, extension
from sparql_api.http.policies import ANSWER, CORS, LIVE

SMALL: Final = 64 << 10
"""Bodies up to this size are compressed at once, larger ones as they are sent, in a thread."""
NOT_WORTH: Final = 512
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9._ ()-]")


LICENCE_NOTICE: Final = "LICENCE.txt"
"""The name of the text beside an edition's dumps that says what in it is under which licence."""


def licence_link(edition: int) -> str:
    """Return the link from what comes from an edition to that text (RFC 8288, relative to what is answered)."""
    return f'</editions/{edition}/{LICENCE_NOTICE}>; rel="license"'


@lru_cache(maxsize=64)
def entity_tag(key: str) -> str:
    """Return the entity tag of what a key names: weak, since rows without ORDER BY may change places.

    The software is a part of it: another release may write the same edition in another form.
    """
    return f'W/"{blake2b(key.encode(), digest_size=16, key=_software()).hexdigest()}"'


@cache
def _software() -> bytes:
    return software_version().encode()[:64]


def not_modified(request: Request, tag: str) -> bool:
    """Tell whether the client already has what this tag names (RFC 9110 §13.1.2)."""
    return names_tag(request.headers.get("if-none-match", ""), tag)


def names_tag(header: str, tag: str) -> bool:
    """Tell whether an If-None-Match header names a tag."""
    known = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in known or tag.removeprefix("W/") in known


def answer_headers(key: str | None, edition: int, *, pinned: bool) -> dict[str, str]:
    """Return the headers that say from which edition an answer comes, and how long it may be kept.

    Without key, nothing is kept: the answer to a query that depends on more than its edition.
    """
    said = {**ANSWER.headers(pinned=pinned), "Observatoire-Edition": str(edition), "Link": licence_link(edition)}
    if key is None:
        return said | {"Cache-Control": LIVE.current}
    return said | {"ETag": entity_tag(key)}


def unchanged_response(
    request: Request, key: str | None, edition: int, *, pinned: bool, headers: Mapping[str, str] | None = None
) -> Response | None:
    """Return 304 where the client has the content that `key` names already, None where it must be sent."""
    if key is None or not not_modified(request, entity_tag(key)):
        return None
    return Response(None, 304, {**answer_headers(key, edition, pinned=pinned), **(headers or {})})


def answer_response(
    request: Request,
    answer: Answer,
    *,
    key: str | None = None,
    pinned: bool = False,
    headers: Mapping[str, str] | None = None,
    filename: str | None = None,
    compress: bool = True,
) -> Response:
    """Return the response that carries an answer; `key` names its content, `filename` offers it as a file."""
    merged = {**answer_headers(key, answer.edition, pinned=pinned), **(headers or {})}
    if filename:
        merged["Content-Disposition"] = content_disposition(f"{filename}.{extension(answer.media_type)}")
    used = coding(request.headers.get("accept-encoding")) if compress else "identity"
    charset = "; charset=utf-8" if answer.media_type.startswith("text/") else ""
    return BodyResponse(answer.body, answer.media_type + charset, merged, used)


def digest_header(digest: bytes) -> str:
    """Return what `Repr-Digest` says of a representation by its SHA-256 (RFC 9530, section 3)."""
    return f"sha-256=:{b64encode(digest).decode()}:"


def content_disposition(name: str, *, inline: bool = False) -> str:
    """Return the header that names a file (RFC 6266): what is no plain name is encoded (RFC 8187), never quoted.

    Whatever the name is made of, the header stays one line and one file in no folder.
    """
    plain = _NOT_PLAIN.sub("_", name).lstrip(".") or "_"
    encoded = "" if plain == name else f"; filename*=UTF-8''{quote(name.replace('/', '_'), safe='')}"
    return f'{"inline" if inline else "attachment"}; filename="{plain}"{encoded}'


def options(request: Request, methods: str) -> Response:
    """Return the answer to OPTIONS, and to what browsers ask before a request from another origin."""
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
        "Access-Control-Max-Age": "86400",
        "Vary": "Access-Control-Request-Headers",
        **CORS,
    }
    return Response(None, 204, headers)


def compressed(data: bytes, request: Request) -> tuple[bytes, dict[str, str]]:
    """Return bytes in the best coding the client takes, with the header that says so."""
    used = coding(request.headers.get("accept-encoding"))
    if used == "identity" or len(data) < NOT_WORTH:
        return data, {}
    return encode(data, used), {"Content-Encoding": used}


def encode(data: bytes, used: Coding) -> bytes:
    """Return the bytes in a content coding."""
    compressor = _compressor(used)
    return compressor.compress(data) + compressor.flush() if compressor else data


class BodyResponse(Response):
    """Sends a body in pieces, each when the client has taken the one before."""

    def __init__(self, body: Body, media_type: str, headers: Mapping[str, str], used: Coding) -> None:
        if used != "identity" and body.size >= NOT_WORTH:
            headers = {**headers, "Content-Encoding": used}
            if body.size <= SMALL:
                body, used = Body(encode(body.read(), used)), "identity"
        else:
            used = "identity"
        self._source, self._coding = body, used
        if used == "identity":
            headers = {**headers, "Content-Length": str(body.size)}
        super().__init__(None, 200, headers, media_type)
        if used != "identity" and "content-length" in self.headers:
            del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response; an error midway closes the connection, so that no cut body looks whole."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
        elif self._coding == "identity" and not self._source.on_disk:
            await send({"type": "http.response.body", "body": self._source.read()})
        else:
            async for piece in self._pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _pieces(self) -> AsyncIterator[bytes]:
        compressor = _compressor(self._coding)
        chunks = self._source.chunks(CHUNK)

        def following() -> bytes | None:
            data = next(chunks, None)
            if compressor is None:
                return data
            return None if data is None else compressor.compress(data)

        while (piece := await asyncio.to_thread(following)) is not None:
            if piece:
                yield piece
        if compressor is not None:
            yield compressor.flush()


def _compressor(used: Coding) -> Any:
    if used == "zstd":
        return zstandard.ZstdCompressor(level=3).compressobj()
    if used == "gzip":
        return zlib.compressobj(4, zlib.DEFLATED, 31)
    return None
