"""The bodies of requests: read within bounds of size and time, as JSON with known members, or as one file of a form."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection, Mapping
from email.parser import HeaderParser
from email.policy import HTTP
from typing import Any, Final

from starlette.requests import Request

from sparql_api.words.problems import Problem, ProblemError, problem
from sparql_api.words.texts import Text, text_of

BODY_SECONDS: Final = 20.0
"""Time a client has to send a body: half a request holds nothing for long."""
JSON: Final = ("application/json", "application/ld+json")
FORM: Final = "multipart/form-data"
HEADERS: Final = 1024
"""Bytes of the head of one part of a form."""
PARTS: Final = 20
_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)


def too_long(longest: int) -> Problem:
    """Return the problem of a body of more bytes than an act takes, which ends the connection."""
    return Problem("body-too-long", {"limit": longest >> 10}, {"bound": "body"}, {"Connection": "close"})


async def read_body(request: Request, max_bytes: int, over: Problem, seconds: float | None = None) -> bytes:
    """Return the request's body; raises ProblemError as soon as it is over the bound (`over`) or late (408)."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > max_bytes:
        raise ProblemError(over)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds := seconds or BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > max_bytes:
                    raise ProblemError(over)
    except TimeoutError:
        late = {"limit": f"{seconds:g}"}
        raise ProblemError(Problem("slow-body", late, headers={"Connection": "close"})) from None
    return bytes(body)


def media_type(request: Request) -> str:
    """Return the media type of a body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def json_members(request: Request, body: bytes, known: Mapping[str, type]) -> dict[str, Any]:
    """Return the members of a JSON object, each of its type; an empty body has none.

    Raises ProblemError: 415 where it is announced as something else, 422 where it is no such object.
    """
    if not body.strip():
        return {}
    if media_type(request) not in JSON:
        raise unsupported(request, JSON)
    try:
        found = json.loads(body.decode("utf-8-sig"))
        text = json.dumps(found, ensure_ascii=False).encode()  # half a pair of UTF-16 is no text
    except (ValueError, RecursionError):
        raise unprocessable(text_of("no-json")) from None
    if b"\\u0000" in text:
        raise unprocessable(text_of("no-json"))
    if not isinstance(found, dict):
        raise unprocessable(text_of("no-object"))
    for name, value in found.items():
        if name not in known:
            raise unprocessable(text_of("no-such-member", name=name[:64], known=", ".join(known)))
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is int):
            raise unprocessable(text_of("member-type", name=name, kind=_KINDS[known[name]]))
    return found


def uploaded(request: Request, body: bytes) -> tuple[tuple[str, bytes], dict[str, str]]:
    """Return (name, bytes) of the one file of a form (RFC 7578), and its fields; raises ProblemError 422."""
    found = _BOUNDARY.search(request.headers.get("content-type", ""))
    if found is None:
        raise unprocessable(text_of("no-boundary"))
    boundary = (found[1] or found[2]).encode("latin-1")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, PARTS + 1)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise unprocessable(text_of("no-form"))
    parts = [_part(part) for part in pieces[1:-1]]
    files = [(name, content) for _, name, content in parts if name is not None]
    if len(files) != 1:
        raise unprocessable(text_of("one-file", count=len(files)))
    return files[0], {field: content.decode("utf-8", "replace") for field, name, content in parts if name is None}


def unsupported(request: Request, known: Collection[str]) -> ProblemError:
    """Return the problem (415) of a body of another kind than those that are taken."""
    sent = media_type(request)[:64] or "—"
    return ProblemError(problem("body-type", media_type=sent, known=", ".join(known)))


def unprocessable(reason: Text) -> ProblemError:
    """Return the problem (422) of a body that does not say what it must."""
    return ProblemError(problem("unprocessable", reason=reason))


_KINDS: Final = {str: "text", bool: "true | false", int: "number", dict: "{…}", list: "[…]"}


def _part(part: bytes) -> tuple[str, str | None, bytes]:
    """Return (field, name of its file or None, content) of a part of a form."""
    head, blank, content = part.partition(b"\r\n\r\n")
    if not blank or len(head) > HEADERS:
        raise unprocessable(text_of("no-form"))
    text = head.lstrip(b"\r\n").decode("utf-8", "replace")
    try:
        said = HeaderParser(policy=HTTP).parsestr(f"{text}\r\n\r\n")
        name = said.get_filename()
        field = str(said.get_param("name", "", "content-disposition"))
        return field, None if name is None else name.encode("utf-8", "replace").decode(), content
    except Exception:  # whatever the parser raises of a head that is none
        raise unprocessable(text_of("no-form")) from None
