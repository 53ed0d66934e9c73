"""The addresses of a cited answer: as data, as a page, and as a file of HTML that is read off line.

Knows what people are shown of an answer; what it says, its hash and its difference are in `answers`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from queries import column_title
from sparql_api.description.licences import licences_of
from sparql_api.description.questions import for_readers
from sparql_api.formats.bags import ALGORITHM
from sparql_api.formats.citations import FORMATS
from sparql_api.formats.negotiation import TABLES, language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.openapi import (
    COUNT,
    EDITION,
    OF_COMPUTING,
    OF_EDITION,
    OF_ENGINE,
    TEXT,
    format_parameter,
    operation,
    structure,
)
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.routing import get
from sparql_api.http.site import home_of
from sparql_api.pages.charts.routes import ChartAsked, charted, in_page
from sparql_api.pages.cited.answers import (
    ASKED,
    CITED,
    PATH,
    SHOWN,
    AnswerAsked,
    AnswerTold,
    answer_asked,
    as_json,
    cite_parameters,
    referred,
    title_of,
    told,
)
from sparql_api.pages.common.layout import View, environment, render
from sparql_api.pages.common.reading import solutions
from sparql_api.pages.common.service import Service
from sparql_api.pages.maps.drawing import Map
from sparql_api.pages.maps.shown import map_of
from sparql_api.pages.results import Results, as_answered, cell, named, of_table
from sparql_api.pages.things.presentation import Shown

FILE_PATH: Final = "/answer.html"
FILE_TYPE: Final = "text/html"
OFFERS: Final = {"json": "application/json", "html": "text/html"}
DRAWN: Final = 1 << 18
"""Bytes of an answer that is looked through for a map."""
WHOLE: Final = ("csv", "tsv", "json")
"""The formats in which the whole answer is offered beside its page."""
_ANSWERED: Final = structure(address=TEXT, query=TEXT, rows=COUNT, sha256=TEXT, latest={"type": "object"})
DESCRIBED: Final = operation(
    {OFFERS["json"]: _ANSWERED, OFFERS["html"]: {}},
    parameters=(*ASKED, *CITED, EDITION, format_parameter(OFFERS)),
    errors=("400", "406", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)
FILE_DESCRIBED: Final = operation(
    {FILE_TYPE: {}},
    parameters=(*ASKED, *CITED, EDITION),
    errors=("400", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)


def answers_router(service: Service) -> APIRouter:
    """Return the routes of cited answers: as data and as a page; as a file of its own."""
    router = APIRouter(tags=["queries"])

    @get(router, PATH, summary="An answer of an edition, to cite and compare", openapi_extra=DESCRIBED)
    async def answer(request: Request) -> Response:
        media_type = requested(request, OFFERS)
        asked, edition = answer_asked(service, request), service.edition(request)
        view = View(service, request, language(request), edition.number)
        one = await told(view, asked, edition)
        if media_type != OFFERS["html"]:
            return deliver(request, write_json(as_json(view, one)), media_type, edition=edition.number)
        context = await shown(view, one) | await beside(view, one) | {"map": await mapping(view, one)}
        context["results"] = await named(view, context["results"], noted=True)
        page = partial(render, service, request, "answer_page.html", context, edition=edition.number)
        return await service.computing.run(request, page)

    @get(router, FILE_PATH, summary="An answer as a file that is read off line", openapi_extra=FILE_DESCRIBED)
    async def file(request: Request) -> Response:
        refuse_unknown(request)
        asked, edition = answer_asked(service, request), service.edition(request)
        view = View(service, request, language(request), edition.number)
        data = await alone(view, asked, edition)
        named = f"{asked.question.name if asked.question else 'answer'}-{edition.number}.html"
        return deliver(request, data, FILE_TYPE, edition=edition.number, filename=named)

    return router


async def alone(view: View, asked: AnswerAsked, edition: Edition) -> bytes:
    """Return an answer as a file of HTML that needs no other: chart, table, query, edition, licence, hash."""
    one = await told(view, asked, edition, alone=True)
    context = await shown(view, one)
    template = environment().get_template("answer.html")
    home = home_of(view.service.settings)
    write = partial(template.render, context, t=view.t, lang=view.language, home=home)
    return (await view.service.computing.run(view.request, write)).encode()


async def shown(view: View, one: AnswerTold) -> dict[str, Any]:
    """Return what both the page and the file show of an answer: its chart, its table, where it comes from."""
    computing, asked, question = view.service.computing, one.asked, one.asked.question
    ordered = partial(for_readers, question.text) if question else as_answered
    results: Results = await computing.run(view.request, of_table, one.answer, view, ordered)
    cited, manifest = referred(view, one), one.edition.manifest
    return {
        "title": title_of(view, asked),
        "about": view.pick(question.description) if question else "",
        "chart": await drawing(view, one),
        "results": results,
        "titles": {name: column_title(question.name, name) for name in results.columns} if question else {},
        "pick": view.pick,
        "said": one.said,
        "algorithm": ALGORITHM,
        "asked": asked,
        "one": one,
        "date": view.date(str(manifest["date"])),
        "redactions": [{**said, "date": view.date(said["date"])} for said in manifest.get("redactions", ())],
        "cited": cited,
        "licences": licences_of(one.edition).of(),
        "whole": [(name.upper(), whole(view, one, name)) for name in WHOLE if name in TABLES],
    }


async def drawing(view: View, one: AnswerTold) -> str:
    """Return the chart of an answer as SVG; nothing where its question has none, or there is nothing to draw."""
    question = one.asked.question
    if question is None or not question.charted:
        return ""
    given = {name: tuple(values) for name, values in one.asked.given.items()}
    chart = await charted(view, ChartAsked(question, given, one.edition.number))
    if not chart.marks:
        return ""
    return await view.service.computing.run(view.request, in_page, view, view.pick(question.title), chart)


async def mapping(view: View, one: AnswerTold) -> Map | None:
    """Return the map of an answer's rows; None where none fits, or where it is longer than a map's answer is."""
    if one.answer.form != "SELECT" or one.answer.body.size > DRAWN:
        return None
    rows = await view.service.reading(view.request).decoded(one.answer, solutions)
    return await map_of(view, title_of(view, one.asked), rows, one.edition.number, one.asked.question)


def whole(view: View, one: AnswerTold, name: str) -> str:
    """Return the path where the whole answer is, of the same edition, in a format."""
    asked, pinned = one.asked, {"edition": one.edition.number, "format": name}
    if asked.question is None:
        return view.url("/sparql", {"query": asked.text, **pinned})
    # A question's JSON is its own form; that of SPARQL has another name.
    pinned["format"] = "srj" if name == "json" else name
    return view.url(f"/queries/{asked.question.reference}", {**asked.given, **pinned})


async def beside(view: View, one: AnswerTold) -> dict[str, Any]:
    """Return what the page shows besides: where to cite and keep it, the latest edition's, what differs of it."""
    asked, said = one.asked, one.said
    changed = partial(changed_rows, view, said.columns)
    computing, request = view.service.computing, view.request
    differences = [
        ("answer.added", await computing.run(request, changed, said.added_rows)),
        ("answer.removed", await computing.run(request, changed, said.removed_rows)),
    ]
    return {
        "differences": [(key, rows) for key, rows in differences if rows],
        "most": SHOWN,
        "file": view.url(FILE_PATH, asked.parameters(edition=one.edition.number)),
        "latest": view.url(PATH, asked.parameters(edition=one.latest)),
        "citations": [(name, view.url("/cite", cite_parameters(one, name))) for name in FORMATS],
    }


def changed_rows(view: View, columns: Sequence[str], lines: Sequence[str]) -> list[tuple[Shown, ...]]:
    """Return the rows of a difference as the page's table shows them; yes or no is one cell."""
    if not columns:
        return [(Shown(view.t(f"value.{line}")),) for line in lines]
    table = "\t".join(f"?{name}" for name in columns) + "\n" + "".join(f"{line}\n" for line in lines)
    read = ox.parse_query_results(table.encode(), format=ox.QueryResultsFormat.TSV)
    assert isinstance(read, ox.QuerySolutions)
    rows = json.loads(read.serialize(format=ox.QueryResultsFormat.JSON) or b"")["results"]["bindings"]
    return [tuple(cell(view, row.get(name)) for name in columns) for row in rows]
