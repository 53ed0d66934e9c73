"""Files sent one after the other as one: packed as they stand, with length and ranges, or unpacked.

A dump's members joined are one file (RFC 1952 §2.2), of type `application/gzip`. They are never sent as a content
coding: clients then take the first member for the whole, in silence.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from sparql_api.http.responses import content_disposition

CHUNK: Final = 1 << 18
_RANGE: Final = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


def joined_response(
    request: Request, files: Sequence[tuple[Path, int]], media_type: str, filename: str, headers: Mapping[str, str]
) -> Response:
    """Return the answer that sends files of known lengths as one, or the part of it that is asked for.

    One range is answered (RFC 9110 §14.2); a request for several, or one that is malformed, gets the whole.
    """
    size = sum(length for _, length in files)
    said = {"Content-Disposition": content_disposition(filename), "Accept-Ranges": "bytes", **headers}
    asked = _range(request, said.get("ETag", ""), size)
    if asked is None:
        return _Sent(_packed(files, 0, size), size, 200, said, media_type)
    start, end = asked
    if start >= end:
        return PlainTextResponse("", 416, {**headers, "Content-Range": f"bytes */{size}"})
    said["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _Sent(_packed(files, start, end), end - start, 206, said, media_type)


def unpacked_response(
    files: Sequence[Path], size: int | None, media_type: str, filename: str, headers: Mapping[str, str]
) -> Response:
    """Return the answer that sends what packed files hold, of a length where it is known."""
    said = {"Content-Disposition": content_disposition(filename), "Accept-Ranges": "none", **headers}
    return _Sent(_unpacked(files), size, 200, said, media_type)


def _range(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """Return the part that a request asks for, from and to; none of it where there is no such part."""
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    condition = request.headers.get("if-range")
    if found is None or not any(found.groups()) or (condition is not None and condition != tag):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size if int(last) else 0
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def _packed(files: Sequence[tuple[Path, int]], start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `start` to before `end` of files one after the other."""
    place = 0
    for path, length in files:
        first, last = max(start - place, 0), min(end - place, length)
        place += length
        if first >= last:
            continue
        with path.open("rb") as file:
            file.seek(first)
            while first < last:
                data = file.read(min(CHUNK, last - first))
                if not data:
                    raise OSError(f"{path.name} is shorter than its list says")
                first += len(data)
                yield data


def _unpacked(files: Sequence[Path]) -> Iterator[bytes]:
    for path in files:
        with gzip.open(path) as file:
            while data := file.read(CHUNK):
                yield data


class _Sent(Response):
    """Sends pieces as the client takes them; an error midway closes the connection, so that no cut body looks whole."""

    def __init__(
        self, pieces: Iterator[bytes], size: int | None, status: int, headers: Mapping[str, str], media_type: str
    ) -> None:
        self._from = pieces
        super().__init__(None, status, headers, media_type)
        if "content-length" in self.headers:
            del self.headers["content-length"]
        if size is not None:
            self.headers["content-length"] = str(size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            async for piece in self._pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _pieces(self) -> AsyncIterator[bytes]:
        while (piece := await asyncio.to_thread(next, self._from, None)) is not None:
            yield piece
