"""What slow readers hold on disk is bounded, for all and for each, and comes back when they are done."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparql_api.computing.spool import PARTS, FileSpool
from sparql_api.words.problems import ProblemError


def name_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    return error.value.problem.name


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_what_is_kept_is_read_back_and_leaves_no_name(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    folder = tmp_path_factory.getbasetemp() / "spooled"
    spool = FileSpool(folder, 1 << 20)
    body = spool.keep(pieces, 1 << 20, "a")
    assert body.read() == b"".join(pieces)
    assert spool.held == body.size == sum(map(len, pieces))
    assert list(folder.iterdir()) == []
    del body
    assert spool.held == 0


def test_a_client_holds_a_part_and_all_hold_no_more_than_all(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path, 1000)
    part = 1000 // PARTS
    kept = [spool.keep([b"x" * part], 10_000, str(n)) for n in range(PARTS)]
    with pytest.raises(ProblemError) as error:
        spool.keep([b"x"], 10_000, "another")
    assert (name_of(error), error.value.problem.headers["Retry-After"]) == ("spool", "5")
    kept.pop()
    with pytest.raises(ProblemError):
        spool.keep([b"x" * part, b"x"], 10_000, "another")
    assert spool.keep([b"x" * part], 10_000, "another").size == part


def test_a_file_over_the_bound_gives_back_what_it_took(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path, 1 << 20)
    with pytest.raises(ProblemError) as error:
        spool.keep(iter([b"x" * 60, b"x" * 60]), 100, "a")
    assert name_of(error) == "answer-size"
    assert spool.held == 0
