"""Answers kept as they were sent, for the next who asks the same: found by the bytes of a request, or by what it asks.

Knows answers as bytes. Which answers may be kept, who makes them says (`offer`); what is kept is given only while its
editions stand as they stood, and all that an answer passes is done for each that is given: the edition is looked up,
the client's hold and share are, and the engine counts and tells of its answer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cachetools import LRUCache
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sparql_api.computing.fairuse import FairUse
from sparql_api.engine.cached import CachedEngine
from sparql_api.http.asked import Demand
from sparql_api.http.responses import names_tag
from sparql_api.query.plan import Plan

SHARE: Final = b"ratelimit"
OVERHEAD: Final = 1 << 10
"""Bytes of memory that an entry takes beside those that it holds."""
UNCHANGED: Final = b"304 "
"""Before the key of what is answered to who has it already."""
DRAFT: Final = "draft"

Standing = tuple[int | None, int, int, int]
"""How editions stand: the current one, when one came or went, and since when the one that was read is as it is."""
FRESH: Final = 50_000_000
"""Nanoseconds within which a file's time may not tell two changes apart."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer as it was sent, its status line and date apart."""

    standing: Standing
    edition: int | None
    plan: Plan | None
    """What the engine was asked, where the answer is the engine's."""
    status: int
    tag: str
    """Its entity tag, empty where it has none."""
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

    method: str
    standing: Standing
    most: int
    started: int
    """Nanoseconds since 1970."""
    plan: Plan | None = None
    edition: int | None = None
    offered: bool = False
    status: int = 0
    _headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0

    def note(self, message: Message) -> bool:
        """Take a part of the answer in; return whether it is whole and may be kept."""
        if not self.offered:
            return False
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [(name.lower(), value) for name, value in message["headers"]]
            self.offered = self.status in (200, 304) and not any(name == b"set-cookie" for name, _ in self._headers)
            return False
        piece = b"" if self.method == "HEAD" else message.get("body", b"")
        self._size += len(piece)
        if self._size > self.most:
            self.offered, self._pieces = False, []
            return False
        self._pieces.append(piece)
        return not message.get("more_body", False)

    def whole(self) -> Kept:
        """Return the answer as a connection writes it; one without a length goes out in chunks (RFC 9112 §7.1)."""
        headers, pieces = self._headers, self._pieces
        values = dict(headers)
        if self.method != "HEAD" and self.status == 200 and b"content-length" not in values:
            headers = [*headers, (b"transfer-encoding", b"chunked")]
            pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece] + [b"0\r\n\r\n"]
        lines = [name + b": " + value + b"\r\n" for name, value in headers] + [b"\r\n"]
        head, rest, body = b"".join(lines), None, b"".join(pieces)
        at = next((at for at, (name, _) in enumerate(headers) if name == SHARE), None)
        if at is not None:
            head, rest = b"".join(lines[:at]) + SHARE + b": ", b"\r\n" + b"".join(lines[at + 1 :])
        tag = values.get(b"etag", b"").decode("latin-1")
        return Kept(self.standing, self.edition, self.plan, self.status, tag, head, rest, body)


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
        self._answers: LRUCache[bytes, Kept] = LRUCache(most - most // 4, getsizeof=lambda kept: kept.size)
        self._requests: LRUCache[tuple[bool, bytes], Demand] = LRUCache(most // 4, getsizeof=_request_size)
        self.given = 0

    @property
    def kept_bytes(self) -> int:
        """The bytes that are kept."""
        return int(self._answers.currsize + self._requests.currsize)

    def client(self, host: str) -> str:
        """Return the opaque key of a client."""
        return self._fair_use.key(host)

    def known(self, segment: bytes, trusted: bool) -> Demand | None:
        """Return what a request asks that came before with the same bytes."""
        return self._requests.get((trusted, segment))

    def remember(self, segment: bytes, asked: Demand, trusted: bool) -> None:
        """Know a request by its bytes from now on."""
        self._requests[trusted, segment] = asked

    def answer(self, asked: Demand, client: str) -> tuple[int, Sequence[bytes]] | None:
        """Return the status of the answer kept and its bytes, from its first header on.

        None where it must be made: it is kept no longer, or it is not for this client at this moment.
        """
        kept = self._find(asked.key) if asked.has is None else self._for_who_has(asked.has, asked.key)
        if kept is None or (left := self._fair_use.at_once(client)) is None:
            return None
        if kept.plan is not None and not self._engine.again(kept.plan):
            return None
        self.given += 1
        return kept.status, (kept.head, kept.body) if kept.rest is None else (kept.head, left, kept.rest, kept.body)

    def _for_who_has(self, tags: str, key: bytes) -> Kept | None:
        """Return what is answered to who has what some tags name: that it is unchanged, or what it is now."""
        unchanged = self._find(UNCHANGED + key)
        if unchanged is not None and names_tag(tags, unchanged.tag):
            return unchanged
        whole = self._find(key)
        return whole if whole is not None and not names_tag(tags, whole.tag) else None

    def _find(self, key: bytes) -> Kept | None:
        kept = self._answers.get(key)
        if kept is not None and self._standing(kept.edition) != kept.standing:
            del self._answers[key]
            return None
        return kept

    def drafting(self, app: ASGIApp, asked: Demand, segment: bytes | None, trusted: bool) -> ASGIApp:
        """Return an application that answers as another does, and whose answer is kept where it is offered."""

        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            draft = PendingAnswer(scope["method"], self._standing(None), self._most // 32, time.time_ns() - FRESH)
            scope["state"][DRAFT] = draft

            async def noting(message: Message) -> None:
                await send(message)
                # The answer has left; whoever asks the same now asks after it is kept.
                if draft.note(message) and self._keep(draft, asked.key) and segment is not None:
                    self.remember(segment, asked, trusted)

            await app(scope, receive, noting)

        return answering

    def _keep(self, draft: PendingAnswer, key: bytes) -> bool:
        if draft.plan is not None and self._engine.lookup(draft.plan) is None:
            return False
        standing = self._standing(draft.edition)
        # An edition came or changed while it was made, as by an erasure: it may be of either.
        if standing[:2] != draft.standing[:2] or standing[2] > draft.started:
            return False
        draft.standing = standing
        with suppress(ValueError):  # Larger than all that may be kept.
            self._answers[key if draft.status == 200 else UNCHANGED + key] = draft.whole()
            return True
        return False

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


def _request_size(asked: Demand) -> int:
    return len(asked.key) * 2 + len(asked.spoken_for) + len(asked.has or "") + OVERHEAD
