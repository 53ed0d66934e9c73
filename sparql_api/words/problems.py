"""Errors as RFC 9457 problem documents: a stable type, texts in the caller's language, never a stack trace.

Knows the catalogue of problems (`ontologie/phrases/problemes.csv`) and how one is said over HTTP; what went wrong is
said by whoever raises it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ontologie import BASE, LANGUAGES, Language, sentences
from sparql_api.formats.negotiation import prefers_html, ranked_languages
from sparql_api.words.texts import Text, text_of

Html = Callable[[Request, "Problem", Language], Response | None]
logger = logging.getLogger("observatoire")

CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
}


@dataclass(frozen=True)
class Problem:
    """One occurrence of a problem of the catalogue.

    `values` fill the texts (a text itself may be a pair fr, en), `extra` are the extension members of the
    document, `headers` go on the response.
    """

    name: str
    values: Mapping[str, Text | str | int | float] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    code: int | None = None

    @property
    def status(self) -> int:
        """The HTTP status, the catalogue's unless this occurrence has its own."""
        status: int = self.code or catalogue()[self.name]["status"]
        return status

    def title(self, language: Language) -> str:
        """Return the title, the same for every occurrence of the type."""
        title: str = catalogue()[self.name]["title"][language]
        return title

    def detail(self, language: Language) -> str:
        """Return what is said of this occurrence."""
        values = {k: v.get(language) if isinstance(v, Text) else v for k, v in self.values.items()}
        detail: str = catalogue()[self.name]["detail"][language]
        return detail.format_map(values)

    def document(self, language: Language, base: str = BASE) -> dict[str, Any]:
        """Return the members of the problem document."""
        extra = {k: v.get(language) if isinstance(v, Text) else v for k, v in self.extra.items()}
        return {
            "type": f"{base}problems/{self.name}",
            "title": self.title(language),
            "status": self.status,
            "detail": self.detail(language),
            **extra,
        }


class ProblemError(Exception):
    """Raised anywhere below an HTTP handler to answer with a problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from one process to another whole."""
        return type(self), (self.problem,), self.__dict__


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Return the known problems: name → status, title and detail in fr and en."""
    return {
        name: {
            "status": int(row["status"]),
            **{part: {lang: row[f"{part}_{lang}"] for lang in LANGUAGES} for part in ("title", "detail")},
        }
        for name, row in sentences("problemes").items()
    }


def problem(
    name: str,
    *,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Problem:
    """Return an occurrence of a problem of the catalogue."""
    return Problem(name, values, extra or {}, headers or {})


def language(request: Request) -> Language:
    """Return the caller's language: `lang=`, else `Accept-Language`, else French."""
    asked = request.query_params.get("lang")
    if asked in ("fr", "en"):
        return "fr" if asked == "fr" else "en"
    return ranked_languages(request.headers.get("accept-language"))


def problem_response(problem: Problem, request: Request, base: str = BASE) -> Response:
    """Return the problem document as a response, readable from any web page."""
    spoken = language(request)
    body = json.dumps(problem.document(spoken, base), ensure_ascii=False, indent=1) + "\n"
    headers = {
        "Content-Language": spoken,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "no-store",
        **CORS,
        **problem.headers,
    }
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
