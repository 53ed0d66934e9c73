"""A project that ends before it begins is refused: by pySHACL and by the screen, whatever the precision of both dates."""

from __future__ import annotations

import calendar
from datetime import date
from itertools import product

import pyoxigraph as ox

import shapes
from ontologie import BASE, Iris, serialize_lines
from shapes.gate import gate

DATES = ["2023", "2024", "2025", "2024-01", "2024-02", "2024-12", "2024-02-01", "2024-02-29", "2024-12-31", "2025-01-01"]
TYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}
RULE = BASE + "shapes#Projet-dateFin-apres-date"


def days(text: str) -> tuple[date, date]:
    """Return the first and the last day that a date may mean."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    return date(year, month or 1, day or 1), last


def literal(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{TYPES[len(text)]}"))


def test_an_end_before_its_date_is_refused_by_pyshacl_and_the_screen_alike() -> None:
    iris, quads, expected = Iris(), [], set()
    for number, (start, end) in enumerate(product(DATES, DATES)):
        project = ox.NamedNode(iris.entity("projet", f"18-D{number}"))
        quads.append(ox.Quad(project, ox.NamedNode(iris.term("date")), literal(start)))
        quads.append(ox.Quad(project, ox.NamedNode(iris.term("dateFin")), literal(end)))
        if days(end)[1] < days(start)[0]:
            expected.add(project.value)
    found = {result.focus for result in shapes.validate(quads).results if result.shape == RULE}
    assert found == expected
    with gate().screen() as screen:
        flagged = screen.screen(serialize_lines(quads))
    assert {str(shape): {node.strip("<>") for node in nodes} for shape, nodes in flagged.focus_nodes.items()} == {RULE: expected}
