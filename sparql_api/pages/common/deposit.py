"""Where a page sends who wants to deposit a fiche: to where that is done, else to what a fiche must respect."""

from __future__ import annotations

from typing import Final

from sparql_api.http.routing import every_route
from sparql_api.pages.common.layout import View

WORKSHOP: Final = "/atelier"
RULES: Final = "/shapes"


def deposit_link(view: View) -> tuple[str, str]:
    """Return (address, text) of the link; the service may have no page where one deposits."""
    there = any(route.path == WORKSHOP for route in every_route(view.request.app) if hasattr(route, "path"))
    path, key = (WORKSHOP, "deposit.go") if there else (RULES, "deposit.rules")
    return view.url(path), view.t(key)
