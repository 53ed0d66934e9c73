"""Where the service answers, as its links name it."""

from __future__ import annotations

from starlette.requests import Request


def site_of(request: Request) -> str:
    """Return the address of the service as a request reached it, or as it is declared, without a slash at its end."""
    return str(request.base_url).rstrip("/")
