"""Which columns of an answer a map shows: the one that names territories, and the numbers that stand beside it.

Knows rows and what a question declares of them; finds the rest by what cells hold. Neither HTTP nor drawing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES
from queries import Mapped, Question
from sparql_api.pages.maps.measure import KINDS, number, territories
from sparql_api.pages.maps.outlines import atlas

NUMBERS: Final = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long")}
ROWS: Final = "lignes"
"""What the number of rows of a list is called, which is no column of it."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Mappable:
    """What a map may show of some rows, one a territory: its kind, the columns of numbers, the rows, whose
    territories are IRIs, and the columns of the answer."""

    kind: str
    column: str
    numbers: tuple[str, ...]
    rows: Sequence[Row]
    columns: tuple[str, ...]

    def are_whole(self, column: str) -> bool:
        """Return whether a column's numbers are whole: counts, which may be set beside others."""
        terms = [row[column] for row in self.rows if column in row]
        return all(term.datatype.value == PREFIXES["xsd"] + "integer" for term in terms)


def mappable(rows: Sequence[Row], base: str, question: Question | None = None) -> Mappable | str:
    """Return what a map may show of some rows; where it cannot, why, as a row of `phrases/requetes.csv`."""
    declared = question.mapped if question else None
    columns = list(dict.fromkeys(name for row in rows for name in row))
    places = [(name, kind, found) for name in columns for kind, found in [of_column(rows, name, base)] if kind]
    if not places:
        return "no-territory"
    numbers = [name for name in columns if is_number(row[name] for row in rows if name in row)]
    if not numbers and not declared:
        return listed(*places[0], base)
    column, kind, found = next((place for place in places if each_once(place[2])), ("", "", []))
    if not kind:
        return "many-rows"
    if declared:
        # A column in which no cell has a number yet is one all the same.
        wanted = (declared.value, *declared.means)
        numbers = [*wanted, *(name for name in numbers if name not in wanted)]
    resolved = [{**row, column: ox.NamedNode(iri)} for row, iri in zip(rows, found, strict=True) if iri]
    return Mappable(kind, column, tuple(numbers), resolved, tuple(columns))


def listed(column: str, kind: str, found: Sequence[str], base: str) -> Mappable:
    """Return what a map may show of a list without numbers: how many of its rows name each territory, none included."""
    counted = Counter(iri for iri in found if iri)
    named = dict.fromkeys((*counted, *territories(kind, base)))
    rows = [{column: ox.NamedNode(iri), ROWS: ox.Literal(counted[iri])} for iri in named]
    return Mappable(kind, column, (ROWS,), rows, (column,))


def mapped_first(there: Mappable, question: Question | None, value: str = "") -> Mapped:
    """Return the map of a column of numbers, or of the one that is shown first."""
    value = value or there.numbers[0]
    return Mapped(there.column, value, observed(question).get(value, ""))


def observed(question: Question | None) -> dict[str, str]:
    """Return {column: the one that says how many it is made of}, as the map and the chart of a question say it."""
    found: dict[str, str] = {}
    if question and question.charted:
        found |= dict(zip(question.charted.values, question.charted.observations, strict=False))
    if question and question.mapped:
        found |= {question.mapped.value: question.mapped.observations, **question.mapped.means}
    return found


def of_column(rows: Iterable[Row], name: str, base: str) -> tuple[str, list[str]]:
    """Return the kind of the territories of a column and their IRIs, row by row; no kind where a cell names another
    thing."""
    cells = [row.get(name) for row in rows]
    for kind in KINDS:
        found = [territory(cell, name, kind, base) if cell is not None else "" for cell in cells]
        if any(found) and all(iri for iri, cell in zip(found, cells, strict=True) if cell is not None):
            return kind, found
    return "", []


def each_once(iris: Iterable[str]) -> bool:
    """Return whether no territory has two rows."""
    named = [iri for iri in iris if iri]
    return len(set(named)) == len(named)


def territory(term: Any, name: str, kind: str, base: str) -> str:
    """Return the IRI of the territory of a kind that a cell names, by it or by a code; nothing where it names none.

    A code is one where the column is called as its kind (`academie`, `codeRegion`), and a territory has it.
    """
    if isinstance(term, ox.NamedNode):
        return term.value if term.value.startswith(base + KINDS[kind]) else ""
    path = KINDS[kind] + str(term.value) if isinstance(term, ox.Literal) else ""
    return base + path if kind in name.lower() and path in atlas().outlines else ""


def is_number(terms: Iterable[Any]) -> bool:
    """Return whether all of a column's terms are numbers of zero and more, and there are some."""
    found = [isinstance(t, ox.Literal) and t.datatype.value in NUMBERS and (number(t) or 0) >= 0 for t in terms]
    return bool(found) and all(found)
