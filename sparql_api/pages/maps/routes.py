"""The map of a saved question: its choice, its parameters, its edition. Knows addresses; drawing is `drawing`'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ontologie import read_table
from queries import Question, catalogue, column_title
from sparql_api.description.questions import bound
from sparql_api.fiches.facets import FACET_NAMES
from sparql_api.formats.negotiation import language
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, parameter
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.policies import EMBED
from sparql_api.http.query_strings import bad
from sparql_api.http.responses import content_disposition
from sparql_api.http.routing import get
from sparql_api.http.site import home_of
from sparql_api.pages.common.asked import described_together, given_values, spoken
from sparql_api.pages.common.choices import choices_of
from sparql_api.pages.common.layout import View, render, write_page
from sparql_api.pages.common.named import refuse_unnamed_of
from sparql_api.pages.common.reading import solutions
from sparql_api.pages.common.service import Service
from sparql_api.pages.maps.colours import colours
from sparql_api.pages.maps.drawing import Map, drawn
from sparql_api.pages.maps.found import ROWS, Mappable, mappable, mapped_first
from sparql_api.pages.maps.measure import Denominator, beside, denominators, figures, threshold, with_silent
from sparql_api.pages.maps.oembed import oembed
from sparql_api.pages.maps.regions import region_page

FIRST: Final = "projets-par-academie"
EMBEDDING: Final = [
    parameter("url", "The page of a région académique."),
    parameter("maxwidth", "The widest the part may be, in pixels."),
    parameter("maxheight", "The highest the part may be, in pixels."),
    parameter("format", "json; nothing else is given."),
    EDITION,
]
LONGEST: Final = 4 << 20
"""Bytes of an answer that is still drawn; a longer one is a file."""


def maps_router(service: Service) -> APIRouter:
    """Return the routes of the map, of the régions and of what other sites show of them."""
    router = APIRouter()
    questions = catalogue(service.iris.base)
    asked = [
        parameter("question", "A saved question one of whose columns names an académie or an academic region."),
        parameter("valeur", "The column of the numbers that are shown, where there are several."),
        parameter("rapport", "What counts are set beside."),
        EDITION,
        *described_together(questions.values()),
    ]

    @get(router, "/carte", openapi_extra={"parameters": asked})
    async def page(request: Request) -> Response:
        return await map_page(service, request, questions)

    @get(router, "/carte.svg", openapi_extra={"parameters": asked})
    async def drawing(request: Request) -> Response:
        return await map_file(service, request, questions)

    pinned = {"parameters": [EDITION]}

    @get(router, "/region-academique/{identifier}.html", openapi_extra=pinned)
    async def region(request: Request, identifier: str) -> Response:
        return await region_page(service, request, identifier, embedded=False)

    @get(router, "/embed/region-academique/{identifier}", policy=EMBED, openapi_extra=pinned)
    async def embedded(request: Request, identifier: str) -> Response:
        return await region_page(service, request, identifier, embedded=True)

    @get(router, "/oembed", openapi_extra={"parameters": EMBEDDING})
    async def embedding(request: Request) -> Response:
        return await oembed(service, request)

    return router


async def map_page(service: Service, request: Request, questions: Mapping[str, Question]) -> Response:
    """Return the page of the map asked for; raises ProblemError 400 where its question has none."""
    view, context = await asked_map(service, request, questions)
    question = context["question"]
    choices = await choices_of(view, question, context["given"], service.edition(request).number)
    offered = [one for one in questions.values() if one.mapped or one is question]
    context |= {"choices": choices, "questions": offered}
    context["file"] = view.here(edition=str(view.edition)).replace("/carte", "/carte.svg", 1)
    return await service.computing.run(
        request, partial(render, service, request, "map_page.html", context, edition=view.edition)
    )


async def map_file(service: Service, request: Request, questions: Mapping[str, Question]) -> Response:
    """Return the map asked for alone, as a file that holds its own colours; raises ProblemError 400."""
    refuse_unknown(request)
    view, context = await asked_map(service, request, questions)
    context |= {"colours": colours(), "site": home_of(service.settings)}
    data = await service.computing.run(request, partial(write_page, view, "map.svg", context))
    name = f"{context['question'].name}-{view.edition}.svg"
    headers = {"Content-Language": view.language, "Content-Disposition": content_disposition(name, inline=True)}
    return deliver(request, data, "image/svg+xml", edition=view.edition, headers=headers)


async def asked_map(
    service: Service, request: Request, questions: Mapping[str, Question]
) -> tuple[View, dict[str, Any]]:
    """Return the map of the question asked for, with what is told beside it; raises ProblemError 400."""
    question = questions.get(request.query_params.get("question") or FIRST)
    if question is None:
        raise bad("question", "no-map")
    edition = service.edition(request)
    view = View(service, request, language(request), edition.number)
    given = spoken(view, question, given_values(request, question))
    there = await territories_of(view, question, given)
    mapped = mapped_first(there, question, request.query_params.get("valeur", ""))
    if mapped.value not in there.numbers:
        raise bad("valeur", "no-such-number")
    counts = not mapped.observations and there.are_whole(mapped.value)
    known = denominators(there.kind) if counts else []
    under = denominator(request, known)
    found = figures(there.rows, mapped, threshold("moyenne-observations"))
    cells = len(found)
    if not any(one.value for one in found):
        await refuse_unnamed_of(service, request, edition.number, question, given)
    if under:
        found = beside(found, under, service.iris.base)
    found = with_silent(found, there.kind, service.iris.base)
    labels = await service.labels.of(service.reading(request), [one.iri for one in found], edition.number)
    chosen = {name: values for name, values in given.items() if name in FACET_NAMES}
    made = partial(drawn, view, title_of(view, question, there, mapped.value), found, labels, there.kind, chosen)
    shown: Map = await service.computing.run(request, made)
    context: dict[str, Any] = {"question": question, "given": given, "map": shown, "mapped": mapped}
    context |= {"denominators": known, "counts": counts, "under": under}
    context["narrowed"] = [one.name for one in question.parameters if one.type != "langue" and one.name in given]
    context["outside"] = outside(shown) if there.kind == "academie" else []
    context |= {"reached": sum(1 for one in found if one.value), "cells": cells, "numbers": there.numbers}
    named = {*there.columns, *there.numbers, mapped.observations}
    context["titles"] = {name: view.pick(column_title(question.name, name)) for name in named}
    context["titles"][ROWS] = view.t("map.rows")
    return view, context


def title_of(view: View, question: Question, there: Mappable, value: str) -> str:
    """Return what a map is called: its question, and the number that it shows where the answer has several."""
    title = view.pick(question.title)
    if len(there.numbers) == 1:
        return title
    return view.t("map.place", name=title, value=view.pick(column_title(question.name, value)))


async def territories_of(view: View, question: Question, given: Mapping[str, Sequence[str]]) -> Mappable:
    """Return what a map may show of a question's answer; raises ProblemError 400 with the reason where it has none."""
    service, request = view.service, view.request
    reading = service.reading(request)
    answer = await reading.answer(bound(question, given, service.iris), view.edition)
    if answer.form != "SELECT" or answer.body.size > LONGEST:
        raise bad("question", "no-territory" if answer.form != "SELECT" else "too-long-to-draw")
    rows = await reading.decoded(answer, solutions)
    found = await service.computing.run(request, mappable, rows, service.iris.base, question)
    if isinstance(found, Mappable):
        return found
    await refuse_unnamed_of(service, request, answer.edition, question, given)
    raise bad("question", found)


def denominator(request: Request, known: list[Denominator]) -> Denominator | None:
    """Return what counts are set beside, None for nothing; raises ProblemError 400 for a name that is not known."""
    name = request.query_params.get("rapport", "")
    found = next((one for one in known if one.name == name), None)
    if name and found is None:
        raise bad("rapport", "no-denominator")
    return found


def outside(shown: Map) -> list[tuple[str, str]]:
    """Return (path, name) of the territories of France that neither the map nor the question has."""
    there = {place.name for place in shown.places}
    rows = read_table("donnees", "territoires", "autres_codes_academie.csv")
    return [(f"academie/{row['code_academie']}", row["nom"]) for row in rows if row["nom"] not in there]
