"""Each client's share of engine time: so many seconds in so long a window, given back little by little.

Knows clients by opaque keys only; an address is hashed with a salt of this process before it is kept.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from sparql_api.events import QueryEvent
from sparql_api.problems import Problem, ProblemError

CLIENTS: Final = 50_000


class ShareExhausted(ProblemError):
    """The client used its share up (429, Retry-After)."""


class FairUse:
    """A leaky bucket a client: `seconds` deep, empty again after `window` seconds without a query."""

    def __init__(self, seconds: float, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.window = window
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def key(self, address: str) -> str:
        """Return the opaque key of a network address; it means nothing outside of this process."""
        return hashlib.blake2b(address.encode(), key=self._salt, digest_size=9).hexdigest()

    def used(self, client: str | None) -> float:
        """Return the seconds a client has used and not been given back; our own pages use none."""
        level, since = self._buckets.get(client or "", (0.0, 0.0))
        rate = self.seconds / self.window if self.seconds else 1.0
        return max(0.0, level - (self._clock() - since) * rate)

    def charge(self, client: str | None, seconds: float) -> None:
        """Count engine time to a client."""
        if client is None or seconds <= 0:
            return
        self._buckets[client] = (self.used(client) + seconds, self._clock())
        self._buckets.move_to_end(client)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)

    def charge_event(self, event: QueryEvent) -> None:
        """Count the time of a query to whoever asked."""
        self.charge(event.client, event.seconds)

    def check(self, client: str) -> None:
        """Raise ShareExhausted where a client has nothing left."""
        over = self.used(client) - self.seconds
        if self.seconds and over >= 0:
            wait = max(1, math.ceil(over * self.window / self.seconds))
            headers = {"Retry-After": str(wait), **self.headers(client)}
            values: dict[str, str | int] = {
                "seconds": f"{self.seconds:g}",
                "window": f"{self.window:g}",
                "retry_after": wait,
            }
            raise ShareExhausted(Problem("share", values, {"bound": "share"}, headers))

    def headers(self, client: str) -> dict[str, str]:
        """Return the RateLimit headers (draft-ietf-httpapi-ratelimit-headers) of a client."""
        if not self.seconds:
            return {}
        used = self.used(client)
        left = max(0, math.floor(self.seconds - used))
        full = math.ceil(used * self.window / self.seconds)
        return {
            "RateLimit-Policy": f'"engine-seconds";q={self.seconds:.0f};w={self.window:.0f}',
            "RateLimit": f'"engine-seconds";r={left};t={full}',
        }
