"""The notebooks of `docs/notebooks/`, run cell by cell as a reader would: each ends in a figure, of the right numbers."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.documented import DOCS, at

NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.long


def cells(path: Any) -> list[str]:
    """The cells of code of a notebook; none of them was left with an output."""
    told = json.loads(path.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in told)
    return ["".join(cell["source"]) for cell in told if cell["cell_type"] == "code"]


@pytest.fixture
def pyplot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Matplotlib without a screen."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def run(code: list[str], address: str) -> tuple[dict[str, Any], Any]:
    """Run cells one after another; return what they name, and the value that the last one shows."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = None
    for cell in (at(address, code[0]) if "127.0.0.1" in code[0] else code[0], *code[1:]):
        *lines, last = ast.parse(cell).body
        exec(compile(ast.Module([*lines], []), "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), names)
    return names, shown


def test_there_are_two_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["annees-scolaires", "principes-par-academie"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_ends_in_a_figure_whose_bars_are_its_shares(address: str, pyplot: Any, path: Any) -> None:
    names, figure = run(cells(path), address)
    assert figure is pyplot.figure(1)
    (axes,) = figure.axes
    shares = names["shares"]["share"]
    drawn = [bar.get_width() if path.stem.startswith("principes") else bar.get_height() for bar in axes.patches]
    assert sorted(value for value in drawn if value) == pytest.approx(sorted(value for value in shares if value))
    assert len(shares) > 3 and shares.between(0, 1).all()
    assert axes.get_title() and axes.get_xlabel()
    figure.canvas.draw()


def test_shares_are_of_the_uses_that_sparql_finds(address: str, pyplot: Any) -> None:
    import httpx

    names, _ = run(cells(DOCS / "notebooks" / "principes-par-academie.ipynb"), address)
    text = """PREFIX oia: <https://w3id.org/observatoire-ia/ontologie#>
    SELECT ?a (COUNT(DISTINCT ?u) AS ?of) (COUNT(DISTINCT ?c) AS ?n) {
      ?u a oia:Projet ; oia:academie ?a OPTIONAL { ?u oia:concerne ?p BIND(?u AS ?c) } } GROUP BY ?a"""
    found = httpx.get(f"{address}/editions/1/sparql", params={"query": text, "format": "json"}, timeout=60).json()["results"]["bindings"]
    told = {row["a"]["value"].rpartition("/")[2]: (int(row["n"]["value"]), int(row["of"]["value"])) for row in found}
    mine = {key: (row.concerned, row.uses) for (key, _), row in names["shares"].iterrows()}
    assert mine == {key: pair for key, pair in told.items() if pair[1] >= 3}
