"""Where the marks of a chart stand and how large they are, read back from the SVG and compared with the numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE
from queries import Charted
from sparql_api.pages.charts.drawing import Tongue, drawn
from sparql_api.pages.charts.grammar import Chart, Mark, Thresholds, chart_of
from sparql_api.words.i18n import message
from tests.sparql_api.pages.test_charts import SVG, literal, marks, read

FRENCH = Tongue(lambda key, **words: message(key, "fr", **words), str)


def part(text: str | None) -> float:
    """Return a place or a width in percent."""
    assert text and text.endswith("%"), text
    return float(text[:-1])


def stacked(wholes: dict[str, tuple[int | None, ...]], series: tuple[str, ...]) -> ET.Element:
    made = tuple(Mark(label, tuple(None if n is None else Decimal(n) for n in values)) for label, values in wholes.items())
    return ET.fromstring(str(drawn(Chart("stacked", made, series, len(made)), "t", FRENCH, source=("s",))))


def test_parts_of_a_stacked_bar_touch_and_are_as_wide_as_their_numbers() -> None:
    wholes = {"a": (3, 2, 5), "b": (1, None, 1), "c": (0, 4, 0), "d": (None, None, None)}
    svg = stacked(wholes, ("un", "deux", "trois"))
    assert len(marks(svg)) == len(wholes)
    for mark, values in zip(marks(svg), wholes.values(), strict=True):
        shapes = [one for one in mark.findall(f"{SVG}rect") if one.get("class") != "track"]
        shown = [(f"s{at}", n) for at, n in enumerate(values, 1) if n]
        assert [one.get("class") for one in shapes] == [kind for kind, _ in shown]
        edge = 0.0
        for shape, (_, n) in zip(shapes, shown, strict=True):
            assert part(shape.get("x")) == pytest.approx(edge, abs=0.02)
            assert part(shape.get("width")) == pytest.approx(82 * n / 10, abs=0.02), "the longest whole is 82 % wide"
            edge += part(shape.get("width"))
        assert bool(shown) or mark.find(f"{SVG}rect").get("class") == "track"  # type: ignore[union-attr]


def test_a_line_by_school_year_stands_at_its_years_and_breaks_where_one_lacks(client: httpx.Client) -> None:
    rows = client.get("/queries/projets-par-annee-scolaire?edition=1").json()["rows"]
    svg = ET.fromstring(client.get("/queries/projets-par-annee-scolaire.svg?edition=1").content)
    numbers = {row["anneeScolaire"]: row["projets"] for row in rows if row["anneeScolaire"]}
    spots = {}
    for mark in marks(svg):
        label, _, value = (mark.findtext(f"{SVG}title") or "").rpartition("\u00a0: ")
        circle = mark.find(f"{SVG}circle")
        if circle is not None:
            spots[label] = (part(circle.get("cx")), int(circle.get("cy") or 0))
            assert read(value) == [Decimal(numbers[label])]
    assert {*spots} == {*numbers} and len(spots) > 1
    years = {label: int(label[:4]) for label in spots}
    first, last, most = min(years.values()), max(years.values()), max(numbers.values())
    base = max(int(line.get("y1") or 0) for line in svg.iter(f"{SVG}line") if line.get("class") == "axis")
    for label, (x, y) in spots.items():
        assert x == pytest.approx(3 + 88 * (years[label] - first) / max(last - first, 1), abs=0.02)
        assert abs((base - y) - 130 * numbers[label] / most) <= 1, "a pixel of rounding"
    joined = sum(1 for year in years.values() if year + 1 in years.values())
    assert len([line for line in svg.iter(f"{SVG}line") if line.get("class") == "line"]) == joined


def test_a_heat_map_puts_each_number_in_its_row_and_column(client: httpx.Client, store: ox.Store) -> None:
    rows = client.get("/queries/disciplines-et-principes?edition=1&langue=fr").json()["rows"]
    counted = {(row["disciplineLibelle"], row["principe"]): row["projets"] for row in rows}
    labels = {}
    shown = ox.NamedNode(f"{BASE}ontologie#libelleAffiche")
    for iri in {row["principe"] for row in rows}:
        for quad in store.quads_for_pattern(ox.NamedNode(iri), shown, None):
            if isinstance(quad.object, ox.Literal) and quad.object.language == "fr":
                labels[quad.object.value] = iri
    svg = ET.fromstring(client.get("/queries/disciplines-et-principes.svg?edition=1&lang=fr").content)
    columns, lines, classes = defaultdict(set), defaultdict(set), {}
    for mark in marks(svg):
        name, _, value = (mark.findtext(f"{SVG}title") or "").rpartition("\u00a0: ")
        (number,) = read(value)
        (column,) = (label for label in labels if name.endswith(label))
        row = name.removesuffix(column).rstrip(" ,\u00a0\u202f:")
        assert counted[row, labels[column]] == number
        cell, said = mark.find(f"{SVG}rect"), mark.find(f"{SVG}text")
        assert cell is not None and said is not None and read(said.text or "") == [number]
        columns[column].add(cell.get("x"))
        lines[row].add(cell.get("y"))
        classes[int(number)] = cell.get("class") or ""
        assert part(cell.get("x")) < part(said.get("x")) < part(cell.get("x")) + part(cell.get("width"))
    assert all(len(places) == 1 for places in (*columns.values(), *lines.values()))
    assert len({min(places) for places in columns.values()}) == len(columns) <= 8
    assert len({min(places) for places in lines.values()}) == len(lines) <= 16
    ordered = [classes[number] for number in sorted(classes)]
    assert ordered == sorted(ordered) and re.fullmatch("q[1-4]", ordered[0]), "the more, the darker"


def test_a_heat_map_keeps_the_fullest_and_counts_what_it_leaves() -> None:
    rows = [{"c": literal(f"c{c}"), "r": literal(f"r{r:02}"), "n": literal(c + r + 1)} for r in range(20) for c in range(10)]
    form = Charted("heat", "c", ("n",), "r")
    chart = chart_of(rows, form, lambda term: term.value if term else "", Thresholds(3, 20))
    assert {mark.label for mark in chart.marks} == {f"c{c}" for c in range(2, 10)}
    assert {mark.group for mark in chart.marks} == {f"r{r:02}" for r in range(4, 20)}
    assert (len(chart.marks), chart.left) == (128, 72)


def test_kinds_of_ai_are_told_one_below_the_other_on_one_scale(client: httpx.Client) -> None:
    svg = ET.fromstring(client.get("/queries/types-d-ia-par-niveau.svg?edition=1&lang=fr").content)
    scales = set()
    for mark in marks(svg):
        (number,) = read((mark.findtext(f"{SVG}title") or "").rpartition("\u00a0: ")[2])
        scales.add(round(part(mark.find(f"{SVG}rect").get("width")) / float(number), 1))  # type: ignore[union-attr]
    assert len(marks(svg)) > 8 and max(scales) - min(scales) <= 0.1
    types = {row["typeLibelle"] for row in client.get("/queries/types-d-ia-par-niveau?edition=1").json()["rows"]}
    headings = [one.text for one in svg.iter(f"{SVG}text") if one.get("class") == "strong" and one.text in types]
    assert len(headings) == len({*headings}) >= 3, "each kind once"
