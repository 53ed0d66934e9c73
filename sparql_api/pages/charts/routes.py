"""The chart of a saved question: asked of an edition, drawn for a page or as a file of its own. Knows addresses.

A figure is the question's answer, which the engine keeps for the edition once it was asked (`engine/cached.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from queries import Charted, Question, column_title, every_version
from sparql_api.description.questions import bound
from sparql_api.formats.negotiation import language
from sparql_api.formats.xml_text import HEAD
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, operation
from sparql_api.http.routing import get
from sparql_api.http.site import home_of
from sparql_api.pages.charts.drawing import Tongue, drawn
from sparql_api.pages.charts.grammar import Chart, Thresholds, chart_of
from sparql_api.pages.common.asked import as_openapi, given_values, spoken
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.named import refuse_unnamed_of
from sparql_api.pages.common.reading import solutions
from sparql_api.pages.common.service import Service
from sparql_api.pages.maps.drawing import written
from sparql_api.pages.maps.measure import threshold

MEDIA_TYPE: Final = "image/svg+xml"
LONGEST: Final = 4 << 20
"""Bytes of an answer that is still drawn; a longer one is a file."""


@dataclass(frozen=True)
class ChartAsked:
    """A question with the values given of its parameters, in an edition."""

    question: Question
    given: Mapping[str, Sequence[str]]
    edition: int


def charts_router(service: Service) -> APIRouter:
    """Return the routes of the charts, one a question that has one, and one a version."""
    router = APIRouter(tags=["queries"])
    for name, versions in every_version(service.iris.base).items():
        if versions[-1].charted:
            drawn_at(service, router, f"/queries/{name}.svg", versions[-1])
        for question in versions:
            if question.charted:
                drawn_at(service, router, f"/queries/{question.reference}.svg", question)
    return router


def drawn_at(service: Service, router: APIRouter, path: str, question: Question) -> None:
    """Declare the address of the chart of a version of a question."""
    said = operation(
        {MEDIA_TYPE: {}},
        parameters=(*map(as_openapi, question.parameters), EDITION),
        errors=("400", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
    )
    get(router, path, summary=f"{question.title['en']}: its chart", openapi_extra=said)(chart_file(service, question))


def chart_file(service: Service, question: Question) -> Any:
    """Return the handler of a question's chart as a file."""

    async def answer(request: Request) -> Response:
        edition = service.edition(request).number
        view = View(service, request, language(request), edition)
        asked = ChartAsked(question, spoken(view, question, given_values(request, question)), edition)
        chart = await charted(view, asked)
        if not chart.rows:
            await refuse_unnamed_of(service, request, edition, question, asked.given)
        data = await service.computing.run(request, file_of, view, asked, chart)
        return deliver(request, data, MEDIA_TYPE, edition=edition, headers={"Content-Language": view.language})

    answer.__name__ = f"chart_{question.name.replace('-', '_')}"
    return answer


async def charted(view: View, asked: ChartAsked) -> Chart:
    """Return the chart of a question; raises EngineError, and ProblemError 400 for a bad value.

    It has no mark where there is nothing to draw, or more than a page reads.
    """
    assert asked.question.charted
    service, form = view.service, asked.question.charted
    reading = service.reading(view.request)
    answer = await reading.answer(bound(asked.question, asked.given, service.iris), asked.edition)
    if answer.body.size > LONGEST:
        return Chart(form.kind, (), rows=answer.rows or 0)
    rows = await reading.decoded(answer, solutions)
    least = Thresholds(threshold("moyenne-observations"), threshold("part-fiches"))
    chart = await service.computing.run(view.request, chart_of, rows, form, plain, least)
    names = await groups(view, asked, form)
    return await named(view, chart, rows, asked.edition, names)


async def named(
    view: View, chart: Chart, rows: Sequence[Mapping[str, Any]], edition: int, names: tuple[str, ...] = ()
) -> Chart:
    """Return a chart whose things are called by their labels in an edition; raises EngineError."""
    texts = [text for mark in chart.marks for text in (mark.label, mark.group)]
    things = {term.value for row in rows for term in row.values() if isinstance(term, ox.NamedNode)}
    wanted = things & {*texts, *chart.series, *names}
    labels = await view.service.labels.of(view.service.reading(view.request), wanted, edition)
    called = {iri: view.pick(found) or iri for iri, found in labels.items()}
    marks = [replace(m, label=called.get(m.label, m.label), group=called.get(m.group, m.group)) for m in chart.marks]
    return replace(chart, marks=tuple(marks), series=names or tuple(called.get(one, one) for one in chart.series))


def plain(term: Any) -> str:
    """Return the text of a term, nothing where there is none."""
    return str(term.value) if term is not None else ""


async def groups(view: View, asked: ChartAsked, form: Charted) -> tuple[str, ...]:
    """Return what the two groups of a pair are called: by the values of their parameters, else by their columns."""
    if form.kind != "pair":
        return ()
    if not form.names:
        return tuple(view.pick(column_title(asked.question.name, column)) for column in form.values)
    defaults = {one.name: [one.default or ""] for one in asked.question.parameters}
    base = view.service.iris.base
    told = [list(asked.given.get(name) or defaults[name]) for name in form.names]
    iris = {value: value if "://" in value else base + value for values in told for value in values}
    labels = await view.service.labels.of(view.service.reading(view.request), iris.values(), asked.edition)
    return tuple(", ".join(view.pick(labels.get(iris[value]) or {"": value}) for value in values) for values in told)


def tongue(view: View) -> Tongue:
    """Return how a page says things and writes numbers."""
    return Tongue(view.t, partial(written, view))


def file_of(view: View, asked: ChartAsked, chart: Chart) -> bytes:
    """Return a chart as a file: its title in sight, and below it where its numbers come from."""
    query = urlencode({**asked.given, "edition": asked.edition}, doseq=True)
    address = f"{home_of(view.service.settings)}/queries/{asked.question.reference}?{query}"
    source = [
        view.t("chart.source", number=asked.edition, question=asked.question.name, n=chart.rows),
        view.pick(asked.question.description),
        address,
    ]
    return (HEAD + drawn(chart, view.pick(asked.question.title), tongue(view), source=source) + "\n").encode()


def in_page(view: View, title: str, chart: Chart) -> str:
    """Return a chart as part of a page, whose theme colours it."""
    return drawn(chart, title, tongue(view))
