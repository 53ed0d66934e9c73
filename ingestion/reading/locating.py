"""Finds the header of a table: below titles, on one storey or two.

Knows that a header is the row that names most columns; what each names is `words.headers`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ingestion.reading.mapping import Correspondence
from ingestion.words.columns import columns
from ingestion.words.headers import HELD, LONGEST_HEADER, Named, named
from ontologie import fold_label

MOST_ABOVE: Final = 30
"""Filled rows among which the header is looked for."""

MOST_COLUMNS: Final = 1_000
"""Cells of a row that are looked at as headers."""

TITLE: Final = "titre"
"""The one column that a table must have."""

MAPPED: Final = -1
"""How a header names a column where a mapping, or an earlier agreement, says so."""

_SURE, _PRIVATE, _HELD_ONLY = 3, 2, 1

Row = tuple[int, Sequence[str]]
"""The physical line where a row starts, and its cells."""


@dataclass(frozen=True)
class Located:
    """Where a header stands: the line of its last storey, the label of each column, how much of it is known."""

    line: int
    first: int
    labels: tuple[str, ...]
    known: tuple[bool, int]
    """Whether it names the titles; how many columns it names, those that words held in it name counting less."""


def find_header(rows: Iterable[Row], mapping: Correspondence) -> Located | None:
    """Return the header of a table: of its first filled rows, or pairs of them, that which names most.

    None where no row is filled. A lower storey that says all alone stands alone; an upper label holds for the columns
    after it until the next.
    """
    filled = list(islice(((line, cells) for line, cells in rows if any(cell.strip() for cell in cells)), MOST_ABOVE))
    best: Located | None = None
    above: Sequence[str] = ()
    for line, cells in filled:
        for first, labels in ((line, _labels(cells)), (line - 1, _storeys(above, cells, mapping))):
            known = _known(labels, mapping) if labels else (False, 0)
            if best is None or known > best.known:
                best = Located(line, first, labels, known)
        above = cells
    return best


def _labels(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in cells[:MOST_COLUMNS])


def _storeys(above: Sequence[str], below: Sequence[str], mapping: Correspondence) -> tuple[str, ...]:
    """Return the labels of two rows read together."""
    upper, labels = "", []
    for index, lower in enumerate(_labels(below)):
        upper = (above[index].strip() if index < len(above) else "") or upper
        if not lower:
            labels.append(upper if index < len(above) and above[index].strip() else "")
        else:
            labels.append(_together(upper, lower, mapping))
    return tuple(labels) if any(cell.strip() for cell in above) else ()


def _together(upper: str, lower: str, mapping: Correspondence) -> str:
    """Return the label of two storeys: the lower where it says all, else both; « Nom » below « Outil » is the tool's.

    An upper label that only holds words we know may be a title: it never makes a person's name public.
    """
    found = understood(lower, mapping)
    if found is not None and found.column and columns()[found.column].kind == "prive":
        above = understood(upper, mapping)
        return upper if above is not None and above.column and above.how < HELD else lower
    if found is not None and found.how < HELD:
        return lower
    both = f"{upper} {lower}".strip()
    return both if found is None or understood(both, mapping) is not None else lower


def _known(labels: Sequence[str], mapping: Correspondence) -> tuple[bool, int]:
    best: dict[str, int] = {}
    for label in labels:
        if (found := understood(label, mapping)) is not None:
            private = found.column and columns()[found.column].kind == "prive"
            worth = _HELD_ONLY if found.how == HELD else _PRIVATE if private else _SURE
            best[found.column or label] = max(worth, best.get(found.column or label, 0))
    return TITLE in best, sum(best.values())


def understood(label: str, mapping: Correspondence) -> Named | None:
    """Return what a label names, by the mapping first."""
    if not label or len(label) > LONGEST_HEADER:
        return None
    given = mapping.headers.get(fold_label(label)) if mapping.headers else None
    return Named(given, MAPPED) if given is not None else named(label)
