"""The principles of an instrument against the other texts: for each pair the surest match, and what says it.

The rows are those of a saved question. Knows how they are gathered in cells; their looks are the template's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ontologie import Iris
from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.things.presentation import Reader, instrument_of
from sparql_api.words import i18n

QUESTION: Final = "correspondances-d-un-instrument"
COLUMNS: Final = 8
"""Texts shown side by side, those that most matches lead to; the question has them all."""
ROWS: Final = 60
PIVOT: Final = "instrument/international"
"""The hub of the principles, which comes first."""
STEPS: Final = (0.5, 0.65, 0.8)
"""Where a confidence passes from a class of colour to the next; the number is always printed."""


@dataclass(frozen=True)
class Cell:
    """What ties a principle to a text: the surest match, the node that says it, why, and how many others there are."""

    confidence: str
    node: str
    why: str
    others: int
    rule: str
    """The rule by which alone the principle meets the text; empty where it does so itself."""


@dataclass(frozen=True)
class Matrix:
    """Principles in rows, texts in columns, and what ties them; `left` texts are not shown."""

    principles: Mapping[str, str]
    """The number of each in its instrument, by IRI, in the order of the rows."""
    texts: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    left: int


async def matrix_of(reading: Reading, view: View, iri: str, principles: Mapping[str, str]) -> Matrix | None:
    """Return what an instrument's principles have in common with other texts, or a principle alone; None for others.

    `principles` are numbers by IRI, in the order of the rows.
    """
    iris = view.service.iris
    alone = instrument_of(iri, iris.base)
    if view.edition is None or not (principles or alone):
        return None
    question = catalogue(iris.base)[QUESTION]
    given = asked(iri, view)
    rows = await reading.rows(bound(question, given, iris), view.edition)
    return gathered(rows, dict([*principles.items()][:ROWS]) or {iri: ""}, iris)


def asked(iri: str, view: View) -> dict[str, str]:
    """Return the parameters of the question for the page of an instrument, or of a principle."""
    base = view.service.iris.base
    instrument = instrument_of(iri, base)
    path = iri.removeprefix(base)
    of = {"instrument": instrument.removeprefix(base), "principe": path} if instrument else {"instrument": path}
    return of | {"langue": view.language}


def gathered(rows: Sequence[Mapping[str, Any]], principles: Mapping[str, str], iris: Iris) -> Matrix | None:
    """Return the matrix of a question's rows; None where there is none."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["principe"].value, row["texte"].value), []).append(row)
    if not found:
        return None
    weights: dict[str, int] = {}
    for (_, text), held in found.items():
        weights[text] = weights.get(text, 0) + len(held)
    ordered = sorted(weights, key=lambda text: (text != iris.base + PIVOT, -weights[text], text))
    shown = ordered[:COLUMNS]
    cells = {key: cell_of(held) for key, held in found.items() if key[1] in shown}
    return Matrix(principles, tuple(shown), cells, len(ordered) - len(shown))


def cell_of(rows: Sequence[Mapping[str, Any]]) -> Cell:
    """Return the cell of the matches of one principle with one text: its own first, else those of its rules."""
    own = [row for row in rows if "regle" not in row]
    best = min(own or rows, key=lambda row: (-float(row["confiance"].value), row["alignement"].value))
    rule = "" if own else best["regle"].value
    others = len({row["alignement"].value for row in rows}) - 1
    return Cell(best["confiance"].value, best["alignement"].value, best["raison"].value, others, rule)


def named_in(matrix: Matrix | None) -> set[str]:
    """Return the things whose labels the matrix needs."""
    if matrix is None:
        return set()
    return {*matrix.principles, *matrix.texts, *(cell.rule for cell in matrix.cells.values() if cell.rule)}


def matrix_shown(reader: Reader, matrix: Matrix | None, iri: str) -> dict[str, Any] | None:
    """Return the matrix as the template shows it."""
    if matrix is None:
        return None
    view = reader.view
    return {
        "texts": [reader.thing(text) for text in matrix.texts],
        "left": matrix.left,
        "rows": [
            (code, reader.thing(one), [cell_shown(reader, matrix.cells.get((one, text))) for text in matrix.texts])
            for one, code in matrix.principles.items()
        ],
        "question": QUESTION,
        "href": view.url(f"/queries/{QUESTION}", asked(iri, view)),
        "alone": iri in matrix.principles,
    }


def cell_shown(reader: Reader, cell: Cell | None) -> dict[str, Any] | None:
    """Return a cell: its number and class, the address of the match, its reason, how many others, by which rule."""
    if cell is None:
        return None
    level = 1 + sum(float(cell.confidence) >= step for step in STEPS)
    return {
        "confidence": i18n.decimal(cell.confidence, reader.view.language),
        "class": f"q{level}",
        "href": reader.view.href(cell.node),
        "why": cell.why,
        "others": cell.others,
        "rule": reader.thing(cell.rule) if cell.rule else None,
    }
