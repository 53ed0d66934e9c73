"""What the answer to a query can be drawn as: the chart or map of a saved question, or the one that fits its rows.

Knows which columns make a figure: a territory with a number is a map, a label with a number bars, years a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES, Iris
from queries import Charted, Mapped, Question, catalogue
from sparql_api.description.questions import bound
from sparql_api.engine.port import Answer
from sparql_api.pages.charts.grammar import Thresholds, chart_of
from sparql_api.pages.charts.routes import LONGEST, ChartAsked, charted, in_page, named, plain
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.reading import solutions
from sparql_api.pages.maps.drawing import drawn
from sparql_api.pages.maps.measure import figures, number, threshold

NUMBERS: Final = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long")}
YEAR: Final = re.compile(r"\d{4}(-\d{4})?")
TERRITORIES: Final = {"academie": "academie/", "region": "region-academique/"}
"""How the IRIs of each kind of territory begin, after the base."""
Row = dict[str, Any]


async def drawings(view: View, text: str, answer: Answer) -> dict[str, Any]:
    """Return the drawings of an answer for its page, {"chart": SVG, "map": Map}, those that fit; raises EngineError."""
    if answer.form != "SELECT" or answer.body.size > LONGEST:
        return {}
    service, request = view.service, view.request
    reading = service.reading(request)
    rows = await reading.decoded(answer, solutions)
    question = saved(view, text)
    chart_form, map_form = (question.charted, question.mapped) if question else fitting(rows, service.iris.base)
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
    if map_form:
        places = figures(rows, map_form, threshold("moyenne-observations"))
        labels = await service.labels.of(reading, [one.iri for one in places], answer.edition)
        found["map"] = await service.computing.run(request, drawn, view, title, places, labels, map_form.territory)
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


def fitting(rows: Sequence[Row], base: str) -> tuple[Charted | None, Mapped | None]:
    """Return the chart and the map that the columns of some rows make; None where they make none."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    counted = [name for name in columns if is_number(row[name] for row in rows if name in row)]
    if len(rows) < 2 or not counted:
        return None, None
    value, words = counted[0], [name for name in columns if name not in counted]
    labels = [name for name in words if labels_each(rows, name)]
    label = next((name for name in labels if isinstance(rows[0][name], ox.Literal)), labels[0] if labels else "")
    years = bool(label) and all(YEAR.fullmatch(str(row[label].value)) for row in rows)
    chart = Charted("years" if years else "bars", label, (value,)) if label else None
    return chart, next((place for name in labels if (place := mapped(rows, name, value, base))), None)


def is_number(terms: Iterable[Any]) -> bool:
    """Return whether all of a column's terms are numbers of zero and more, and there are some."""
    found = [isinstance(t, ox.Literal) and t.datatype.value in NUMBERS and (number(t) or 0) >= 0 for t in terms]
    return bool(found) and all(found)


def labels_each(rows: Sequence[Row], name: str) -> bool:
    """Return whether a column has one value of its own for each row."""
    return len({row[name] for row in rows if name in row}) == len(rows)


def mapped(rows: Sequence[Row], name: str, value: str, base: str) -> Mapped | None:
    """Return the map of a column of territories; None where it is none."""
    for kind, beginning in TERRITORIES.items():
        if all(str(row[name].value).startswith(base + beginning) for row in rows):
            return Mapped(kind, value)
    return None
