"""`/atelier/analyse/{project}/comparer`: two analyses of a usage side by side, and how far they agree.

Says which organisations they are of and at which moment, never a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Registry
from sparql_api.acts.atelier.agreement import agreement, weighted_agreement
from sparql_api.acts.atelier.analysing import ANALYSE
from sparql_api.acts.atelier.analysis import answers_in
from sparql_api.acts.atelier.grids import Grid, ScaleStep, words_of
from sparql_api.acts.atelier.workshop import Visitor, Workshop
from sparql_api.acts.reviews import known_to
from sparql_api.pages.charts.drawing import drawn
from sparql_api.pages.charts.grammar import Chart, Mark
from sparql_api.pages.charts.routes import tongue
from sparql_api.pages.common.layout import View
from sparql_api.pages.maps.measure import threshold

LEAST: Final = "kappa-criteres"
"""The threshold of criteria from which kappa is told."""
MOST: Final = 5000
"""Analyses of an académie among which those of a project are looked for."""


@dataclass(frozen=True)
class OneAnalysis:
    """An analysis: its identifier, whose it is, its grid and moment (IRIs), its date, its answers by criterion."""

    identifier: str
    author: str
    grid: str
    moment: str
    date: str
    answers: Mapping[str, str]


def comparing_pages(workshop: Workshop) -> None:
    """Declare the page of the comparison."""

    @workshop.page(ANALYSE + "/comparer", "un", "autre")
    async def compare(request: Request, visitor: Visitor) -> Response:
        project, iris = request.path_params["project"], workshop.service.iris
        found = await workshop.doors.run(request, _analyses, project, visitor.agent, iris)
        words = await words_of(workshop.service, request)
        grids = {one.iri: one for one in words.grids()}
        by_name = {one.identifier: one for one in found if one.grid in grids}
        chosen = [by_name.get(request.query_params.get(name, "")) for name in ("un", "autre")]
        if not any(chosen) and len(by_name) == 2:
            chosen = list(by_name.values())
        one, other = chosen
        said: dict[str, Any] = {"project": project, "analyses": list(by_name.values()), "words": words}
        said["compared"] = None
        if one is not None and other is not None and one is not other and one.grid == other.grid:
            said["compared"] = _compared(one, other, grids[one.grid])
        said |= {"one": one, "other": other, "unlike": bool(one and other and one.grid != other.grid)}
        said |= {"least": threshold(LEAST), "draw_chart": partial(_drawn, said["compared"])}
        return workshop.draw(request, visitor, "comparison.html", said)


def _analyses(registry: Registry, project: str, agent: Agent, iris: Any) -> list[OneAnalysis]:
    """Return the analyses of a project that an agent may know of; raises LookupError."""
    of = known_to(registry, "projet", project, agent)
    evaluated, found = iris.entity("projet", project), []
    for one in islice(registry.listed(kind="analyse", academie=of.academie), MOST):
        document = one.document or {}
        if one.state == "retire" or iris.absolute(str(document.get("evalue", ""))) != evaluated:
            continue
        if registry.readable([one], agent):
            author = document.get("auteur") or [""]
            author = author if isinstance(author, str) else str(author[0])
            found.append(
                OneAnalysis(
                    one.identifier, iris.absolute(author), iris.absolute(str(document.get("grille", ""))),
                    iris.absolute(str(document["moment"])) if "moment" in document else "",
                    str(document.get("date", "")), answers_in(document, iris),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.date, one.identifier))


def _drawn(compared: Mapping[str, Any], view: View, names: tuple[str, str]) -> str:
    """Return the answers that have a value in both analyses, criterion by criterion, as two dots on a line (SVG)."""
    marks = tuple(
        Mark(f"{view.pick(criterion.label)} ({criterion.sign})", tuple(_value(step) for step in (first, second)))
        for criterion, first, second in compared["rows"]
        if _value(first) is not None and _value(second) is not None
    )
    return drawn(Chart("pair", marks, names, rows=len(marks)), view.t("agree.chart"), tongue(view)) if marks else ""


def _value(step: ScaleStep | None) -> Decimal | None:
    return None if step is None or step.value is None else Decimal(str(step.value))


def _compared(one: OneAnalysis, other: OneAnalysis, grid: Grid) -> dict[str, Any]:
    """Return two analyses criterion by criterion, and how far they agree: on all answers, on those with a value."""
    steps = {step.iri: step for step in grid.steps}
    rows = [
        (criterion, steps.get(one.answers.get(criterion.iri, "")), steps.get(other.answers.get(criterion.iri, "")))
        for criterion in grid.criteria
    ]
    both = [(first.iri, second.iri) for _, first, second in rows if first and second]
    valued = sorted((step for step in grid.steps if step.value is not None), key=lambda step: step.value or 0)
    order = [step.iri for step in valued]
    ranked = [pair for pair in both if pair[0] in order and pair[1] in order]
    return {
        "rows": rows, "grid": grid, "plain": agreement(both), "weighted": weighted_agreement(ranked, order),
        "same": sum(first == second for first, second in both), "moments": one.moment != other.moment,
    }  # fmt: skip
