"""Every example beside the shapes says what it must: the good ones nothing, the faulty ones the rules they name."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import shapes
from ontologie import BASE, serialize_lines
from shapes.gate import gate

EXAMPLES = sorted((Path(shapes.__file__).parent / "exemples").rglob("*.ttl"))
RULES = "# Règles : "


def read(path: Path) -> tuple[list[ox.Quad], set[str]]:
    text = path.read_text(encoding="utf-8")
    expected = {name for line in text.splitlines() if line.startswith(RULES) for name in line[len(RULES) :].split()}
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE)), expected


def rules(report: shapes.Report) -> set[str]:
    return {result.shape.removeprefix(BASE + "shapes#") for result in report.results}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_breaks_the_rules_it_names_and_no_other(path: Path) -> None:
    quads, expected = read(path)
    assert rules(shapes.validate(quads)) == expected


@pytest.mark.long
def test_the_screen_flags_the_examples_as_pyshacl_does() -> None:
    quads = []
    for number, path in enumerate(EXAMPLES):
        text = path.read_text(encoding="utf-8").replace("18-EXEMPLE", f"18-EXEMPLE{number}")
        text = text.replace("/exemple", f"/exemple{number}")
        quads += ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE)
    alone = {result.key for result in shapes.validate(quads).results}
    with gate().screen() as screen:
        flagged = screen.screen(serialize_lines(quads))
    assert {result.key for result in gate().judge.judge(quads, flagged.focus_nodes)} == alone
    assert len(alone) > len(EXAMPLES) / 2


def test_good_and_faulty_examples_are_told_apart_by_their_folder() -> None:
    for path in EXAMPLES:
        assert bool(read(path)[1]) == (path.parent.name == "fautifs"), path
