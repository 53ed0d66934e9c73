"""Each client's share of engine time: so many seconds in so long a window, given back little by little.

Knows clients by opaque keys only; an address is hashed with a salt of this process before it is kept.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import random
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from sparql_api.words.problems import Problem, ProblemError

CLIENTS: Final = 50_000
WEIGHT_RATE: Final = 0.05
"""Seconds of engine time a second that weigh nothing."""
STRIKE_RATE: Final = 0.5
"""Strikes a second that fade."""
FREE_STRIKES: Final = 5
LONGEST_HOLD: Final = 20.0
"""Seconds; shorter than most clients wait for an answer."""

SAID_SECONDS: Final = 1.0
"""For so long what is left of a share is said as it was: a header tells of whole seconds."""


NETWORK: Final = 64
"""Bits of an IPv6 address that say whose it is: the rest its holder chooses as they like (RFC 6177, RFC 7934)."""


def holder_of(address: str) -> str:
    """Return whose an address is: of IPv6 its network, of IPv4 the address itself, however it is written.

    >>> holder_of("2001:db8::1") == holder_of("2001:db8::ffff:2"), holder_of("::ffff:192.0.2.1")
    (True, '192.0.2.1')
    """
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Address(int(found) >> 128 - NETWORK << 128 - NETWORK))


class ShareExhausted(ProblemError):
    """The client used its share up (429, Retry-After)."""


class Levels:
    """A level a client, which rises with what is charged and sinks by `rate` a second."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def of(self, client: str | None) -> float:
        """Return a client's level; our own pages have none."""
        level, since = self._levels.get(client or "", (0.0, 0.0))
        return max(0.0, level - (self._clock() - since) * self._rate)

    def charge(self, client: str | None, amount: float) -> None:
        """Raise a client's level; the clients not heard of for longest are forgotten."""
        if client is None or amount <= 0:
            return
        self._levels[client] = (self.of(client) + amount, self._clock())
        self._levels.move_to_end(client)
        if len(self._levels) > CLIENTS:
            self._levels.popitem(last=False)


class FairUse:
    """A leaky bucket a client: `seconds` deep, empty again after `window` seconds without a query."""

    def __init__(self, seconds: float, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.window = window
        self._salt = secrets.token_bytes(16)
        self._share = Levels(seconds / window if seconds else 1.0, clock)
        self._weights = Levels(WEIGHT_RATE, clock)
        self._strikes = Levels(STRIKE_RATE, clock)
        self._clock = clock
        self._said: dict[str, bytes] = {}
        self._said_until = -math.inf

    def key(self, address: str) -> str:
        """Return the opaque key of who holds a network address; it means nothing outside of this process."""
        return hashlib.blake2b(holder_of(address).encode(), key=self._salt, digest_size=9).hexdigest()

    def used(self, client: str | None) -> float:
        """Return the seconds a client has used and not been given back; our own pages use none."""
        return self._share.of(client)

    def weight(self, client: str | None) -> float:
        """Return how heavy a client's use has been for some minutes: who asks little goes before who asks much."""
        return self._weights.of(client)

    def charge(self, client: str | None, seconds: float) -> None:
        """Count engine time to a client."""
        self._share.charge(client, seconds)
        self._weights.charge(client, seconds)
        self._said.pop(client or "", None)

    def strike(self, client: str) -> None:
        """Note that a client's request came to nothing: refused, ended at a bound, or left alone by who asked."""
        self._strikes.charge(client, 1)
        self._said.pop(client, None)

    def hold(self, client: str) -> float:
        """Return the seconds for which a client's next request waits before anything is done for it.

        A few failures cost nothing. Who goes on without a pause is answered at the pace at which strikes fade.
        Nobody is held where clients have no bound.
        """
        if not self.seconds:
            return 0.0
        return min(LONGEST_HOLD, max(0.0, self._strikes.of(client) - FREE_STRIKES) * random.uniform(0.5, 1.5))

    def at_once(self, client: str) -> bytes | None:
        """Return what a header says is left of a client's share; None where its next request waits or is refused.

        It is empty where clients have no bound. What was said of a client is said again for a second, unless something
        is counted to it.
        """
        if not self.seconds:
            return b""
        now = self._clock()
        if now >= self._said_until:
            self._said, self._said_until = {}, now + SAID_SECONDS
        said = self._said.get(client)
        if said is None and self._strikes.of(client) <= FREE_STRIKES and self.used(client) < self.seconds:
            said = self._said[client] = self.left(client).encode()
        return said

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
        return {
            "RateLimit-Policy": f'"engine-seconds";q={self.seconds:.0f};w={self.window:.0f}',
            "RateLimit": self.left(client),
        }

    def left(self, client: str) -> str:
        """Return what is left of a client's share, as a header says it."""
        used = self.used(client)
        left = max(0, math.floor(self.seconds - used))
        full = math.ceil(used * self.window / self.seconds)
        return f'"engine-seconds";r={left};t={full}'
