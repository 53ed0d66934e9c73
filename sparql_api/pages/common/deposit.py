"""Where a page sends who wants to deposit a fiche: to where that is done, else to what a fiche must respect."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from starlette.applications import Starlette

from sparql_api.http.routing import every_route
from sparql_api.pages.common.layout import View

WORKSHOP: Final = "/atelier"
RULES: Final = "/shapes"


def deposit_link(view: View) -> tuple[str, str]:
    """Return (address, text) of the link; the service may have no page where one deposits."""
    path, key = (WORKSHOP, "deposit.go") if has_workshop(view.request.app) else (RULES, "deposit.rules")
    return view.url(path), view.t(key)


@lru_cache(maxsize=1)
def has_workshop(app: Starlette) -> bool:
    """Return whether a service, all of its routes declared, has the page where one deposits."""
    return any(route.path == WORKSHOP for route in every_route(app) if hasattr(route, "path"))
