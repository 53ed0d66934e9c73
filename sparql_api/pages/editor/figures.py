"""What the answer to a query can be drawn as: the chart or map of a saved question, or the one that fits its rows.

Knows which columns make a chart: a label with a number bars, years a line; what makes a map, `maps` finds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ontologie import Iris
from queries import Charted, Question, catalogue
from sparql_api.description.questions import bound
from sparql_api.engine.port import Answer
from sparql_api.pages.charts.grammar import Thresholds, chart_of
from sparql_api.pages.charts.routes import LONGEST, ChartAsked, charted, in_page, named, plain
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.reading import solutions
from sparql_api.pages.maps.found import is_number
from sparql_api.pages.maps.measure import threshold
from sparql_api.pages.maps.shown import map_of

YEAR: Final = re.compile(r"\d{4}(-\d{4})?")
Row = dict[str, Any]


async def drawings(view: View, text: str, answer: Answer) -> dict[str, Any]:
    """Return the drawings of an answer for its page, {"chart": SVG, "map": Map}, those that fit; raises EngineError."""
    if answer.form != "SELECT" or answer.body.size > LONGEST:
        return {}
    service, request = view.service, view.request
    reading = service.reading(request)
    rows = await reading.decoded(answer, solutions)
    question = saved(view, text)
    chart_form = question.charted if question else fitting(rows)
    found: dict[str, Any] = {}
    title = view.pick(question.title) if question else view.t("chart.title")
    if chart_form:
        if question:
            chart = await charted(view, ChartAsked(question, {}, answer.edition))
        else:
            least = Thresholds(threshold("moyenne-observations"), threshold("part-fiches"))
            chart = await service.computing.run(request, chart_of, rows, chart_form, plain, least)
            chart = await named(view, chart, rows, answer.edition)
        if chart.marks:
            found["chart"] = await service.computing.run(request, in_page, view, title, chart)
    if shown := await map_of(view, title, rows, answer.edition, question):
        found["map"] = shown
    return found


def saved(view: View, text: str) -> Question | None:
    """Return the saved question whose text, as an example gives it, this is."""
    base = view.service.iris.base
    known = example_texts(base)
    return next((catalogue(base)[name] for name, one in known.items() if one.strip() == text.strip()), None)


@cache
def example_texts(base: str) -> dict[str, str]:
    """Return {saved question: its text with its defaults, which runs as it stands}."""
    return {name: bound(question, {}, Iris(base)) for name, question in catalogue(base).items()}


def fitting(rows: Sequence[Row]) -> Charted | None:
    """Return the chart that the columns of some rows make; None where they make none."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    counted = [name for name in columns if is_number(row[name] for row in rows if name in row)]
    if len(rows) < 2 or not counted:
        return None
    value, words = counted[0], [name for name in columns if name not in counted]
    labels = [name for name in words if labels_each(rows, name)]
    label = next((name for name in labels if isinstance(rows[0][name], ox.Literal)), labels[0] if labels else "")
    years = bool(label) and all(YEAR.fullmatch(str(row[label].value)) for row in rows)
    return Charted("years" if years else "bars", label, (value,)) if label else None


def labels_each(rows: Sequence[Row], name: str) -> bool:
    """Return whether a column has one value of its own for each row."""
    return len({row[name] for row in rows if name in row}) == len(rows)
