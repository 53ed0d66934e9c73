"""Declares the pages' routes: each answers GET, HEAD and OPTIONS, and stands once in the API's description.

Each goes through what bounds computing, unless it is declared cheap.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from typing import Any, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.computing.limiter import Computing
from sparql_api.http.parameters import known_names, reader, repeatable_names
from sparql_api.http.policies import MADE, Policy, policy_of, under
from sparql_api.http.responses import options

HTML: Final = "text/html"
METHODS: Final = "GET, HEAD, OPTIONS"
BOUNDED: Final = "__bounded__"
"""The mark of a handler that goes through what bounds computing."""
Handler = Callable[..., Awaitable[Response]]


def get(
    router: APIRouter, path: str, *, policy: Policy = MADE, cheap: bool = False, **described: Any
) -> Callable[[Handler], Handler]:
    """Return a decorator that makes a function answer GET and HEAD at a path; OPTIONS is answered for it.

    `policy` is that of the data it answers; pages have theirs, and errors (`delivery.deliver`).
    `cheap` is what costs no more than reading a small file: it is answered whatever share its client has left.

    What `described` holds (summary, description, openapi_extra…) goes to OpenAPI; without a summary the
    route is left out of it. The parameters that `openapi_extra` declares are those that the address knows.
    """
    operation = described.get("openapi_extra", {})
    # What offers no page, nor leads elsewhere, has data alone.
    data = HTML not in operation.get("responses", {"200": {"content": {HTML: {}}}})["200"]["content"]
    checked = [Depends(reader(known_names(operation), data=data, repeatable=repeatable_names(operation)))]

    def declare(handler: Handler) -> Handler:
        shown = "summary" in described
        answering = kept(handler if cheap else bounded(handler), policy)
        # Handlers make their responses; what these are, `openapi_extra` says.
        router.add_api_route(
            path,
            answering,
            methods=["GET"],
            include_in_schema=shown,
            response_class=Response,
            dependencies=checked,
            **described,
        )
        router.add_api_route(path, answering, methods=["HEAD"], include_in_schema=False, dependencies=checked)
        router.add_api_route(path, read_only, methods=["OPTIONS"], include_in_schema=False)
        return handler

    return declare


def post(
    router: APIRouter, path: str, *, policy: Policy, opened: str = "", **described: Any
) -> Callable[[Handler], Handler]:
    """Return a decorator that makes a function answer POST at a path; it reads its body itself, then asks for its turn.

    `opened` are the methods that pages of other origins may use there; none, where agents act. The parameters that
    `openapi_extra` declares are those that the address knows.
    """
    operation = described.get("openapi_extra", {})
    checked = [Depends(reader(known_names(operation), data=True))]

    def declare(handler: Handler) -> Handler:
        answering = kept(handler, policy)
        router.add_api_route(
            path, answering, methods=["POST"], response_class=Response, dependencies=checked, **described
        )
        said = taking(opened) if opened else act_only
        router.add_api_route(path, said, methods=["OPTIONS"], include_in_schema=False)
        return handler

    return declare


async def act_only(request: Request) -> Response:
    """Say what an address takes where only agents act; the pages of other origins are told no more."""
    return Response(None, 204, {"Allow": "OPTIONS, POST"})


def kept(handler: Handler, policy: Policy) -> Handler:
    """Return a handler that answers as another does, under a policy."""

    @wraps(handler)
    async def answer(request: Request, **parts: Any) -> Response:
        request.state.policy = policy
        return await handler(request, **parts)

    return under(policy)(answer)


def bounded(handler: Handler) -> Handler:
    """Return a handler that answers as another does, while its client is there and has a share left."""

    @wraps(handler)
    async def answer(request: Request, **parts: Any) -> Response:
        computing: Computing = request.app.state.computing
        return await computing.answer(request, lambda: handler(request, **parts))

    setattr(answer, BOUNDED, True)
    return answer


async def read_only(request: Request) -> Response:
    """Say what an address takes; a page of another origin may then send headers of its own (`If-None-Match`)."""
    return options(request, METHODS)


def taking(methods: str) -> Handler:
    """Return a handler that says what an address takes, to pages of other origins too."""

    async def said(request: Request) -> Response:
        return options(request, methods)

    return said


def every_route(holder: Any) -> Iterator[Any]:
    """Yield each route of an application, in the order in which they are tried: those of its routers among them."""
    for route in holder.routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from every_route(inner)


def route_policy(route: Any) -> Policy | None:
    """Return the policy that a route declares; None where it answers with problems alone, or OPTIONS."""
    return policy_of(getattr(route, "endpoint", None) or route.app)
