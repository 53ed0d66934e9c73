"""What a request asks, as bytes: all that its answer depends on, but for its client, what that has, and the edition.

Knows requests as parsed; not what is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

SEGMENT: Final = 8 << 10
"""Greatest request whose answer is kept, in bytes."""
METHODS: Final = ("GET", "HEAD", "POST", "QUERY")
VARYING: Final = frozenset(
    {
        b"accept", b"accept-datetime", b"accept-encoding", b"accept-language", b"accept-profile", b"content-type",
        b"host", b"x-forwarded-proto",
    }
)
"""Headers that an answer depends on, beside its client."""
CONDITION: Final = b"if-none-match"
FORWARDED: Final = b"x-forwarded-for"
APART: Final = frozenset(
    {
        *(b"authorization", b"cookie", b"proxy-authorization"),
        *(b"if-match", b"if-modified-since", b"if-range", b"if-unmodified-since", b"range"),
        *(b"expect", b"transfer-encoding", b"upgrade"),
    }
)
"""Headers of requests that are answered each for itself: of somebody, on other conditions, or not whole at once."""


class Demand(NamedTuple):
    """What a request asks."""

    key: bytes
    """The same for all requests that ask the same."""
    has: str | None
    """The entity tags of what its client has (If-None-Match), None where it names none."""
    spoken_for: str
    """The clients that it says it comes from, where who sent it is believed."""


def read_asked(scope: Mapping[str, Any], url: bytes, body: bytes, trusted: bool) -> Demand | None:
    """Return what a whole request asks; None where its answer is not to be kept.

    `trusted` is whether who sent it is believed about the client that it speaks for.
    """
    if scope["method"] not in METHODS:
        return None
    varying, conditions, forwarded = [], [], []
    for name, value in scope["headers"]:
        if name in VARYING:
            varying.append(name + b":" + value + b"\n")
        elif name == CONDITION:
            conditions.append(value)
        elif name in APART:
            return None
        elif name == FORWARDED and trusted:
            forwarded.append(value)
    head = b"%b%b %b\n%b\n" % (b"+" if trusted else b"-", scope["method"].encode(), url, b"".join(varying))
    # A line more than what was read, as of a folded header, might be told apart otherwise than it was put together.
    if len(conditions) > 1 or head.count(b"\n") != len(varying) + 2 or len(head) + len(body) > SEGMENT:
        return None
    has = conditions[0].decode("latin-1") if conditions else None
    return Demand(head + body, has, b", ".join(forwarded).decode("latin-1"))
