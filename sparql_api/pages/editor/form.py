"""The SPARQL form: a query typed or taken from the examples, and its answer below. Works without scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from queries import catalogue
from sparql_api.formats.negotiation import GRAPHS, TABLES, language
from sparql_api.http.parameters import BYTE_ORDER_MARK, timeout_seconds
from sparql_api.http.site import site_of
from sparql_api.pages.cited.answers import PATH, AnswerAsked
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.editor.figures import drawings, example_texts
from sparql_api.pages.editor.files import editor_files
from sparql_api.pages.home import EXAMPLE
from sparql_api.pages.results import Results, answered, named, prepared
from sparql_api.words.problems import ProblemError

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
            "deadlines": deadlines(view),
            "results": None,
            "chart": None,
            "map": None,
            "problem": None,
            "downloads": [],
            "cite": None,
            "examples": examples(view),
            "unbound": UNBOUND.format(base=service.iris.base),
            "endpoint": f"{site_of(request)}/sparql",
            "editor": editor_files(),
        }
        status, edition = 200, view.edition
        if asked.strip():
            try:
                found, beside = await run(view, asked)
                context |= {"results": found, "downloads": downloads(view, asked, found), **beside}
                edition = found.edition
                context["share"] = view.url("/sparql", {"query": asked, "edition": edition})
                if found.turtle is None:
                    context["cite"] = view.url(PATH, AnswerAsked(asked, None, {}).parameters(edition=edition))
            except ProblemError as error:
                status, context["problem"] = error.problem.status, shown_problem(view, error)
        page = partial(render, service, request, "sparql.html", context, edition=edition, status=status)
        return await service.computing.run(request, page)

    return form


async def run(view: View, text: str) -> tuple[Results, dict[str, Any]]:
    """Return the answer to a query as the page shows it, and the drawings that fit it; raises ProblemError."""
    limits = view.service.settings.limits().shortened(timeout_seconds(view.request.query_params.get("timeout", "")))
    plan, answer = await answered(view.service, view.request, text, limits)
    return await named(view, await prepared(view, plan, answer), noted=True), await drawings(view, text, answer)


def deadlines(view: View) -> list[tuple[str, str, bool]]:
    """Return the deadlines that a reader may choose, in seconds: (value, as shown, whether it is chosen)."""
    most = view.service.settings.query_timeout
    offered = [f"{most / part:g}" for part in (1, 3, 10)]
    asked = view.request.query_params.get("timeout", "")
    return [(value, view.decimal(value), value == asked) for value in offered]


def shown_problem(view: View, error: ProblemError) -> dict[str, Any]:
    """Return what went wrong, in the reader's language, and where."""
    place = {name: error.problem.extra.get(name) for name in ("line", "column")}
    return {"title": error.problem.title(view.language), "detail": error.problem.detail(view.language), **place}


def downloads(view: View, query: str, found: Results) -> list[tuple[str, str]]:
    """Return the formats in which the whole answer can be taken."""
    formats = TABLES if found.turtle is None else GRAPHS
    names, asked = [name for name in formats if name != "n3"], {"query": query, "edition": found.edition}
    return [(name.upper(), view.url("/sparql", {**asked, "format": name})) for name in names]


def examples(view: View) -> list[tuple[str, str]]:
    """Return (title, address of the form holding it) of each question of the catalogue."""
    base = view.service.iris.base
    texts = example_texts(base)
    return [(view.pick(q.title), view.url("/sparql", {"query": texts[name]})) for name, q in catalogue(base).items()]
