"""Each question's answer on the bundled data.

Answers that are words and links are kept in `expected/` for a person to read: `python -m tests.queries.test_answers`
writes them again after a change; read what changed before committing. Answers with numbers are never kept: the other
modules of this folder work them out from the source rows.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest

from ingestion import Registry, Settings, publish
from ingestion.demo.load import load_demo
from ontologie import BASE
from queries import catalogue
from tests.queries.asking import FIXTURES, ask, columns, datatypes

HERE: Final = Path(__file__).parent
EXPECTED: Final = HERE / "expected"
SHOWN: Final = 25
"""Rows of an answer kept in full; beyond, their number stands for the rest."""
NUMBERS: Final = frozenset({"integer", "decimal", "double", "float"})
STATED: Final = {
    *("analyse-d-un-projet", "constats-d-un-projet"),
    *("chemins-regle-disposition", "projets-principe-unesco", "projets-regle-ai-act"),
    *("correspondances-d-un-instrument", "projets-a-une-correspondance"),
}
"""Questions whose numbers are no computation: the value of a step, the confidence that a rule or a match states."""
WORKED_OUT: Final = {
    name for name in catalogue() for module in HERE.glob("test_*.py") if module.stem != "test_lists" and f'"{name}"' in module.read_text("utf-8")
} - STATED
"""Questions whose answers another module works out."""
KEPT: Final = sorted(set(catalogue()) - WORKED_OUT)


def answer(store: ox.Store, name: str) -> dict[str, Any]:
    """Return a question's answer with its defaults: columns, number of rows, the first rows."""
    rows = [{column: short(value) for column, value in row.items()} for row in ask(store, name)]
    return {"columns": columns(name), "count": len(rows), "rows": rows[:SHOWN]}


def short(value: str) -> str:
    return value if len(value) <= 120 else value[:119] + "…"


@pytest.fixture(scope="module")
def on_fixture(
    store: ox.Store, assessed: ox.Store, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[ox.Store]]:
    """Give the demonstration with what a question's fixture adds; the demonstration itself where it has none.

    A question that leaves illustrations out is also asked where two assessors have judged.
    """

    def completed(name: str) -> list[ox.Store]:
        if any(parameter.name == "illustrations" for parameter in catalogue()[name].parameters):
            return [store, assessed]
        fixture = FIXTURES / f"{name}.ttl"
        if not fixture.exists():
            return [store]
        folder = str(tmp_path_factory.mktemp("completed") / "store")
        store.backup(folder)  # hard links
        own = ox.Store(folder)
        own.load(path=str(fixture), format=ox.RdfFormat.TURTLE, base_iri=BASE)
        return [own]

    return completed


@pytest.mark.parametrize("name", KEPT)
def test_a_question_has_its_expected_answer_on_the_real_data(store: ox.Store, name: str) -> None:
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    assert answer(store, name) == expected


def test_no_answer_is_kept_for_a_question_that_is_worked_out_or_gone() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.json")) == KEPT


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_answer_holds_no_computed_number(store: ox.Store, name: str) -> None:
    found = {column for column, kinds in datatypes(store, name).items() if kinds & NUMBERS}
    assert not found or name in STATED


@pytest.mark.parametrize("name", catalogue())
def test_no_column_of_a_question_is_wholly_empty(on_fixture: Callable[[str], list[ox.Store]], name: str) -> None:
    rows = [row for one in on_fixture(name) for row in ask(one, name)]
    assert [column for column in columns(name) if not any(column in row for row in rows)] == []


@pytest.mark.parametrize("name", catalogue())
def test_a_question_ends_well_before_a_generous_bound(store: ox.Store, name: str) -> None:
    # The issue asks for one second on a quiet machine; the bench measures, this only catches what explodes.
    start = time.process_time()
    answer(store, name)
    assert time.process_time() - start < 5


def main() -> int:
    """Write the kept answers again."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(var=Path(folder))
        registry = Registry(settings)
        load_demo(registry, settings)
        edition = publish(settings, registry).edition
        store = ox.Store.read_only(str(edition.store_path))
        EXPECTED.mkdir(exist_ok=True)
        for old in EXPECTED.glob("*.json"):
            old.unlink()
        for name in KEPT:
            text = json.dumps(answer(store, name), ensure_ascii=False, indent=1)
            (EXPECTED / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
