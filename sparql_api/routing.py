"""Declares the pages' routes: each answers GET, HEAD and OPTIONS, and stands once in the API's description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.parameters import known_names, reader
from sparql_api.responses import options

HTML: Final = "text/html"
METHODS: Final = "GET, HEAD, OPTIONS"
Handler = Callable[..., Awaitable[Response]]


def get(router: APIRouter, path: str, **described: Any) -> Callable[[Handler], Handler]:
    """Return a decorator that makes a function answer GET and HEAD at a path; OPTIONS is answered for it.

    What `described` holds (summary, description, openapi_extra…) goes to OpenAPI; without a summary the
    route is left out of it. The parameters that `openapi_extra` declares are those that the address knows.
    """
    operation = described.get("openapi_extra", {})
    # What offers no page, nor leads elsewhere, has data alone.
    data = HTML not in operation.get("responses", {"200": {"content": {HTML: {}}}})["200"]["content"]
    checked = [Depends(reader(known_names(operation), data=data))]

    def declare(handler: Handler) -> Handler:
        shown = "summary" in described
        # Handlers make their responses; what these are, `openapi_extra` says.
        router.add_api_route(
            path,
            handler,
            methods=["GET"],
            include_in_schema=shown,
            response_class=Response,
            dependencies=checked,
            **described,
        )
        router.add_api_route(path, handler, methods=["HEAD"], include_in_schema=False, dependencies=checked)
        router.add_api_route(path, read_only, methods=["OPTIONS"], include_in_schema=False)
        return handler

    return declare


async def read_only(request: Request) -> Response:
    """Say what an address takes; a page of another origin may then send headers of its own (`If-None-Match`)."""
    return options(request, METHODS)
