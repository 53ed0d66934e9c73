"""What a chart says: marks with their words and numbers, made of a question's rows. Knows neither SVG nor HTTP.

A chart is bars, stacked bars, a line by school year, dots (means), a pair (two groups) or a heat map (two dimensions);
`queries` says which fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any, Final

from queries import Charted
from sparql_api.pages.maps.measure import number

MOST: Final = 40
"""Marks that a chart shows; the others stand in the table."""
SERIES: Final = 4
"""Parts that colours can tell apart; more of them become bars under a heading."""
ACROSS, DOWN = 8, 16
"""Columns and rows of a heat map that a phone shows; the others stand in the table."""
Words = Callable[[Any], str]
"""How a term of the answer is called; nothing for None."""


@dataclass(frozen=True)
class Mark:
    """A label with its numbers, one a series; None where there is none, or where too little stands behind it."""

    label: str
    values: tuple[Decimal | None, ...]
    group: str = ""
    behind: tuple[int, ...] = ()
    """How many observations each number is made of, or is a part of."""


@dataclass(frozen=True)
class Chart:
    """What is drawn: the marks, what the series are called, and how much is left to the table."""

    kind: str
    marks: tuple[Mark, ...]
    series: tuple[str, ...] = ()
    rows: int = 0
    """The rows of the whole answer."""
    left: int = 0
    """Marks that are not drawn."""
    shares: bool = False
    """Whether a pair's numbers are drawn as parts of their groups."""


@dataclass(frozen=True)
class Thresholds:
    """From how many observations a mean is shown, and from how many fiches of both groups a part of them."""

    mean: int
    share: int


def chart_of(rows: Sequence[Mapping[str, Any]], charted: Charted, words: Words, least: Thresholds) -> Chart:
    """Return the chart of a question's rows; without marks where nothing in them can be drawn."""
    marks = [mark for row in rows if (mark := mark_of(row, charted, words))]
    made = Chart(charted.kind, tuple(marks), rows=len(rows))
    if charted.kind == "stacked":
        made = stacked(made)
    elif charted.kind == "dots":
        made = replace(made, marks=tuple(silenced(mark, least.mean) for mark in marks if any(mark.behind)))
    elif charted.kind == "pair":
        groups = [max((mark.behind[at] for mark in marks if mark.behind), default=0) for at in range(2)]
        made = replace(made, shares=min(groups) >= least.share)
    return crossed(in_groups(made)) if made.kind == "heat" else bounded(in_groups(made))


def crossed(chart: Chart) -> Chart:
    """Return the marks of the fullest columns and rows, both in the order in which they first come."""
    columns = fullest(((mark.label, mark) for mark in chart.marks), ACROSS)
    rows = fullest(((mark.group, mark) for mark in chart.marks if mark.label in columns), DOWN)
    kept = tuple(mark for mark in chart.marks if mark.label in columns and mark.group in rows)
    return replace(chart, marks=kept, left=len(chart.marks) - len(kept))


def fullest(marks: Iterable[tuple[str, Mark]], most: int) -> frozenset[str]:
    """Return at most so many names, those whose numbers sum to most."""
    sums: dict[str, Decimal] = {}
    for name, mark in marks:
        sums[name] = sums.get(name, Decimal(0)) + (mark.values[0] or 0)
    return frozenset(sorted(sums, key=lambda name: -sums[name])[:most])


def mark_of(row: Mapping[str, Any], charted: Charted, words: Words) -> Mark | None:
    """Return the mark of a row; None where it says no number, but of what could not be averaged."""
    values = tuple(number(row.get(column)) for column in charted.values)
    behind = tuple(int(number(row.get(column)) or 0) for column in charted.observations)
    if None in values and not behind:
        return None
    return Mark(words(row.get(charted.label)), values, words(row.get(charted.series)), behind)


def silenced(mark: Mark, least: int) -> Mark:
    """Return a mean without its number where too few observations stand behind it."""
    return replace(mark, values=(None,)) if mark.behind[0] < least else mark


def stacked(chart: Chart) -> Chart:
    """Return parts by whole: one mark a label, one number a part; bars under headings where the parts are too many,
    or where one label has the same part twice."""
    parts = tuple(dict.fromkeys(mark.group for mark in chart.marks))
    wholes: dict[str, dict[str, Decimal | None]] = {}
    for mark in chart.marks:
        wholes.setdefault(mark.label, {})[mark.group] = mark.values[0]
    if len(parts) > SERIES or sum(map(len, wholes.values())) < len(chart.marks):
        return replace(chart, kind="bars", marks=tuple(replace(m, label=m.group, group=m.label) for m in chart.marks))
    marks = [Mark(label, tuple(of.get(part) for part in parts)) for label, of in wholes.items()]
    return replace(chart, marks=tuple(marks), series=parts)


def in_groups(chart: Chart) -> Chart:
    """Return the same marks, those of a group together, groups in the order in which they first come."""
    groups: dict[str, list[Mark]] = {}
    for mark in chart.marks:
        groups.setdefault(mark.group, []).append(mark)
    return replace(chart, marks=tuple(mark for marks in groups.values() for mark in marks))


def bounded(chart: Chart) -> Chart:
    """Return at most `MOST` marks, the largest, in the order in which they came; of years, the last."""
    left = len(chart.marks) - MOST
    if left <= 0:
        return chart
    places = range(len(chart.marks))
    kept = places[left:] if chart.kind == "years" else sorted(places, key=lambda at: -largest(chart.marks[at]))[:MOST]
    return replace(chart, marks=tuple(chart.marks[at] for at in sorted(kept)), left=left)


def largest(mark: Mark) -> Decimal:
    """Return the largest number of a mark, zero where it has none."""
    return max((value for value in mark.values if value is not None), default=Decimal(0))


def steps(most: Decimal, *, whole: bool, wanted: int = 4) -> list[Decimal]:
    """Return the round numbers of an axis from zero to at least `most`, at most `wanted` steps, `whole` for counts."""
    sizes = (Decimal(first).scaleb(power) for power in range(0 if whole else -2, 18) for first in (1, 2, 5))
    size = next(size for size in sizes if size * wanted >= most)
    return [size * at for at in range(max(ceil(most / size), 1) + 1)]


def all_values(marks: Iterable[Mark]) -> list[Decimal]:
    """Return every number of these marks."""
    return [value for mark in marks for value in mark.values if value is not None]
