"""The questions of `docs/ten-questions.md`: each of four ways gives the number that the page says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.clients.documented import DOCS, at

SECTION = re.compile(r"^## (\d+)\. (.+?)\n\nAnswer: (\d+)\.\n\n```python\n(.*?)^```$", re.M | re.S)
PAGE = (DOCS / "ten-questions.md").read_text("utf-8")
QUESTIONS = SECTION.findall(PAGE)
WAYS = ("by_sparql", "by_table", "by_question", "by_csv")


@pytest.fixture(scope="module")
def prepared(address: str) -> dict[str, Any]:
    """What the page defines before its questions."""
    names: dict[str, Any] = {"__name__": "docs"}
    code = PAGE[: PAGE.index("## 1.")].partition("```python\n")[2].partition("```")[0]
    exec(compile(at(address, code), "ten-questions.md", "exec"), names)
    return names


def test_there_are_ten() -> None:
    assert [int(number) for number, *_ in QUESTIONS] == list(range(1, 11))


@pytest.mark.parametrize(("number", "title", "answer", "code"), QUESTIONS, ids=[number for number, *_ in QUESTIONS])
def test_four_ways_give_the_number_that_is_written(prepared: dict[str, Any], number: str, title: str, answer: str, code: str) -> None:
    names = dict(prepared)
    exec(compile(code, f"question {number}", "exec"), names)
    assert {way: int(names[way]) for way in WAYS} == dict.fromkeys(WAYS, int(answer)), title
