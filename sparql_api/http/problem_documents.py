"""Errors as RFC 9457 problem documents, in the caller's language, never a stack trace.

Knows how a problem is said over HTTP, and which the framework's own errors are; what may go wrong is `words.problems`'.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ontologie import BASE, Language
from sparql_api.formats.negotiation import language, prefers_html
from sparql_api.http.policies import PROBLEM
from sparql_api.words.problems import Problem, ProblemError, problem
from sparql_api.words.texts import text_of

Html = Callable[[Request, Problem, Language], Response | None]
logger: Final = logging.getLogger("observatoire")


def problem_response(problem: Problem, request: Request, base: str = BASE) -> Response:
    """Return the problem document as a response, readable from any web page."""
    spoken = language(request)
    body = json.dumps(problem.document(spoken, base), ensure_ascii=False, indent=1) + "\n"
    headers = {**PROBLEM.headers(), "Content-Language": spoken, **problem.headers}
    return Response(body, problem.status, headers, "application/problem+json")


def install_problem_handlers(
    app: FastAPI,
    base: str = BASE,
    html: Html | None = None,
    failed: Callable[[Request], None] = lambda request: None,
) -> None:
    """Make every error of the application a problem document, or what `html` makes of it for a browser.

    `failed` is told of each request that ended in an error nobody foresaw.
    """

    def respond(request: Request, problem: Problem) -> Response:
        if html is not None and prefers_html(request.headers.get("accept")):
            page = html(request, problem, language(request))
            if page is not None:
                page.headers.update(problem.headers)
                return page
        return problem_response(problem, request, base)

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return respond(request, error.problem)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return respond(request, from_http(request, error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(request, from_validation(error))

    async def unknown(request: Request, error: Exception) -> Response:
        failed(request)
        # Not the address asked, which may hold anything, a person's name too (law 7).
        route = getattr(request.scope.get("route"), "path", "no route")
        logger.error("unhandled error on %s %s", request.method, route, exc_info=error)
        return respond(request, problem("internal"))

    app.add_exception_handler(ProblemError, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unknown)


def from_http(request: Request, error: HTTPException) -> Problem:
    """Return the problem for an error of the framework's own (no such route, no such method)."""
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return Problem("not-found", {"path": request.url.path}, headers=headers)
    if error.status_code == 405:
        allowed = headers.get("Allow") or headers.get("allow") or "GET"
        return Problem("method", {"method": request.method, "allowed": allowed}, headers=headers)
    return Problem("http", {"reason": str(error.detail)}, headers=headers, code=error.status_code)


def from_validation(error: RequestValidationError) -> Problem:
    """Return the problem for a parameter that does not fit its declared type."""
    first = error.errors()[0]
    name = str(first["loc"][-1]) if first["loc"] else "?"
    reason = text_of("not-accepted", why=first["msg"])
    return Problem("parameter", {"parameter": name, "reason": reason}, extra={"parameter": name})
