"""What a saved question promises, by version, as a table: what changed its meaning without a new version is told.

`python -m tests.queries.test_versions` writes the table again: whoever runs it says that what each question answers
still means the same. It refuses where a column or a parameter went, which no reading makes the same.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from ontologie import PREFIXES
from queries import Question, bind, every_version, parse_question, tokenize
from queries.versions import read_versions
from tests.queries.assessors import assessors, bundled
from tests.queries.test_means_and_scores import mean_rows, number

AGREED = Path(__file__).parents[1] / "contracts" / "questions.csv"
FIELDS = ("question", "version", "sunset", "columns", "parameters", "sha256")
HEADING = """# audience = "outil"
# {more}
# [title]
# fr = "a"
# en = "a"
# [description]
# fr = "a"
# en = "a"
"""
GONE = """version = {n}
# [deprecated]
# since = 2026-01-01
# sunset = 2027-01-01
# [deprecated.reason]
# fr = "b"
# en = "b\""""


def versions() -> list[Question]:
    return [one for listed in every_version().values() for one in listed]


def promise(one: Question) -> dict[str, str]:
    """What a version promises: its columns, its parameters, and the hash of both with the tokens of its text."""
    answered = ox.Store().query(bind(one, {}), prefixes=PREFIXES)
    columns = [variable.value for variable in answered.variables] if isinstance(answered, ox.QuerySolutions) else []
    told = [(p.name, p.type, p.required, p.default, p.several) for p in sorted(one.parameters, key=lambda p: p.name)]
    text = [token.text for token in tokenize(one.text)]
    return {
        "question": one.name,
        "version": str(one.version),
        "sunset": one.deprecated.sunset.isoformat() if one.deprecated else "",
        "columns": " ".join(columns),
        "parameters": " ".join(p.name for p in one.parameters),
        "sha256": hashlib.sha256(json.dumps([text, told]).encode()).hexdigest(),
    }


def agreed() -> dict[tuple[str, str], dict[str, str]]:
    with AGREED.open(encoding="utf-8", newline="") as file:
        return {(row["question"], row["version"]): row for row in csv.DictReader(file)}


def broken(row: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Say what of a promise is not kept: what of it went, and whether the text is another."""
    for what in ("columns", "parameters"):
        if went := sorted(set(row[what].split()) - set(now[what].split())):
            yield f"{what} gone: {' '.join(went)}"
    if row["sha256"] != now["sha256"]:
        yield "text changed"


@pytest.mark.parametrize("one", versions(), ids=lambda one: one.reference)
def test_a_version_keeps_what_it_promises(one: Question) -> None:
    row = agreed().get((one.name, str(one.version)))
    assert row, "a new version: write the table"
    said = list(broken(row, promise(one)))
    assert not said, f"{one.reference}: {said}. Another meaning needs the next version (CONTRIBUTING.md); where it is the same, write the table"
    assert row == promise(one)


def test_no_version_goes_before_its_day() -> None:
    served = {(one.name, str(one.version)) for one in versions()}
    for key, row in agreed().items():
        assert key in served or (row["sunset"] and date.fromisoformat(row["sunset"]) < date.today()), key


def test_what_changes_is_told_and_what_is_only_written_otherwise_is_not() -> None:
    text = HEADING.format(more="version = 1") + "SELECT ?a ?b WHERE { ?a ?p ?b }"
    one = promise(parse_question("q", text))
    same = promise(parse_question("q", text.replace("{ ?a", "{\n  # why\n  ?a")))
    assert list(broken(one, same)) == []
    assert list(broken(one, promise(parse_question("q", text.replace("?a ?p ?b", "?b ?p ?a"))))) == ["text changed"]
    fewer = promise(parse_question("q", text.replace("?a ?b W", "?a W")))
    assert list(broken(one, fewer)) == ["columns gone: b", "text changed"]
    more = promise(parse_question("q", text.replace("?a ?b W", "?a ?b ?p W")))
    assert list(broken(one, more)) == ["text changed"] and set(one["columns"].split()) < set(more["columns"].split())


@pytest.mark.parametrize(
    ("former", "latest", "said"),
    [
        (GONE.format(n=1), "version = 3", "do not follow"),
        ("version = 1", "version = 2", "deprecated but the latest"),
        (GONE.format(n=2), "version = 2", "says that it is version 2"),
        (GONE.format(n=1).replace("2027", "2025"), "version = 2", "a later one"),
        (GONE.format(n=1), GONE.format(n=2), "deprecated but the latest"),
        (GONE.format(n=1) + '\n# [map]\n# territory = "region"\n# value = "a"', "version = 2", "alone is drawn"),
        (GONE.format(n=1), "version = 2", ""),
    ],
)
def test_versions_follow_and_all_but_the_latest_are_told_to_go(tmp_path: Path, former: str, latest: str, said: str) -> None:
    (tmp_path / "versions").mkdir()
    text = "SELECT ?a WHERE { ?a ?p ?b }"
    for path, more in ((tmp_path / "q.rq", latest), (tmp_path / "versions" / "q.v1.rq", former)):
        first_line, _, tables = more.partition("\n")
        heading = HEADING.format(more=first_line) + (f"{tables}\n" if tables else "")
        path.write_text(heading + text)
    if said:
        with pytest.raises(ValueError, match=said):
            read_versions(tmp_path)
    else:
        first, second = read_versions(tmp_path)["q"]
        assert (first.reference, second.reference) == ("q/v1", "q/v2") and first.deprecated


def test_a_file_of_versions_is_that_of_a_question(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "q.v1.rq").write_text(HEADING.format(more="version = 1") + "ASK {}")
    with pytest.raises(ValueError, match="not the version of a question"):
        read_versions(tmp_path)


@pytest.mark.parametrize("with_assessors", [False, True])
def test_the_first_means_of_criteria_hold_illustrations_in_rows_of_their_own(
    request: pytest.FixtureRequest, with_assessors: bool
) -> None:
    analyses = bundled() + (assessors() if with_assessors else [])
    first, _ = every_version()["moyenne-des-criteres"]
    store = request.getfixturevalue("assessed" if with_assessors else "store")
    found = store.query(bind(first, {}), prefixes=PREFIXES, use_default_graph_as_union=True)
    rows = [{name: getattr(row[name], "value", None) for name in promise(first)["columns"].split()} for row in found]
    answered = {
        (row["critere"].removeprefix("https://w3id.org/observatoire-ia/"), row["illustrative"]): (
            number(row["moyenne"]), row["analyses"], row["sansValeur"],
        )
        for row in rows
    }  # fmt: skip
    assert answered == {key: told[:3] for key, told in mean_rows(analyses, "oui").items()}


def main() -> int:
    """Write the table again; refuse where a column or a parameter went."""
    known, kept = agreed() if AGREED.exists() else {}, dict[tuple[str, str], dict[str, str]]()
    for one in versions():
        now = kept[one.name, str(one.version)] = promise(one)
        row = known.get((one.name, str(one.version)), now)
        if gone := [said for said in broken(row, now) if "gone" in said]:
            print(f"{one.reference}: {gone}: give the question its next version")
            return 1
    kept |= {key: row for key, row in known.items() if key not in kept}
    with AGREED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for _, row in sorted(kept.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
