"""The W3C SHACL suite, core and SPARQL, through pySHACL alone, the screen and the clearing: all find the same.

The table of passes a component is written to `shacl.md` beside this file by a run of all the tests, the long one included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
import pytest

from shapes.clearing.clearing import Clearing
from shapes.judging.judge import Judge
from shapes.judging.report import Result
from shapes.privacy.masking import mask_term
from shapes.rules.compiled import rules_of
from shapes.rules.terms import read_term, term_text
from shapes.screening.screen import Screen, ScreenResult
from tests.conformance.shacl_suite import Case, Key, cases
from tests.conformance.suites import suites_folder

TABLE = Path(__file__).with_name("shacl.md")
STORE = "pySHACL over an Oxigraph Store: "
EXPLAINED = {
    "core/property/uniqueLang-002": "pySHACL takes `\"1\"^^xsd:boolean` for true.",
    "sparql/component/optional-001": STORE + "it binds no parameter that the query does not select.",
    "sparql/component/propertyValidator-select-001": STORE + "it binds no parameter that the query does not select.",
    "sparql/component/validator-001": STORE + "it binds no parameter that the query does not select.",
    "sparql/node/prefixes-001": STORE + "prefixes of the shapes graph are not given to the query.",
    "sparql/pre-binding/pre-binding-003": STORE + "a variable of a nested SELECT is not bound beforehand.",
    "sparql/pre-binding/pre-binding-004": STORE + "a variable of a nested SELECT is not bound beforehand.",
    "sparql/pre-binding/pre-binding-005": STORE + "a variable of a nested SELECT is not bound beforehand.",
    "sparql/pre-binding/shapesGraph-001": "pySHACL has no $shapesGraph.",
}  # fmt: skip
"""The tests that fail, and why; the project's shapes keep clear of each."""

CASES = list(cases(suites_folder() / "shacl"))
LONG = {"core/complex/shacl-shacl"}
"""Shapes of all shapes: as long as all the others together."""
MARKED = [pytest.param(case, marks=[pytest.mark.long] if case.name in LONG else [], id=case.name) for case in CASES]


@dataclass
class Row:
    """What a component's tests came to."""

    tests: int = 0
    alone: int = 0
    screened: int = 0
    in_sql: int = 0
    failed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, Row]]:
    rows: dict[str, Row] = {}
    yield rows
    if sum(row.tests for row in rows.values()) == len(CASES):
        _write(rows)


@pytest.mark.parametrize("case", MARKED)
def test_the_screen_finds_what_pyshacl_finds(case: Case, table: dict[str, Row]) -> None:
    row = table.setdefault(case.component, Row())
    row.tests += 1
    judge = Judge(rules_of(case.shapes))
    alone = _outcome(lambda: _keys(judge.judge(case.data, judge.focus_nodes(case.data))))
    screen = Screen(judge.units)
    try:
        flagged = screen.screen([ox.serialize(case.data, format=ox.RdfFormat.N_QUADS)])
    finally:
        screen.close()
    screened = _outcome(lambda: _keys(judge.judge(case.data, flagged.focus_nodes)))
    assert isinstance(screened, str) == isinstance(alone, str)
    if not isinstance(alone, str):
        assert screened == alone
        left = Clearing(judge).left(case.data, judge.focus_nodes(case.data))
        assert _keys(judge.judge(case.data, left)) == alone, "cleared what pySHACL finds something about"
        certain = _masked(_key(finding) for finding in flagged.findings)
        assert certain <= alone, "SQL claims what pySHACL does not find"
        if not flagged.doubts:
            assert certain == alone, "without a doubt, SQL finds all"
    expected = None if case.expected is None else _masked(case.expected)
    passes = isinstance(alone, str) if expected is None else alone == expected
    row.alone += passes
    row.screened += isinstance(screened, str) if expected is None else screened == expected
    row.in_sql += not any(group.reason for group in screen.groups)
    if not passes:
        row.failed.append(case.name)
    assert passes != (case.name in EXPLAINED), "the list of known failures is out of date"


def _outcome(judge: object) -> frozenset[Key] | str:
    """Return what was found, or the name of the failure."""
    try:
        return judge()  # type: ignore[operator,no-any-return]
    except Exception as error:  # what pySHACL raises is part of what is compared
        return type(error).__name__


def _keys(results: list[Result]) -> frozenset[Key]:
    return frozenset(
        (
            result.focus if result.focus.startswith(('"', "_:")) else f"<{result.focus}>",
            result.path or "",
            result.component,
            result.value or "",
        )
        for result in results
    )


def _key(finding: ScreenResult) -> Key:
    return (finding.focus, finding.path or "", finding.component, finding.value or "")


def _masked(keys: Iterable[Key]) -> frozenset[Key]:
    """Hide what a report hides (law 7): values of the suite are first names."""
    return frozenset((*key[:3], key[3] and term_text(mask_term(read_term(key[3])))) for key in keys)


def _write(rows: dict[str, Row]) -> None:
    lines = [
        "# W3C SHACL suite",
        "",
        "Written by `tests/conformance/test_shacl.py`. *pySHACL*: every focus node judged by pySHACL over a pyoxigraph",
        "Store. *Screen*: SQL first, then pySHACL for who is flagged. Both find the same in every test. *In SQL*: tests",
        "whose shapes are all compiled; in the others pySHACL judges every focus node of the shape.",
        "",
        "| component | tests | pySHACL | screen | in SQL |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, row in sorted(rows.items()):
        lines.append(f"| {name} | {row.tests} | {row.alone} | {row.screened} | {row.in_sql} |")
    total = [sum(getattr(row, name) for row in rows.values()) for name in ("tests", "alone", "screened", "in_sql")]
    lines.append("| **all** | " + " | ".join(f"**{number}**" for number in total) + " |")
    lines += ["", "Failures, and why:", ""]
    lines += [f"- `{name}`: {EXPLAINED[name]}" for row in rows.values() for name in sorted(row.failed)]
    text = "\n".join(lines) + "\n"
    if not TABLE.exists() or TABLE.read_text(encoding="utf-8") != text:
        TABLE.write_text(text, encoding="utf-8")
