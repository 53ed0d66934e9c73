"""The analyses of a project by a grid, as squares: one a criterion, with the numbers that they stand for.

Knows how answers are counted and drawn; what enters a mean is no business of a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ontologie import PREFIXES, Iris
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.things.presentation import Reader
from sparql_api.words import i18n

MOST: Final = 2000
"""Answers read of all analyses of a project; the page of each has them all."""
SHOWN: Final = 4
SIDE: Final = 16


@dataclass(frozen=True)
class Answered:
    """What an analysis answers to one criterion."""

    analysis: str
    illustrative: bool
    dimension: str
    criterion: str
    step: str
    value: float | None
    """None where the step of the scale has no value: not stated, not applicable."""
    highest: float
    """Of its scale."""

    @property
    def mark(self) -> str:
        """Return how the square is filled: `full`, `half`, `none`, or `unsaid`."""
        if self.value is None:
            return "unsaid"
        return "full" if self.value >= self.highest else "half" if self.value > 0 else "none"


async def analyses_of(reading: Reading, iris: Iris, project: str, edition: int) -> list[Answered]:
    """Return what the analyses of a project answer, one a criterion."""
    if not is_safe(project):
        return []
    oia, scheme = iris.term, PREFIXES["skos"] + "inScheme"
    text = f"""SELECT ?analysis ?criterion ?dimension ?step ?scale ?value ?illustrative WHERE {{
  ?analysis <{oia("evalue")}> <{project}> ; <{oia("comporte")}> ?answer .
  ?answer <{oia("critere")}> ?criterion ; <{oia("echelon")}> ?step .
  ?criterion <{oia("dansDimension")}> ?dimension .
  OPTIONAL {{ ?step <{oia("valeur")}> ?value }} OPTIONAL {{ ?step <{scheme}> ?scale }}
  OPTIONAL {{ ?analysis a <{oia("AnalyseIllustrative")}> . BIND(true AS ?illustrative) }}
}} ORDER BY ?analysis ?criterion LIMIT {MOST}"""
    rows = await reading.rows(text, edition)
    scales = " ".join(f"<{one}>" for one in sorted({row["scale"].value for row in rows if "scale" in row}))
    highest = {}
    if scales:
        text = f"""SELECT ?scale (MAX(?value) AS ?most) WHERE {{
  VALUES ?scale {{ {scales} }} ?step <{scheme}> ?scale ; <{oia("valeur")}> ?value }} GROUP BY ?scale"""
        found = await reading.rows(text, edition)
        highest = {row["scale"].value: float(row["most"].value) for row in found if "most" in row}
    return [
        Answered(
            row["analysis"].value,
            "illustrative" in row,
            row["dimension"].value,
            row["criterion"].value,
            row["step"].value,
            float(row["value"].value) if "value" in row else None,
            highest.get(row["scale"].value, 0.0) if "scale" in row else 0.0,
        )
        for row in rows
    ]


def named_in(answers: Iterable[Answered]) -> set[str]:
    """Return the things whose labels the page needs."""
    return {iri for one in answers for iri in (one.analysis, one.dimension, one.step)}


def analyses_shown(reader: Reader, answers: Sequence[Answered]) -> list[dict[str, Any]]:
    """Return each analysis with a row a dimension: its squares, how many answers of each step, how many unsaid."""
    shown = []
    for analysis in sorted({one.analysis for one in answers})[:SHOWN]:
        of = [one for one in answers if one.analysis == analysis]
        dimensions: dict[str, list[Answered]] = {}
        for one in sorted(of, key=lambda one: i18n.collation(one.criterion)):
            dimensions.setdefault(one.dimension, []).append(one)
        shown.append(
            {
                "link": reader.thing(analysis),
                "illustrative": of[0].illustrative,
                "answered": sum(one.value is not None for one in of),
                "criteria": len(of),
                "rows": [row(reader, dimension, held) for dimension, held in dimensions.items()],
            }
        )
    return shown


def row(reader: Reader, dimension: str, answers: Sequence[Answered]) -> dict[str, Any]:
    """Return a dimension: its squares from left to right, the fullest first, and the numbers that they stand for."""
    marks = ("full", "half", "none", "unsaid")
    ordered = sorted(answers, key=lambda one: marks.index(one.mark))
    steps = Counter((one.step, one.value) for one in answers if one.value is not None)
    told = sorted(steps.items(), key=lambda pair: -(pair[0][1] or 0))
    return {
        "label": reader.label(dimension),
        "squares": [(place * SIDE, one.mark) for place, one in enumerate(ordered)],
        "width": len(ordered) * SIDE,
        "steps": [(reader.label(step), count) for (step, _), count in told],
        "unsaid": sum(one.value is None for one in answers),
        "criteria": len(answers),
    }
