"""The catalogue of questions over HTTP, and each question run with its parameters.

Knows addresses and formats; how a question is bound and answered is `questions`' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from queries import BoundText, Question, column_title, every_version
from sparql_api.description.questions import bound, described, for_readers, plain
from sparql_api.description.questions_rdf import catalogue_rdf
from sparql_api.engine.port import Answer
from sparql_api.formats.negotiation import GRAPHS, TABLES, language
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_json
from sparql_api.formats.tables import csv_pieces, read_rows
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.kept import offer
from sparql_api.http.openapi import (
    EDITION,
    EXPLAIN,
    NUMBER,
    OF_COMPUTING,
    OF_EDITION,
    OF_ENGINE,
    TABLEUR,
    TEXT,
    TEXTS,
    TIMEOUT,
    Schema,
    format_parameter,
    operation,
    several,
    structure,
)
from sparql_api.http.parameters import for_spreadsheet, timeout_seconds, to_explain
from sparql_api.http.policies import ANSWER, LIVE, PROBLEM
from sparql_api.http.responses import answer_response, unchanged_response
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.charts.routes import ChartAsked, charted, in_page
from sparql_api.pages.cited.answers import PATH, AnswerAsked
from sparql_api.pages.common.asked import as_openapi, given_values, spoken
from sparql_api.pages.common.choices import choices_of
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.named import refuse_unnamed_of
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.since import since_edition, since_parameter
from sparql_api.pages.documents import LICENSED
from sparql_api.pages.maps.measure import threshold
from sparql_api.pages.questions.changes import question_since
from sparql_api.pages.questions.mapping import map_offered
from sparql_api.pages.questions.versions import telling, version_page
from sparql_api.pages.results import answered, by_their_labels, named, prepared
from sparql_api.query.plan import explained as asked_of
from sparql_api.words.problems import ProblemError, problem

LIST_OFFERS: Final = {"json": "application/json", "html": "text/html", **MEDIA_TYPES}
PLAIN: Final = "application/json"
LONG: Final = 1 << 20
"""Bytes of an answer that is no page any more, but a file."""
QUESTION_OFFERS: Final = {
    "json": PLAIN,
    "html": "text/html",
    "csv": TABLES["csv"],
    "tsv": TABLES["tsv"],
    "srj": TABLES["json"],
    "xml": TABLES["xml"],
    "rq": "application/sparql-query",
}
_OBJECTS: Final = several({"type": "object"})
_ENTRY: Final = structure(
    name=TEXT, title=TEXTS, description=TEXTS, url=TEXT, parameters=_OBJECTS, version=NUMBER, versions=_OBJECTS
)
_ROWS: Final = structure(
    name=TEXT,
    edition=NUMBER,
    columns=several(TEXT),
    titles={"type": "object", "additionalProperties": TEXTS},
    rows=several({"type": "object"}),
)
_CHANGED: Final = structure(name=TEXT, edition=NUMBER, columns=several(TEXT), new=_OBJECTS, gone=_OBJECTS)
_EXPLAINED: Final = structure(question=TEXT, engine=TEXT, edition=NUMBER, sparql=TEXT)
_TOLD: Final = {"anyOf": [_ROWS, _CHANGED, _EXPLAINED]}
"""The rows; with `depuis`, those that came and went; with `explain`, what the engine is asked."""
SINCE_TOLD: Final = since_parameter("the rows that came since and those that went; as JSON, CSV or a page.")
LISTING: Final = operation(
    {PLAIN: structure(items=several(_ENTRY)), **{name: {} for name in LIST_OFFERS.values() if name != PLAIN}},
    parameters=(format_parameter(LIST_OFFERS),),
    errors=("406", *OF_COMPUTING),
)


def questions_router(service: Service) -> APIRouter:
    """Return the routes of the catalogue and one route a question, described for OpenAPI."""
    router = APIRouter(tags=["queries"])
    questions = every_version(service.iris.base)

    @get(router, "/queries", summary="The saved questions", openapi_extra=LISTING)
    async def listing(request: Request) -> Response:
        media_type = requested(request, LIST_OFFERS)
        root = site_of(request)
        if media_type == PLAIN:
            items = [described(versions, f"{root}/queries") for versions in questions.values()]
            return deliver(request, write_json({"items": items}), media_type)
        if media_type == LIST_OFFERS["html"]:
            return list_page(service, request, questions)
        data = await service.computing.run(request, catalogue_rdf, questions, service.iris, media_type)
        return deliver(request, data, media_type, headers=LICENSED)

    for name, versions in questions.items():
        answered_at(service, router, f"/queries/{name}", versions[-1], versions)
        for question in versions:
            answered_at(service, router, f"/queries/{question.reference}", question, versions)

    @get(router, "/queries/{name}", policy=PROBLEM, cheap=True)
    async def unknown(request: Request, name: str) -> Response:
        raise ProblemError(problem("question-not-found", question=name))

    @get(router, "/queries/{name}/v{number}", policy=PROBLEM, cheap=True)
    async def unknown_version(request: Request, name: str, number: str) -> Response:
        raise ProblemError(problem("question-not-found", question=f"{name}/v{number}"))

    return router


def answered_at(
    service: Service, router: APIRouter, path: str, question: Question, versions: Sequence[Question]
) -> None:
    """Declare the address of a version of a question."""
    numbered = path.endswith(question.reference)
    name = question.name.replace("-", "_")
    declare = get(
        router,
        path,
        policy=ANSWER,
        summary=question.title["en"] + (f", version {question.version}" if numbered else ""),
        description=question.description["en"],
        deprecated=question.deprecated is not None or None,
        # What clients that are made of the description call it.
        operation_id=f"{name}_v{question.version}" if numbered else name,
        openapi_extra=question_operation(question),
    )
    declare(telling(run_question(service, question, versions), question, versions))


def question_operation(question: Question) -> Schema:
    """Return what OpenAPI says of a question's address."""
    asked = [as_openapi(one) for one in question.parameters]
    return operation(
        {PLAIN: _TOLD, **{name: {} for name in QUESTION_OFFERS.values() if name != PLAIN}},
        parameters=(*asked, SINCE_TOLD, EDITION, TIMEOUT, format_parameter(QUESTION_OFFERS), TABLEUR, EXPLAIN),
        errors=("400", "406", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
    )


def run_question(service: Service, question: Question, versions: Sequence[Question]) -> Any:
    """Return the handler of a version of a question."""

    async def answer(request: Request) -> Response:
        media_type = requested(request, QUESTION_OFFERS)
        given = given_values(request, question)
        if since := since_edition(service, request):
            return await question_since(service, request, question, bound(question, given, service.iris), since)
        pinned = service.pinned(request)
        if media_type == QUESTION_OFFERS["html"] and not to_explain(request):
            return await question_page(service, request, question, versions, given)
        text = bound(question, given, service.iris)
        if to_explain(request):
            return await explained(service, request, text, pinned)
        if media_type == QUESTION_OFFERS["rq"]:
            return deliver(request, text.encode(), media_type, filename=f"{question.name}.rq")
        accept = TABLES["json"] if media_type == PLAIN else media_type
        plan = await service.engine.prepare(text, accept=accept, edition=pinned)
        key, kept = None if plan.volatile else plan.key, pinned is not None
        if key is not None and media_type == TABLES["csv"] and for_spreadsheet(request):
            key = f"tableur{key}"
        if media_type != PLAIN and (unchanged := unchanged_response(request, key, plan.edition, pinned=kept)):
            offer(request, plan.edition)
            return unchanged
        limits = service.settings.limits().shortened(timeout_seconds(request.query_params.get("timeout", "")))
        found = await service.engine.run(plan, limits=limits, client=service.computing.client(request))
        if found.rows == 0:
            await refuse_unnamed_of(service, request, found.edition, question, given)
        if key is not None:
            offer(request, plan.edition, plan)
        if media_type == TABLES["csv"]:
            found = await service.computing.run(request, for_people, service, request, found, kind="file")
        if media_type != PLAIN:
            name = question.name if media_type == TABLES["csv"] else None
            return answer_response(request, found, key=key, pinned=kept, filename=name)
        rows = await service.computing.run(
            request,
            lambda: write_json(plain(question.name, text, found.edition, found.json())),
            kind="page" if found.body.size < LONG else "file",
        )
        return deliver(request, rows, PLAIN, edition=found.edition)

    answer.__name__ = question.name.replace("-", "_")
    return answer


async def explained(service: Service, request: Request, text: BoundText, edition: int | None) -> Response:
    """Return which engine answers a question in an edition, and what it is asked; it may be another a moment later."""
    plan = await service.engine.prepare(text, accept=TABLES["json"], edition=edition)
    told = service.columns.explained(plan) if service.columns else {"engine": "sparql", "twin": None, "values": {}}
    said = {"question": text.question, "edition": plan.edition, **told, **asked_of(plan)}
    return deliver(request, write_json(said), PLAIN, policy=LIVE, edition=plan.edition)


def for_people(service: Service, request: Request, answer: Answer) -> Answer:
    """Return a CSV answer whose cells no spreadsheet takes for formulas; raises ProblemError 503 where too large."""
    pieces = csv_pieces(read_rows(answer.body), spreadsheet=for_spreadsheet(request))
    client, limit = service.computing.client(request), service.settings.limits().answer_bytes
    return replace(answer, body=service.spool.keep(pieces, limit, client))


def list_page(service: Service, request: Request, questions: Mapping[str, Sequence[Question]]) -> Response:
    """Return the catalogue as a page, by kind of reader."""
    groups: dict[str, list[Sequence[Question]]] = {}
    for versions in questions.values():
        groups.setdefault(versions[-1].audience, []).append(versions)
    edition = service.engine.current_edition()
    return render(service, request, "questions.html", {"groups": groups}, edition=edition)


async def question_page(
    service: Service,
    request: Request,
    question: Question,
    versions: Sequence[Question],
    given: Mapping[str, list[str]],
) -> Response:
    """Return a question's page: its parameters as a form, its rows, its text."""
    view = View(service, request, language(request), service.engine.current_edition())
    # Whoever names no language reads the labels in that of the page.
    given = spoken(view, question, given)
    context: dict[str, Any] = {"question": question, "given": given, "results": None, "problem": None, "chart": None}
    context |= {"downloads": [], "text": question.text, "status": 200, "cite": None, "since": None, "choices": {}}
    context |= {"of_version": version_page(view, question, versions), "path": request.scope["path"]}
    edition = view.edition
    try:
        context["choices"] = await choices_of(view, question, given, service.edition(request).number)
        context["text"] = bound(question, given, service.iris)
        plan, told = await answered(service, request, context["text"])
        found = await prepared(view, plan, told, partial(for_readers, question.text))
        edition = found.edition
        if found.total == 0 and found.columns:
            await refuse_unnamed_of(service, request, edition, question, given)
        path = f"/queries/{question.reference}"
        names = [name for name in QUESTION_OFFERS if name != "html"] if found.turtle is None else list(GRAPHS)
        pinned = {**given, "edition": edition}
        context["downloads"] = [(name.upper(), view.url(path, {**pinned, "format": name})) for name in names]
        if found.turtle is None:
            context["cite"] = view.url(PATH, AnswerAsked(context["text"], question, given).parameters(edition=edition))
        if found.turtle is None and found.boolean is None and edition > 1:
            context["since"] = view.here(depuis=str(edition - 1))
        context["results"] = await named(view, by_their_labels(found))
        context["titles"] = {column: column_title(question.name, column) for column in found.columns}
        context |= await map_offered(view, question, given, told)
        if question.charted:
            context |= await beside(view, ChartAsked(question, given, edition))
    except ProblemError as error:
        context["problem"] = {
            "title": error.problem.title(view.language),
            "detail": error.problem.detail(view.language),
        }
        context["status"] = error.problem.status
    page = partial(render, service, request, "question.html", context, edition=edition, status=context["status"])
    return await service.computing.run(request, page)


async def beside(view: View, asked: ChartAsked) -> dict[str, Any]:
    """Return what a question's page says of its chart; nothing where there is nothing to draw."""
    chart = await charted(view, asked)
    if not chart.marks:
        return {}
    path, pinned = f"/queries/{asked.question.reference}", {**asked.given, "edition": asked.edition}
    counted = asked.question.charted.values if asked.question.charted else ()
    what = " ; ".join(view.pick(column_title(asked.question.name, column)) for column in counted)
    note = view.t("chart.counts", what=what)
    if chart.kind == "dots":
        note += " " + view.t("chart.dots", least=threshold("moyenne-observations"))
    addresses = {
        "question": view.url(path, asked.given),
        "csv": view.url(path, {**pinned, "format": "csv"}),
        "image": view.url(f"{path}.svg", pinned),
        "permanent": view.url(path, pinned),
    }
    drawing = await view.service.computing.run(view.request, in_page, view, view.pick(asked.question.title), chart)
    return {"chart": drawing, "addresses": addresses, "note": note, "edition": asked.edition}
