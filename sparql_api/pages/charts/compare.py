"""The page that compares two groups: a form without script, the chart, its table, each number a link to its fiches.

Knows the page; its numbers are the rows of a saved question, which `format=csv` gives as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.fiches.search import FicheIndex
from sparql_api.formats.negotiation import TABLES, language
from sparql_api.http.delivery import redirect, requested
from sparql_api.http.openapi import EDITION, TEXT, format_parameter, parameter, several
from sparql_api.http.routing import get
from sparql_api.pages.charts.comparison import (
    FACETS,
    MEASURES,
    QUESTION,
    Comparison,
    choices,
    comparison_of,
    facet_of,
    groups_of,
)
from sparql_api.pages.charts.routes import ChartAsked, charted, in_page
from sparql_api.pages.common.asked import spoken
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.maps.measure import number, threshold
from sparql_api.words.problems import ProblemError

OFFERS: Final = {"html": "text/html", "csv": TABLES["csv"]}
ASKED: Final = [
    *(parameter(name, "An id, an IRI or a label; given twice, two groups.", several(TEXT)) for name in FACETS),
    parameter("par", "The facet whose values the form offers."),
    parameter("mesure", "What is counted in each group.", {"type": "string", "enum": [*MEASURES]}),
    format_parameter(OFFERS),
    EDITION,
]


def compare_router(service: Service) -> APIRouter:
    """Return the route of comparisons."""
    router = APIRouter()

    @get(router, "/comparer", openapi_extra={"parameters": ASKED})
    async def page(request: Request) -> Response:
        media_type = requested(request, OFFERS)
        edition = service.edition(request)
        view = View(service, request, language(request), edition.number)
        index = await service.computing.run(request, service.index, edition, kind="search")
        try:
            compared = await service.computing.run(request, comparison_of, request, index, kind="search")
        except ProblemError as error:
            if media_type != OFFERS["html"]:
                raise
            return await shown(view, index, None, error)
        if media_type == OFFERS["html"]:
            return await shown(view, index, compared, None)
        return rows_of(view, compared, edition)

    return router


def rows_of(view: View, compared: Comparison | None, edition: Edition) -> Response:
    """Return the way to the rows of a comparison: those of the saved question."""
    given = compared.given(threshold("comparer-fiches")) if compared else {}
    return redirect(view.url(f"/queries/{QUESTION}", {**given, "format": "csv"}), edition=edition.number)


async def shown(view: View, index: FicheIndex, compared: Comparison | None, error: ProblemError | None) -> Response:
    """Return the page of a comparison, or of its form alone with what was wrong."""
    facet = compared.facet if compared else FACETS[0]
    with suppress(ProblemError):
        facet = facet_of(view.request)
    given, values = groups_of(view.request, facet), choices(index, facet, view.language)
    fullest = sorted(values, key=lambda one: -one.bits.bit_count())
    context: dict[str, Any] = {
        "facets": FACETS,
        "measures": MEASURES,
        "facet": facet,
        "values": values,
        "compared": compared,
        # Whoever names no group is offered those of which most can be said.
        "texts": [*given, *(one.id for one in fullest if one.id not in given)][:2],
        "error": error.problem.detail(view.language) if error else "",
        "share": threshold("part-fiches"),
        "least": threshold("comparer-fiches"),
        "chart_title": "",
        "rows": [],
    }
    status = error.problem.status if error else 200
    if compared:
        totals = [value.bits.bit_count() for value in compared.pair]
        both = (compared.pair[0].bits & compared.pair[1].bits).bit_count()
        context |= {"totals": totals, "both": both, "silent": min(totals) < context["least"]}
        if not context["silent"]:
            context |= await numbers(view, compared)
    write = partial(render, view.service, view.request, "compare.html", context, edition=view.edition, status=status)
    return await view.service.computing.run(view.request, write)


async def numbers(view: View, compared: Comparison) -> Mapping[str, Any]:
    """Return the chart and the table of a comparison, by the saved question, and where its numbers are had."""
    service, question = view.service, catalogue(view.service.iris.base)[QUESTION]
    assert view.edition is not None
    given = spoken(view, question, dict(compared.given(threshold("comparer-fiches"))))
    chart = await charted(view, ChartAsked(question, given, view.edition))
    rows = await service.reading(view.request).rows(bound(question, given, service.iris), view.edition)
    path, pinned = f"/queries/{QUESTION}", {**given, "edition": view.edition}
    groups = [value.iri for value in compared.pair]
    title = view.t("compare.title.of", one=chart.series[0], other=chart.series[1])
    return {
        "chart": await service.computing.run(view.request, in_page, view, title, chart) if chart.marks else "",
        "chart_title": title,
        "shares": chart.shares,
        "names": chart.series,
        "rows": [line(view, compared, row, groups) for row in rows],
        "left": chart.left,
        "addresses": {
            "question": view.url(path, given),
            "csv": view.here(format="csv", edition=str(view.edition)),
            "image": view.url(f"{path}.svg", pinned),
            "permanent": view.here(edition=str(view.edition)),
        },
    }


def line(view: View, compared: Comparison, row: Mapping[str, Any], groups: Sequence[str]) -> dict[str, Any]:
    """Return a row of the table: what is counted, and for each group its number, its part and its fiches."""
    value, label = row["valeur"].value, row.get("libelle")
    cells = []
    for side, group in zip(("premier", "second"), groups, strict=True):
        count, total = (int(number(row.get(f"{side}{name}")) or 0) for name in ("Projets", "Total"))
        both = [group, value] if compared.measure == compared.facet else [group]
        asked = {compared.facet: both} if len(both) > 1 else {compared.facet: group, compared.measure: value}
        # One facet repeated is any of its values: no list of fiches says both.
        cells.append((count, round(100 * count / total), "" if len(both) > 1 else view.url("/fiches", asked)))
    return {"label": label.value if label else value, "href": view.href(value), "cells": cells}
