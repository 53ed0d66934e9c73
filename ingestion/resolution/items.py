"""Takes a cell apart: each label of it resolves alone, so that what is known is never lost for a neighbour.

Knows what stands between labels. A separator that may be part of a name (a comma, "et") is one only where the cell is
understood better for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ingestion.resolution.grammar import words_of
from ingestion.resolution.labels import labels
from ingestion.resolution.resolve import KINDS, LEVELS, TOOLS, Resolution, certainly, merged, resolve, span_of
from ingestion.words.columns import columns
from ontologie import BASE, fold_label

_BETWEEN: Final = re.compile(r"[;\n\r\t•▪◦●·|]|\s[-–—]\s|(?:^|(?<=[\n;]))\s*[-–*]\s")
"""Always stands between two labels."""

_PERHAPS: Final = re.compile(r"[,，]|(?<!\d)/|/(?!\d)")
"""Stands between two labels, or inside one ("Histoire-géographie, géopolitique…")."""

_JOINED: Final = re.compile(r"\s(?:et|ou|and|or|puis)\s|\s?[&+]\s?")
_HYPHEN: Final = re.compile(r"(?<=\w)[-–](?=\w)")
_EACH_ALONE: Final = frozenset((TOOLS, KINDS, "academie"))
"""Columns whose labels are proper names or short: "et" stands between two of them even where one is unknown."""

_EDGES: Final = " \t\r\n\u00a0\u202f\u200b\ufeff,;/•▪◦●·*"
_WIDEST: Final = 5
"""Parts that one label may span."""

_KEPT: Final = 1_000
"""Characters of a cell whose labels are kept for the next one that says the same."""
_MOST_PARTS: Final = 60
"""Parts of a cell of which labels that span several are looked for."""


@dataclass(frozen=True, slots=True)
class Item:
    """A label of a cell, as it was written, and what it stands for."""

    text: str
    answer: Resolution


def resolve_cell(column: str, text: str, base: str = BASE) -> tuple[Item, ...]:
    """Return the labels of a cell, in order, each once; the whole cell where it is understood as it stands."""
    return (short_cell if len(text) <= _KEPT else short_cell.__wrapped__)(column, text, base)


@lru_cache(maxsize=50_000)
def short_cell(column: str, text: str, base: str) -> tuple[Item, ...]:
    """Return the labels of a cell, as `resolve_cell` does, of cells that are kept."""
    whole = text.strip(_EDGES)
    if not whole:
        return ()
    if not columns()[column].is_list or _is_one(column, whole, base):
        return (Item(whole, resolve(column, whole, base)),)
    found = [item for part in _BETWEEN.split(text) for item in _parts(column, part, base)]
    return tuple({item.text: item for item in found}.values())


def _is_one(column: str, text: str, base: str) -> bool:
    """Tell whether a whole cell is one label; across what always stands between two, only a known one is."""
    if _BETWEEN.search(text):
        return fold_label(text) in labels(column, base).entries
    return certainly(column, text, base) is not None


def _parts(column: str, text: str, base: str) -> list[Item]:
    """Return the labels of a text in the way that leaves the fewest unknown, then the fewest labels."""
    edges = [0, *(place for match in _PERHAPS.finditer(text) for place in match.span()), len(text)]
    parts = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if text[start:end].strip(_EDGES)]
    widest = _WIDEST if len(parts) <= _MOST_PARTS else 1
    # The best way to read the first n parts: unknown ones, labels, and the labels themselves.
    best: list[tuple[int, int, list[Item]]] = [(0, 0, [])]
    for end in range(1, len(parts) + 1):
        ways = []
        for start in range(max(0, end - widest), end):
            items = _label(column, text[parts[start][0] : parts[end - 1][1]].strip(_EDGES), end - start == 1, base)
            if items:
                unknown = sum(not item.answer.known for item in items)
                ways.append((best[start][0] + unknown, best[start][1] + len(items), [*best[start][2], *items]))
        best.append(min(ways, key=lambda way: way[:2]))
    return best[-1][2]


def _label(column: str, text: str, single: bool, base: str) -> list[Item]:
    """Return the labels of a text without certain separators; nothing for several parts that are no label together."""
    if known := certainly(column, text, base):
        return [Item(text, known)]
    if not single:
        return []
    for between in (_JOINED, _HYPHEN) if column == LEVELS else (_JOINED,):
        if joined := _joined(column, text, between, base):
            return joined
    return [Item(text, resolve(column, text, base))]


def _joined(column: str, text: str, between: re.Pattern[str], base: str) -> list[Item]:
    """Return the labels that "et" or a hyphen joins, where all are certain, or where each name stands alone."""
    parts = [part.strip(_EDGES) for part in between.split(text)]
    if len(parts) < 2 or not all(parts):
        return []
    if column == LEVELS:
        shared = _shared_track(parts, base)
        if between is _HYPHEN and len(parts) == 2 and _far_apart(parts, base):
            return []  # "CP-CM2": from the one to the other, or these two?
        if shared:
            return [Item(text, shared)]
    answers = [certainly(column, part, base) for part in parts]
    if all(answers) or (column in _EACH_ALONE and any(answers)):
        return [Item(part, resolve(column, part, base)) for part in parts]
    return []


def _shared_track(parts: Sequence[str], base: str) -> Resolution | None:
    """Return levels of which the last one says the track of all ("1re et Tle générales", "1re et Tle STMG").

    They are one label: taken apart, "1re" alone would say less.
    """
    *others, last = parts
    words = fold_label(last).split()
    plural = words[-1:] and words[-1].endswith("s") and not words[0].endswith("s") and words[-1] in _of("voie")
    if len(words) < 2 or not (plural or words[-1] in _of("serie")):
        return None
    spelt = [f"{part} {words[-1]}" for part in others]
    answers = [certainly(LEVELS, text, base) for text in (*spelt, last)]
    found = [answer for answer in answers if answer and answer.state == "found"]
    return Resolution("found", merged(tuple(one.concepts for one in found))) if len(found) == len(parts) else None


def _of(kind: str) -> tuple[str, ...]:
    return words_of(LEVELS, kind)


def _far_apart(parts: Sequence[str], base: str) -> bool:
    """Tell whether levels stand between two."""
    first, last = (span_of(part, base) for part in parts)
    return first is not None and last is not None and last[0] - first[1] > 1


def resolve_together(column: str, text: str, base: str = BASE) -> Resolution:
    """Return what a whole cell stands for: found where each of its labels is."""
    items = resolve_cell(column, text, base)
    if len(items) != 1 and items and all(item.answer.state == "found" for item in items):
        return Resolution("found", merged(tuple(item.answer.concepts for item in items)))
    return items[0].answer if len(items) == 1 else resolve(column, text, base)
