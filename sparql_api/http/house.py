"""What the connections of a process share: how many there may be, the answers kept, the lines that each answer has, one
look a second at all of them.

Knows connections as things that are idle, looked at and dropped.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final, Protocol

from sparql_api.http.kept import Front

LOOK_SECONDS: Final = 1.0
"""Between two looks: a timer for each answer, which the next request puts off, costs more than to find the answer."""


class OpenConnection(Protocol):
    """A connection, as the house knows it."""

    idle_since: float

    @property
    def idle(self) -> bool:
        """Whether nothing is under way on it."""

    def look(self, now: float) -> None:
        """Close it where it has waited for too long."""

    def drop(self) -> None:
        """Break it off."""


class House:
    """The connections of a process, `most` of them; `front` holds the answers that are kept, where any are."""

    def __init__(self, most: int, front: Front | None) -> None:
        self.front = front
        self._most = most
        self._connections: set[OpenConnection] = set()
        self._looks = False
        self._headers: object = None
        self._lines = b""

    def take(self, connection: OpenConnection, loop: asyncio.AbstractEventLoop) -> None:
        """Take a connection in; where there are too many, the one idle for longest goes, or this one."""
        self._connections.add(connection)
        if not self._looks:
            self._look(loop)
        if len(self._connections) > self._most:
            idle = [one for one in self._connections if one.idle]
            min(idle, key=lambda one: one.idle_since, default=connection).drop()

    def forget(self, connection: OpenConnection) -> None:
        """Let go of a connection."""
        self._connections.discard(connection)

    def lines(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Return the headers that the server writes in each answer, which it makes anew each second."""
        if headers is not self._headers:
            self._headers, self._lines = headers, b"".join(b"%b: %b\r\n" % pair for pair in headers)
        return self._lines

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        for one in list(self._connections):
            one.look(now)
        self._looks = bool(self._connections)
        if self._looks:
            loop.call_later(LOOK_SECONDS, self._look, loop)
