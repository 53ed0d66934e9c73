"""Answers kept on disk: a service that starts anew gives them; they go with their edition, and never grow past a bound."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sparql_api.engine.cached import CachedEngine
from sparql_api.query.stores import EditionStores
from tests.sparql_api.endpoint.live import endpoint

VALUES = "SELECT * { ?s <http://example.org/value> ?o } ORDER BY ?o LIMIT 3"


@pytest.fixture
def var(store: Path, tmp_path: Path) -> Path:
    """Return a state folder with two editions of a small store; the first is the current one."""
    editions = tmp_path / "editions"
    for number in ("1", "2"):
        (editions / number).mkdir(parents=True)
        (editions / number / "store").symlink_to(store)
        (editions / number / "manifest.json").write_text(f'{{"number": {number}}}')
    (editions / "current").symlink_to("1")
    return tmp_path


def served(var: Path, *asked: str, **values: Any) -> tuple[list[bytes], CachedEngine]:
    """Return what a service that is started, asked and stopped answers, and its engine."""
    with endpoint(EditionStores(var / "editions"), var, **values) as live, httpx.Client(timeout=300) as client:
        answers = [client.get(f"{live.url}?query={quote(query)}") for query in asked]
        assert {answer.status_code for answer in answers} <= {200}
        return [answer.content for answer in answers], live.engine


def files(var: Path) -> list[Path]:
    return sorted((var / "kept").glob("*.sqlite"))


def move(var: Path, number: int) -> None:
    (var / "editions" / "next").symlink_to(str(number))
    (var / "editions" / "next").rename(var / "editions" / "current")


def test_what_was_asked_more_than_once_is_known_after_a_restart(var: Path) -> None:
    first, engine = served(var, VALUES, VALUES, "ASK {}")
    assert (engine.hits, engine.misses) == (1, 2)
    again, engine = served(var, VALUES, VALUES, "ASK {}")
    assert (engine.hits, engine.misses) == (2, 1)
    assert again == first


def test_it_holds_no_word_of_a_query(var: Path) -> None:
    asked = "SELECT (1 AS ?n) {} # planted"
    answers, _ = served(var, asked, asked)
    found = b"".join(path.read_bytes() for path in (var / "kept").iterdir())
    assert answers[0] in found
    assert b"planted" not in found


def test_it_goes_with_its_edition(var: Path) -> None:
    served(var, VALUES, VALUES)
    (former,) = files(var)
    move(var, 2)
    _, engine = served(var, VALUES, VALUES)
    assert engine.misses == 1
    assert len(files(var)) == 1
    assert former not in files(var)


def test_it_goes_once_a_service_that_runs_sees_another_edition(var: Path) -> None:
    with endpoint(EditionStores(var / "editions"), var) as live, httpx.Client(timeout=300) as client:
        for number in (1, 2):
            move(var, number)
            for _ in range(2):
                answer = client.get(f"{live.url}?query={quote(VALUES)}")
                assert answer.headers["observatoire-edition"] == str(number)
            (file,) = files(var)
            assert file.name.startswith(f"{number}-")


@pytest.mark.parametrize("change", ["redacted", "gone", "other software", "broken", "cut short"])
def test_what_is_no_more_as_it_was_is_not_given(var: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served(var, VALUES, VALUES)
    (file,) = files(var)
    edition = var / "editions" / "1"
    if change == "redacted":
        (edition / "manifest.json").write_text('{"number": 1, "redactions": [1]}')
    elif change == "gone":
        (var / "editions" / "1.gone").write_text("")
    elif change == "other software":
        monkeypatch.setattr("sparql_api.engines.software_version", lambda: "another")
    elif change == "broken":
        file.write_bytes(b"no database " * 1000)
    else:
        file.write_bytes(file.read_bytes()[:5000])
    answers, engine = served(var, VALUES)
    assert engine.misses == 1
    assert b"example.org" in answers[0]
    assert files(var) != [file] or change in ("broken", "cut short")


def test_it_is_bounded(var: Path) -> None:
    """Sixty answers of a hundred rows, each asked twice, in a quarter of a megabyte."""
    rows = "SELECT * { ?s <http://example.org/value> ?o } LIMIT 100 OFFSET "
    asked = [rows + str(n // 2) for n in range(120)]
    answers, _ = served(var, *asked, shelf_mb=0.25)
    assert sum(map(len, answers[::2])) > 2 * (1 << 18)
    assert files(var)[0].stat().st_size <= 1 << 18
    _, engine = served(var, asked[-1], shelf_mb=0.25)
    assert engine.misses == 0


@pytest.mark.parametrize("values", [{"shelf_mb": 0}, {"cache_mb": 0}])
def test_nothing_is_written_where_nothing_is_to_be_kept(var: Path, values: dict[str, float]) -> None:
    served(var, VALUES, VALUES, **values)
    assert not (var / "kept").exists()
