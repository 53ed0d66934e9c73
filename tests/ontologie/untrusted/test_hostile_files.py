"""Hostile files: each ends with an exit code and a sentence, never a trace, and leaves nothing in the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.hostile.files import FILES, Hostile
from bench.hostile.run import attempt, due

STORED = {"ids.csv": 1}
"""What is good in a file that is refused in part."""


def made(hostile: Hostile, folder: Path) -> Path:
    path = folder / "depot" / hostile.name
    path.parent.mkdir()
    hostile.make(path)
    return path


@pytest.mark.parametrize(
    "hostile",
    [pytest.param(one, marks=[pytest.mark.long] if one.large or rank % 2 else [], id=f"{one.command}-{one.name!a}")
     for rank, one in enumerate(FILES)],
)
def test_a_hostile_file_ends_with_a_sentence(hostile: Hostile, tmp_path: Path) -> None:
    outcome = attempt(hostile.command, made(hostile, tmp_path), tmp_path / "var")
    assert due(hostile, outcome), (outcome.exit, outcome.codes, outcome.trace, outcome.said[-2000:])
    assert len(outcome.said) < 20_000 or outcome.exit == 1
    assert "\x1b[2J" not in outcome.said
    if outcome.exit and hostile.command == "ingest":
        assert outcome.stored == STORED.get(hostile.name, 0)


def test_there_are_fifty_of_them_and_no_two_have_one_name() -> None:
    assert len(FILES) >= 50
    assert len({(one.command, one.name) for one in FILES}) == len(FILES)
