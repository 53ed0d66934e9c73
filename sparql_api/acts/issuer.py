"""The sign-on service as it may be reached: one host, an answer of so many bytes, in so much time.

Loaded where somebody signs in alone: it speaks by the library that Authlib's client stands on, of the extra `oidc`.
"""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlsplit

import httpx2

SECONDS: Final = 5.0
"""How long one answer of the service may take."""
LARGEST: Final = 256 << 10
"""Bytes of one answer."""


class Bounded(httpx2.BaseTransport):
    """Reaches one host alone, and reads so much of an answer, in so much time."""

    def __init__(self, issuer: str) -> None:
        self._origin = urlsplit(issuer)[:2]
        self._inner = httpx2.HTTPTransport()

    def check(self, url: httpx2.URL) -> None:
        """Raise ValueError where an address is elsewhere."""
        if urlsplit(str(url))[:2] != self._origin:
            raise ValueError("another host than the issuer's")

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request whole. Raises ValueError, httpx2.HTTPError."""
        self.check(request.url)
        end = time.monotonic() + SECONDS
        answer = self._inner.handle_request(request)
        body = bytearray()
        try:
            assert isinstance(answer.stream, httpx2.SyncByteStream)
            for chunk in answer.stream:
                body += chunk
                if len(body) > LARGEST or time.monotonic() > end:
                    raise ValueError("too long an answer")
        finally:
            answer.close()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=bytes(body))

    def close(self) -> None:
        """Give connections back."""
        self._inner.close()
