"""Draws a chart as SVG: widths in percent, letters in pixels, so that words stay as large on a phone.

Each mark is a group with a title that says its label and its numbers, which stand beside it as text too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import Final

from sparql_api.formats.xml_text import Element, element
from sparql_api.pages.charts.grammar import Chart, Mark, all_values, steps
from sparql_api.pages.charts.pen import LETTERS, LINE, Pen, percent, wrapped
from sparql_api.pages.maps.measure import Figure, bounds, class_of

SVG: Final = "http://www.w3.org/2000/svg"
WIDTH: Final = 720
"""Pixels of a file of its own; in a page a chart is as wide as its place."""
LONG: Final = 84
"""Letters of a line of a file's title and source."""
LEFT, ACROSS, BARS = 3.0, 88.0, 82.0
"""Where an axis begins and how far it goes, and how far the longest bar goes, in percent."""
HIGH: Final = 130
"""Pixels of the highest point of a line."""
CELL: Final = 26
"""Pixels of the height of a cell of a heat map."""
Said = Callable[..., str]
"""A text of the pages by its key, with its values."""


@dataclass(frozen=True)
class Tongue:
    """How the reader's language says things: texts by key, numbers."""

    said: Said
    number: Callable[[Decimal], str]

    def listed(self, parts: Iterable[str]) -> str:
        """Return several things said one after the other."""
        found = list(parts)
        return reduce(lambda one, other: self.said("chart.then", one=one, other=other), found) if found else ""


@dataclass(frozen=True)
class ChartPart:
    """Some elements and the height that they take."""

    elements: list[Element]
    height: int


def drawn(
    chart: Chart, title: str, tongue: Tongue, *, source: Sequence[str] = (), identifier: str = "graphique"
) -> Element:
    """Return a chart as SVG; with the lines of its `source`, a file of its own, with its title in sight."""
    pen = Pen(alone=bool(source))
    key = [(f"s{at + 1}", name) for at, name in enumerate(chart.series)]
    parts, y = [], 0
    if source:
        heading = wrapped(title, LONG, 3)
        parts, y = pen.lines("strong", 26, heading), 26 + LINE * len(heading)
    for kind, name in key:
        parts += [pen.dot(kind, "8", y + 10), pen.text("", "24", y + 15, name)]
        y += LINE + 4
    body = DRAWN[chart.kind](chart, pen, tongue, y) if chart.marks else nothing(pen, tongue, y)
    parts, y = parts + body.elements, y + body.height
    for line in [left(chart, tongue)] if chart.left else []:
        parts, y = [*parts, pen.text("soft", "0", y + LINE, line)], y + LINE + 8
    foot = [line for one in source for line in wrapped(one, LONG, 3)]
    parts, y = parts + pen.lines("soft", y + 24, foot), y + (24 + LINE * len(foot) if foot else 0)
    names = {"title": f"{identifier}-t", "desc": f"{identifier}-d"}
    told = [element("title", title, id=names["title"]), element("desc", told_in_words(chart, tongue), id=names["desc"])]
    about = {"class": "chart", "height": str(y + 6), "role": "img", "aria-labelledby": " ".join(names.values())}
    if source:
        inside = element("svg", *parts, x="16", width=str(WIDTH - 32), height=str(y + 6), overflow="visible")
        letters = {"font-family": "system-ui, sans-serif", "font-size": "14"}
        back = pen.draw("rect", "ground", width="100%", height="100%")
        return element("svg", *told, back, inside, xmlns=SVG, width=str(WIDTH), **about, **letters)
    return element("svg", *told, *parts, **about)


def nothing(pen: Pen, tongue: Tongue, top: int) -> ChartPart:
    """Return what stands where there is nothing to draw."""
    lines = wrapped(tongue.said("chart.nothing"), LONG, 3)
    return ChartPart(pen.lines("soft", top + LINE, lines), LINE * len(lines) + 8)


def left(chart: Chart, tongue: Tongue) -> str:
    """Return what is said of the marks that are not drawn."""
    return tongue.said("chart.left", n=chart.left)


def told_in_words(chart: Chart, tongue: Tongue) -> str:
    """Return a chart in words, for who does not see it."""
    return tongue.listed(words(mark, chart, tongue) for mark in chart.marks) or tongue.said("chart.nothing")


def words(mark: Mark, chart: Chart, tongue: Tongue) -> str:
    """Return a mark in words: its label, its numbers."""
    label = mark.label or tongue.said("chart.unsaid")
    name = tongue.said("chart.of", group=mark.group, label=label) if mark.group else label
    return tongue.said("chart.mark", label=name, value=numbers(mark, chart, tongue))


def numbers(mark: Mark, chart: Chart, tongue: Tongue) -> str:
    """Return the numbers of a mark, as they stand beside it."""
    shown = [tongue.number(value) if value is not None else "" for value in mark.values]
    if chart.kind == "stacked":
        pairs = zip(chart.series, shown, strict=True)
        return tongue.listed(tongue.said("chart.part", name=name, value=value) for name, value in pairs if value)
    if chart.kind == "pair":
        behind = mark.behind or (0, 0)
        said = [tongue.said("chart.among", value=v, n=n) if n else v for v, n in zip(shown, behind, strict=True)]
        return tongue.listed(said)
    return shown[0] or tongue.said("chart.silent")


def marked(mark: Mark, chart: Chart, tongue: Tongue, elements: list[Element]) -> Element:
    """Return a mark: what it is in words, then its elements."""
    return element("g", element("title", words(mark, chart, tongue)), *elements, **{"class": "mark"})


def headed(mark: Mark, before: str | None, pen: Pen, y: int) -> ChartPart:
    """Return the heading of a group where a mark begins one."""
    if not mark.group or mark.group == before:
        return ChartPart([], 0)
    lines = wrapped(mark.group)
    return ChartPart(pen.lines("strong", y + 24, lines), 14 + LINE * len(lines))


def rows(chart: Chart, pen: Pen, tongue: Tongue, top: int, row: Callable[[Mark, int], ChartPart]) -> ChartPart:
    """Return marks below each other, each under its label, which `row` draws from a height on."""
    parts, y, before = [], top, None
    for mark in chart.marks:
        heading = headed(mark, before, pen, y)
        y, before = y + heading.height, mark.group
        label = wrapped(mark.label or tongue.said("chart.unsaid"))
        drawn_row = row(mark, y + 6 + LINE * len(label))
        parts += [*heading.elements, marked(mark, chart, tongue, [*pen.lines("", y + 17, label), *drawn_row.elements])]
        y += 6 + LINE * len(label) + drawn_row.height
    return ChartPart(parts, y - top)


def bars(chart: Chart, pen: Pen, tongue: Tongue, top: int) -> ChartPart:
    """Return bars from zero, or parts of bars side by side, with the numbers at their end or below."""
    most = max((sum(all_values([mark]), Decimal(0)) for mark in chart.marks), default=Decimal(0)) or Decimal(1)

    def row(mark: Mark, y: int) -> ChartPart:
        shapes, at = [], 0.0
        for index, value in enumerate(mark.values):
            width = BARS * float(max(value or 0, Decimal(0)) / most)
            if width:
                spot = {"x": percent(at), "y": str(y), "width": percent(width), "height": "12"}
                shapes.append(pen.draw("rect", f"s{index + 1}", **spot))
            at += width
        shapes = shapes or [pen.draw("rect", "track", x="0", y=str(y), width="1", height="12")]
        said = numbers(mark, chart, tongue)
        if chart.kind == "stacked":
            lines = wrapped(said, LETTERS + 4, 4)
            return ChartPart([*shapes, *pen.lines("soft", y + 28, lines)], 20 + LINE * len(lines))
        return ChartPart([*shapes, pen.text("strong", percent(at), y + 11, said, dx="8")], 20)

    return rows(chart, pen, tongue, top, row)


def scaled(chart: Chart, pen: Pen, tongue: Tongue, top: int) -> ChartPart:
    """Return dots on one axis: means with how many they are made of, or two groups side by side."""
    values = [part for mark in chart.marks for part in placed(mark, chart) if part is not None]
    ticks = axis(chart, values)

    def across(value: Decimal) -> str:
        return percent(LEFT + (BARS - LEFT) * float(value / ticks[-1]))

    def row(mark: Mark, y: int) -> ChartPart:
        line = pen.stroke("axis", (percent(LEFT), percent(BARS)), (y + 6, y + 6))
        spots = [across(value) if value is not None else "" for value in placed(mark, chart)]
        joined = [pen.stroke("base", (spots[0], spots[1]), (y + 6, y + 6))] if len(spots) == 2 and all(spots) else []
        dots = [pen.dot(f"s{at + 1}", spot, y + 6) for at, spot in enumerate(spots) if spot]
        said = numbers(mark, chart, tongue)
        if chart.kind == "pair":
            return ChartPart([line, *joined, *dots, pen.text("soft", "0", y + 29, said)], 42)
        made_of = [pen.text("soft", percent(BARS), y - 7, f"n = {n}", text_anchor="end") for n in mark.behind]
        return ChartPart([line, *dots, *made_of, pen.text("strong", percent(BARS + 3), y + 11, said)], 20)

    body = rows(chart, pen, tongue, top + 22, row)
    scale = [pen.stroke("axis", (across(tick),) * 2, (top + 20, top + 22 + body.height)) for tick in ticks]
    for tick in ticks:
        said = tongue.said("chart.share", n=int(tick * 100)) if chart.shares else tongue.number(tick)
        scale.append(pen.text("soft", across(tick), top + 14, said, text_anchor="middle"))
    return ChartPart([*scale, *body.elements], body.height + 22)


def placed(mark: Mark, chart: Chart) -> tuple[Decimal | None, ...]:
    """Return where the dots of a mark stand on its axis: its numbers, or the parts of their groups that they are."""
    if not chart.shares:
        return mark.values
    return tuple(v / n if v is not None and n else None for v, n in zip(mark.values, mark.behind, strict=True))


def axis(chart: Chart, values: Sequence[Decimal]) -> list[Decimal]:
    """Return the numbers of an axis: quarters of a whole, or round ones."""
    if chart.shares:
        return [Decimal(at) / 4 for at in range(5)]
    return steps(max(values, default=Decimal(1)), whole=chart.kind == "pair")


def years(chart: Chart, pen: Pen, tongue: Tongue, top: int) -> ChartPart:
    """Return a line by school year, broken where a year has no number; what has no year is said below."""
    dated = [mark for mark in chart.marks if mark.label[:4].isdigit()]
    most = max(all_values(dated), default=Decimal(0)) or Decimal(1)
    first = int(dated[0].label[:4]) if dated else 0
    span = max(int(dated[-1].label[:4]) - first, 1) if dated else 1
    spots = {
        mark: (
            LEFT + ACROSS * (int(mark.label[:4]) - first) / span,
            top + 30 + HIGH - round(HIGH * float((mark.values[0] or 0) / most)),
        )
        for mark in dated
    }
    base = top + 30 + HIGH
    parts = [pen.stroke("axis", (percent(LEFT), percent(LEFT + ACROSS)), (base, base))]
    for one, other in pairwise(dated):
        if int(other.label[:4]) == int(one.label[:4]) + 1:
            ends = [spots[one], spots[other]]
            parts.append(pen.stroke("line", (percent(ends[0][0]), percent(ends[1][0])), (ends[0][1], ends[1][1])))
    for mark, (x, y) in spots.items():
        said = [pen.text("strong", percent(x), y - 13, numbers(mark, chart, tongue), text_anchor="middle")]
        said += [
            pen.text("soft", percent(x), base + 18 + LINE * at, part, text_anchor="middle")
            for at, part in enumerate(mark.label.split("-")[:2])
        ]
        parts.append(marked(mark, chart, tongue, [pen.dot("s1", percent(x), y), *said]))
    y = base + 2 * LINE + 8
    for mark in [mark for mark in chart.marks if mark not in spots]:
        parts.append(marked(mark, chart, tongue, [pen.text("", "0", y + LINE, words(mark, chart, tongue))]))
        y += LINE + 4
    return ChartPart(parts, y - top)


def heat(chart: Chart, pen: Pen, tongue: Tongue, top: int) -> ChartPart:
    """Return a grid: a row a group under its name, a cell a column, its number printed on its colour.

    Columns are numbered, since their names are longer than a phone is wide: the numbers are told above the grid.
    """
    columns = [*dict.fromkeys(mark.label for mark in chart.marks)]
    classes = bounds({*all_values(chart.marks)})  # of many ones and a few others, each still has its colour
    wide = 100 / max(len(columns), 1)
    parts: list[Element] = []
    y = top
    for at, name in enumerate(columns, 1):
        lines = wrapped(f"{at} · {name or tongue.said('chart.unsaid')}", LETTERS + 4)
        parts, y = [*parts, *pen.lines("soft", y + LINE, lines)], y + LINE * len(lines)
    y += 8
    for at in range(len(columns)):
        parts.append(pen.text("soft", percent(wide * (at + 0.5)), y + LINE, str(at + 1), text_anchor="middle"))
    y += LINE + 6
    for group in dict.fromkeys(mark.group for mark in chart.marks):
        lines = wrapped(group or tongue.said("chart.unsaid"))
        parts, y = [*parts, *pen.lines("", y + 17, lines)], y + 6 + LINE * len(lines)
        for mark in [mark for mark in chart.marks if mark.group == group]:
            left_edge, value = wide * columns.index(mark.label), mark.values[0] or Decimal(0)
            kind = class_of(Figure("", value, 0), classes)
            spot = {"x": percent(left_edge), "y": str(y), "width": percent(wide * 0.97), "height": str(CELL)}
            middle = percent(left_edge + wide * 0.485)
            said = pen.text(f"letters {kind}", middle, y + 18, numbers(mark, chart, tongue), text_anchor="middle")
            parts.append(marked(mark, chart, tongue, [pen.draw("rect", kind, **spot), said]))
        y += CELL + 2
    return ChartPart(parts, y - top)


DRAWN: Final = {"bars": bars, "stacked": bars, "dots": scaled, "pair": scaled, "years": years, "heat": heat}
"""What draws each kind of chart."""
