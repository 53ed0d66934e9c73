"""The SPARQL form: a query typed or taken from the examples, and its answer below. Works without scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from queries import bind, catalogue
from sparql_api.formats.negotiation import GRAPHS, TABLES, language
from sparql_api.http.parameters import BYTE_ORDER_MARK
from sparql_api.http.site import site_of
from sparql_api.pages.answers import PATH, AnswerAsked
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.home import EXAMPLE
from sparql_api.pages.results import Results, results
from sparql_api.query.errors import EngineError

UNBOUND: Final = """SELECT (SUM(COALESCE(?valeur, 0)) / COUNT(?valeur) AS ?moyenne) WHERE {{
  ?appreciation oia:critere <{base}critere/C-D2-3> ; oia:echelon ?echelon .
  OPTIONAL {{ ?echelon oia:valeur ?valeur . }}
}}"""
"""A mean over rows of which some have no value, in the form that works; the short one, AVG(?valeur), stays empty."""
Editor = Callable[[Request], Awaitable[Response]]


def editor(service: Service) -> Editor:
    """Return the handler of the form, with or without a query."""

    async def form(request: Request) -> Response:
        view = View(service, request, language(request), service.engine.current_edition())
        asked = request.query_params.get("query", "").removeprefix(BYTE_ORDER_MARK)
        context: dict[str, Any] = {
            "query": asked or EXAMPLE.format(base=service.iris.base),
            "results": None,
            "problem": None,
            "downloads": [],
            "cite": None,
            "examples": examples(view),
            "unbound": UNBOUND.format(base=service.iris.base),
            "endpoint": f"{site_of(request)}/sparql",
        }
        status, edition = 200, view.edition
        if asked.strip():
            try:
                found = await results(service, request, view, asked)
                context |= {"results": found, "downloads": downloads(view, asked, found)}
                edition = found.edition
                if found.turtle is None:
                    context["cite"] = view.url(PATH, AnswerAsked(asked, None, {}).parameters(edition=edition))
            except EngineError as error:
                status, context["problem"] = error.problem.status, shown_problem(view, error)
        page = partial(render, service, request, "sparql.html", context, edition=edition, status=status)
        return await service.computing.run(request, page)

    return form


def shown_problem(view: View, error: EngineError) -> dict[str, Any]:
    """Return what went wrong, in the reader's language."""
    return {"title": error.problem.title(view.language), "detail": error.problem.detail(view.language)}


def downloads(view: View, query: str, found: Results) -> list[tuple[str, str]]:
    """Return the formats in which the whole answer can be taken."""
    formats = TABLES if found.turtle is None else GRAPHS
    names, asked = [name for name in formats if name != "n3"], {"query": query, "edition": found.edition}
    return [(name.upper(), view.url("/sparql", {**asked, "format": name})) for name in names]


def examples(view: View) -> list[tuple[str, str]]:
    """Return (title, address of the form holding it) of each question of the catalogue."""
    base = view.service.iris.base
    found = [(q, bind(q, {}, base)) for q in catalogue(base).values()]
    return [(view.pick(q.title), view.url("/sparql", {"query": text})) for q, text in found]
