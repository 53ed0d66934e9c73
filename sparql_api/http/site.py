"""Where the service answers, as its links name it."""

from __future__ import annotations

from starlette.requests import Request

from sparql_api.settings import Settings


def site_of(request: Request) -> str:
    """Return the address of the service as a request reached it, or as it is declared, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def home_of(settings: Settings) -> str:
    """Return the address that citations and files name, whatever host was asked: the declared one, else the base of the
    graph's names; without a slash at its end."""
    return (settings.public_url or settings.base_iri).rstrip("/")
