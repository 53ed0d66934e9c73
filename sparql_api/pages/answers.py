"""An answer that is cited: a question or a query, its parameters and its edition at one address, with its hash.

It says what the latest edition answers to the same, and what differs; as a file of HTML it is read off line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from queries import Question, column_title, every_version
from sparql_api.description.licences import licences_of
from sparql_api.description.questions import bound
from sparql_api.engine.port import Answer
from sparql_api.formats.bags import Bag, bag_of, difference
from sparql_api.formats.citations import FORMATS, Reference
from sparql_api.formats.negotiation import language
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
    parameter,
    several,
    structure,
)
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.query_strings import bad
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.charts.routes import ChartAsked, charted, in_page
from sparql_api.pages.common.layout import View, environment, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.results import of_table
from sparql_api.pages.things.citation import of_edition
from sparql_api.words.problems import ProblemError, problem

PATH: Final = "/answer"
FILE_PATH: Final = "/answer.html"
FILE_TYPE: Final = "text/html"
QUESTION, VERSION, QUERY, WITH, HASH = "question", "version", "query", "with", "sha256"
OFFERS: Final = {"json": "application/json", "html": "text/html"}
LONGEST: Final = 16 << 20
"""Bytes of an answer that is hashed and compared; a longer one is a file, whose bytes a client hashes."""
SHOWN: Final = 100
"""Rows of a difference that are told; all are counted."""
ASKED: Final = (
    parameter(QUESTION, "A saved question, by its name; or else `query`."),
    parameter(VERSION, "Which version of the question; without it, the latest.", COUNT),
    parameter(WITH, "A parameter of the question, as name=value; may be repeated.", several(TEXT)),
    parameter(QUERY, "The text of a SELECT or ASK query."),
)
_ANSWERED: Final = structure(address=TEXT, query=TEXT, rows=COUNT, sha256=TEXT, latest={"type": "object"})
DESCRIBED: Final = operation(
    {OFFERS["json"]: _ANSWERED, OFFERS["html"]: {}},
    parameters=(*ASKED, parameter(HASH, "The hash that was cited, to compare."), EDITION, format_parameter(OFFERS)),
    errors=("400", "406", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)
FILE_DESCRIBED: Final = operation(
    {FILE_TYPE: {}},
    parameters=(*ASKED, EDITION),
    errors=("400", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)


@dataclass(frozen=True)
class AnswerAsked:
    """What is asked: a query, which is a saved question's with values of its parameters, or none's."""

    text: str
    question: Question | None
    given: Mapping[str, list[str]]

    def parameters(self, **more: object) -> dict[str, Any]:
        """Return what an address says to ask it again."""
        if self.question is None:
            return {QUERY: self.text, **more}
        told = [f"{name}={value}" for name, values in sorted(self.given.items()) for value in values]
        return {QUESTION: self.question.name, VERSION: self.question.version, WITH: told, **more}


def answer_asked(service: Service, request: Request) -> AnswerAsked:
    """Return what a request asks; raises ProblemError 400 for none or two, or a bad value, 404 for no such question."""
    name, text = (request.query_params.get(one, "") for one in (QUESTION, QUERY))
    if bool(name) == bool(text):
        raise bad(QUESTION, "question-or-query")
    if text:
        return AnswerAsked(text, None, {})
    version = request.query_params.get(VERSION, "")
    versions = every_version(service.iris.base).get(name, ())
    question = next((one for one in reversed(versions) if version in ("", str(one.version))), None)
    if question is None:
        raise ProblemError(problem("question-not-found", question=f"{name}/v{version}" if version else name))
    known, given = {one.name for one in question.parameters}, dict[str, list[str]]()
    for one in request.query_params.getlist(WITH):
        key, equals, value = one.partition("=")
        if not equals or key not in known:
            raise bad(WITH, "no-parameter-of-question")
        given.setdefault(key, []).append(value)
    return AnswerAsked(bound(question, given, service.iris), question, given)


def answers_router(service: Service) -> APIRouter:
    """Return the routes of cited answers: as data and as a page; as a file of its own."""
    router = APIRouter(tags=["queries"])

    @get(router, PATH, summary="An answer of an edition, to cite and compare", openapi_extra=DESCRIBED)
    async def answer(request: Request) -> Response:
        media_type = requested(request, OFFERS)
        asked, edition = answer_asked(service, request), service.edition(request)
        view = View(service, request, language(request), edition.number)
        said = await compared(view, asked, edition)
        if media_type == OFFERS["html"]:
            shown = {
                "said": said,
                "title": title_of(view, asked),
                "file": view.url(FILE_PATH, asked.parameters(edition=edition.number)),
                "latest": view.url(PATH, asked.parameters(edition=said["latest"]["edition"])),
            }
            return render(service, request, "answer_page.html", shown, edition=edition.number)
        return deliver(request, write_json(said), media_type, edition=edition.number)

    @get(router, FILE_PATH, summary="An answer as a file that is read off line", openapi_extra=FILE_DESCRIBED)
    async def file(request: Request) -> Response:
        refuse_unknown(request)
        asked, edition = answer_asked(service, request), service.edition(request)
        view = View(service, request, language(request), edition.number)
        data = await alone(view, asked, edition)
        named = f"{asked.question.name if asked.question else 'answer'}-{edition.number}.html"
        return deliver(request, data, FILE_TYPE, edition=edition.number, filename=named)

    return router


async def compared(view: View, asked: AnswerAsked, edition: Edition) -> dict[str, Any]:
    """Return a cited answer beside what the latest edition answers, as JSON; raises EngineError."""
    service = view.service
    current = service.engine.current_edition() or edition.number
    mine = await bag(view, await answered(view, asked, edition.number))
    latest = mine if current == edition.number else await bag(view, await answered(view, asked, current))
    return await service.computing.run(view.request, told, view, asked, edition, mine, current, latest)


async def bag(view: View, found: Answer) -> Bag:
    """Return the rows of an answer, read in a thread."""
    return await view.service.computing.run(view.request, lambda: bag_of(found.json()), kind="file")


async def answered(view: View, asked: AnswerAsked, edition: int) -> Answer:
    """Return the answer of an edition; raises EngineError, ProblemError 400 where it is no table, or too long."""
    found = await view.service.reading(view.request).answer(asked.text, edition)
    if found.body.size > LONGEST:
        raise bad(QUERY, "answer-too-long-to-compare")
    return found


def told(
    view: View, asked: AnswerAsked, edition: Edition, bag: Bag, current: int, latest: Bag
) -> dict[str, Any]:
    """Return a cited answer as JSON: what was asked, of which edition, its hash, how to cite it, the latest one."""
    cited = view.request.query_params.get(HASH, "")
    came, went = difference(bag, latest)
    return {
        "address": address(view, asked, edition.number, bag),
        "question": asked.question.name if asked.question else None,
        "version": asked.question.version if asked.question else None,
        "parameters": dict(asked.given),
        "query": asked.text,
        "edition": {
            "number": edition.number,
            "date": edition.manifest["date"],
            "sha256": edition.manifest["sha256"],
            "redactions": edition.manifest.get("redactions", []),
        },
        "licences": licences_of(edition).of(),
        "columns": list(bag.columns),
        "rows": bag.rows,
        HASH: bag.sha256,
        "cited": {HASH: cited, "same": cited == bag.sha256} if cited else None,
        "citations": {name: cite_address(view, asked, edition.number, name) for name in FORMATS},
        "latest": {
            "edition": current,
            "address": address(view, asked, current, latest),
            "rows": latest.rows,
            HASH: latest.sha256,
            "same": latest.sha256 == bag.sha256,
            "added": len(came),
            "removed": len(went),
            "added_rows": came[:SHOWN],
            "removed_rows": went[:SHOWN],
        },
    }


def address(view: View, asked: AnswerAsked, edition: int, bag: Bag | None = None) -> str:
    """Return the permanent address of an answer; with its bag, the hash that it has is in it."""
    more = {"edition": edition, **({HASH: bag.sha256} if bag else {})}
    return f"{site_of(view.request)}{PATH}?{urlencode(asked.parameters(**more), doseq=True)}"


def cite_address(view: View, asked: AnswerAsked, edition: int, name: str) -> str:
    """Return where the reference of an answer is, in a format."""
    return f"{site_of(view.request)}/cite?{urlencode(asked.parameters(edition=edition, format=name), doseq=True)}"


async def answer_reference(view: View, edition: Edition, asked: AnswerAsked) -> Reference:
    """Return the reference of an answer: its address holds its hash; raises EngineError."""
    return referred(view, edition, asked, await bag(view, await answered(view, asked, edition.number)))


def title_of(view: View, asked: AnswerAsked) -> str:
    """Return what an answer is called: its question's title, with the values given."""
    title = view.pick(asked.question.title) if asked.question else view.t("answer.of_query")
    if asked.given:
        title += " (" + ", ".join(f"{key} = {', '.join(values)}" for key, values in sorted(asked.given.items())) + ")"
    return title


def referred(view: View, edition: Edition, asked: AnswerAsked, bag: Bag) -> Reference:
    """Return the reference of an answer whose rows are known."""
    whole = of_edition(view, edition)
    return Reference(
        f"{asked.question.name if asked.question else 'query'} {edition.number} {bag.sha256[:8]}",
        f"{title_of(view, asked)}. {whole.title}",
        whole.authors,
        whole.date,
        whole.publisher,
        whole.version,
        address(view, asked, edition.number, bag),
        whole.language,
    )


async def alone(view: View, asked: AnswerAsked, edition: Edition) -> bytes:
    """Return an answer as a file of HTML that needs no other: chart, table, query, edition, licence, hash."""
    service, question = view.service, asked.question
    found = await answered(view, asked, edition.number)
    rows, chart = await bag(view, found), ""
    if question is not None and question.charted:
        drawing = await charted(view, ChartAsked(question, asked.given, edition.number))
        if drawing.marks:
            title = view.pick(question.title)
            chart = await service.computing.run(view.request, in_page, view, title, drawing)
    titles = {name: view.pick(column_title(question.name, name)) for name in rows.columns} if question else {}
    cited = referred(view, edition, asked, rows)
    context = {
        "lang": view.language,
        "t": view.t,
        "title": title_of(view, asked),
        "about": view.pick(question.description) if question else "",
        "chart": chart,
        "results": await service.computing.run(view.request, of_table, found, view),
        "titles": titles,
        "asked": asked,
        "number": edition.number,
        "date": view.date(str(edition.manifest["date"])),
        "address": cited.address,
        "cited": cited,
        "sha256": rows.sha256,
        "rows": rows.rows,
        "licences": licences_of(edition).of(),
    }
    template = environment().get_template("answer.html")
    return await service.computing.run(view.request, lambda: template.render(context).encode())
