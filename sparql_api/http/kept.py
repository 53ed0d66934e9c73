"""Answers kept as they were sent, for the next who asks the same: found by the bytes of a request, or by what it asks.

Knows requests as parsed and answers as bytes. Which answers may be kept, who makes them says (`offer`); what is kept is
given only while its editions stand as they stood, and all that an answer passes is done for each that is given: the
edition is looked up, the client's hold and share are, and the engine counts and tells of its answer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from cachetools import LRUCache
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sparql_api.computing.fairuse import FairUse
from sparql_api.engine.cached import CachedEngine
from sparql_api.query.plan import Plan

SEGMENT: Final = 8 << 10
"""Greatest request whose answer is kept, in bytes."""
METHODS: Final = ("GET", "POST", "QUERY")
VARYING: Final = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"content-type", b"host", b"x-forwarded-proto"}
)
"""Headers that an answer depends on, beside its client."""
APART: Final = frozenset(
    {
        *(b"authorization", b"cookie", b"proxy-authorization"),
        *(b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since", b"range"),
        *(b"expect", b"transfer-encoding", b"upgrade"),
    }
)
"""Headers of requests that are answered each for itself: of somebody, on a condition, or not whole at once."""
FORWARDED: Final = b"x-forwarded-for"
SHARE: Final = b"ratelimit"
OVERHEAD: Final = 1 << 10
"""Bytes of memory that an entry takes beside those that it holds."""
DRAFT: Final = "draft"

Standing = tuple[int | None, int, int, int]
"""How editions stand: the current one, when one came or went, and since when the one that was read is as it is."""
FRESH: Final = 50_000_000
"""Nanoseconds within which a file's time may not tell two changes apart."""


class RequestKey(NamedTuple):
    """All that the answer to a request depends on, but for its client."""

    method: str
    url: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    trusted: bool
    """Whether who sent it is believed about the client that it speaks for."""

    @property
    def size(self) -> int:
        """The bytes that it holds."""
        return len(self.url) + len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


def read_asked(scope: Mapping[str, Any], url: bytes, body: bytes, trusted: bool) -> RequestKey | None:
    """Return what a whole request asks; None where its answer is not to be kept."""
    if scope["method"] not in METHODS:
        return None
    varying = []
    for pair in scope["headers"]:
        if pair[0] in VARYING:
            varying.append(pair)
        elif pair[0] in APART:
            return None
    asked = RequestKey(scope["method"], url, tuple(varying), body, trusted)
    return asked if asked.size <= SEGMENT else None


def forwarded(scope: Mapping[str, Any]) -> str:
    """Return the clients that a request says it comes from, empty where it says none."""
    return b", ".join(value for name, value in scope["headers"] if name == FORWARDED).decode("latin-1")


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer as it was sent, its status line and date apart."""

    standing: Standing
    edition: int | None
    plan: Plan | None
    """What the engine was asked, where the answer is the engine's."""
    head: bytes
    """Up to what is left of the client's share, or whole."""
    rest: bytes | None
    """From there on; None where the answer says nothing of shares."""
    body: bytes

    @property
    def size(self) -> int:
        """The bytes that it takes."""
        return len(self.head) + len(self.rest or b"") + len(self.body) + OVERHEAD


@dataclass(slots=True)
class PendingAnswer:
    """An answer on its way, which may be kept once it is whole and was offered."""

    asked: RequestKey
    standing: Standing
    most: int
    started: int
    """Nanoseconds since 1970."""
    plan: Plan | None = None
    edition: int | None = None
    offered: bool = False
    _headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0

    def note(self, message: Message) -> bool:
        """Take a part of the answer in; return whether it is whole and may be kept."""
        if not self.offered:
            return False
        if message["type"] == "http.response.start":
            self._headers = [(name.lower(), value) for name, value in message["headers"]]
            self.offered = message["status"] == 200 and not any(name == b"set-cookie" for name, _ in self._headers)
            return False
        piece = message.get("body", b"")
        self._size += len(piece)
        if self._size > self.most:
            self.offered, self._pieces = False, []
            return False
        self._pieces.append(piece)
        return not message.get("more_body", False)

    def whole(self) -> Kept:
        """Return the answer as a connection writes it; one without a length goes out in chunks (RFC 9112 §7.1)."""
        headers, pieces = self._headers, self._pieces
        if not any(name == b"content-length" for name, _ in headers):
            headers = [*headers, (b"transfer-encoding", b"chunked")]
            pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece] + [b"0\r\n\r\n"]
        lines = [name + b": " + value + b"\r\n" for name, value in headers] + [b"\r\n"]
        at = next((at for at, (name, _) in enumerate(headers) if name == SHARE), None)
        head, rest = (lines, None) if at is None else (lines[:at], b"".join(lines[at + 1 :]))
        return Kept(self.standing, self.edition, self.plan, b"".join(head), rest, b"".join(pieces))


def offer(request: Request, edition: int | None, plan: Plan | None = None) -> None:
    """Say that the answer to a request may be kept, as long as an edition stands as it stands now.

    `plan` is what the engine was asked, where nothing else was done: the engine is then told each time.
    """
    draft: PendingAnswer | None = getattr(request.state, DRAFT, None)
    if draft is not None:
        draft.offered, draft.edition, draft.plan = True, edition, draft.plan or plan


class Front:
    """The answers kept of one service, at most so many bytes of them."""

    def __init__(self, engine: CachedEngine, fair_use: FairUse, editions: Path, most: int) -> None:
        self._engine = engine
        self._fair_use = fair_use
        self._editions = str(editions)
        self._most = most
        self._answers: LRUCache[RequestKey, Kept] = LRUCache(most - most // 4, getsizeof=lambda kept: kept.size)
        self._requests: LRUCache[tuple[bool, bytes], tuple[RequestKey, str]] = LRUCache(
            most // 4, getsizeof=_request_size
        )
        self.given = 0

    @property
    def kept_bytes(self) -> int:
        """The bytes that are kept."""
        return int(self._answers.currsize + self._requests.currsize)

    def client(self, host: str) -> str:
        """Return the opaque key of a client."""
        return self._fair_use.key(host)

    def known(self, segment: bytes, trusted: bool) -> tuple[RequestKey, str] | None:
        """Return what a request asks that came before with the same bytes, and for whom it says it speaks."""
        return self._requests.get((trusted, segment))

    def remember(self, segment: bytes, asked: RequestKey, spoken_for: str) -> None:
        """Know a request by its bytes from now on, where its answer is kept."""
        if asked in self._answers:
            self._requests[asked.trusted, segment] = (asked, spoken_for)

    def answer(self, asked: RequestKey, client: str) -> Sequence[bytes] | None:
        """Return the answer kept, from its first header on; None where it must be made: no longer, or not for them."""
        kept = self._answers.get(asked)
        if kept is None:
            return None
        if self._standing(kept.edition) != kept.standing:
            del self._answers[asked]
            return None
        if not self._fair_use.at_once(client) or not (kept.plan is None or self._engine.again(kept.plan, client)):
            return None
        self.given += 1
        if kept.rest is None:
            return kept.head, kept.body
        left = self._fair_use.left(client).encode()
        return kept.head, b"ratelimit: ", left, b"\r\n", kept.rest, kept.body

    def drafting(self, app: ASGIApp, asked: RequestKey, segment: bytes | None, spoken_for: str) -> ASGIApp:
        """Return an application that answers as another does, and whose answer is kept where it is offered."""

        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            draft = PendingAnswer(asked, self._standing(None), self._most // 32, time.time_ns() - FRESH)
            scope["state"][DRAFT] = draft

            async def noting(message: Message) -> None:
                await send(message)
                if draft.note(message):
                    self._keep(draft)
                    if segment is not None:
                        self.remember(segment, asked, spoken_for)

            await app(scope, receive, noting)

        return answering

    def _keep(self, draft: PendingAnswer) -> None:
        if draft.plan is not None and self._engine.lookup(draft.plan) is None:
            return
        standing = self._standing(draft.edition)
        # An edition came or changed while it was made, as by an erasure: it may be of either.
        if standing[:2] != draft.standing[:2] or standing[2] > draft.started:
            return
        draft.standing = standing
        with suppress(ValueError):  # Larger than all that may be kept.
            self._answers[draft.asked] = draft.whole()

    def _standing(self, edition: int | None) -> Standing:
        current = self._engine.current_edition()
        try:
            came = os.stat(self._editions).st_mtime_ns  # noqa: PTH116 (for every request)
            if edition is None:
                return current, came, 0, 0
            manifest = os.stat(f"{self._editions}/{edition}/manifest.json")  # noqa: PTH116
        except OSError:
            return current, 0, 0, 0
        return current, came, manifest.st_ctime_ns, manifest.st_ino


def _request_size(known: tuple[RequestKey, str]) -> int:
    return known[0].size * 2 + len(known[1]) + OVERHEAD
