"""A partner follows the guide of deposits, in each of its languages: the steps run as written, and a question answers."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion import Options, examine
from ontologie import BASE
from tests.sparql_api.packages.steps import BLOCK, run_steps

DOCS = Path(__file__).parents[3] / "docs"
GUIDES = ("partner-deposit.md", "partner-deposit.fr.md", "partner-deposit.es.md")
WORKED = Path(__file__).parents[3] / "ontologie" / "exemples" / "partenaires"
MATCHES = {"thesaurus-unesco": 5, "airo": 4, "vair": 24, "dpv": 10 + 16 + 7}
"""The worked sets, and how many matches each has: the rows of its tables in `ontologie/ponts/`."""


def test_the_guides_show_the_same_steps() -> None:
    shown = [
        [code.replace("--lang fr", "--lang en").replace("langue=fr", "langue=en") for _, code in BLOCK.findall(text)]
        for text in ((DOCS / name).read_text(encoding="utf-8") for name in GUIDES)
    ]
    assert shown[0] and shown[0] == shown[1] == shown[2]


@pytest.mark.long
@pytest.mark.parametrize("name", GUIDES[:2])
def test_the_steps_lead_to_a_question_that_answers_with_the_framework(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSERVATOIRE_VAR", str(tmp_path / "var"))
    *_, answered = run_steps((DOCS / name).read_text(encoding="utf-8"), tmp_path)
    rows = list(csv.DictReader(io.StringIO(answered)))
    assert [row["principes"] for row in rows if row["instrument"] == f"{BASE}instrument/mx-2025"] == ["1"]


def test_the_worked_sets_are_those_of_the_folder() -> None:
    assert {path.name.removesuffix(".sssom.tsv") for path in WORKED.glob("*.sssom.tsv")} == set(MATCHES)


@pytest.mark.parametrize("name", MATCHES)
def test_a_worked_set_of_matches_is_taken_as_it_is(name: str) -> None:
    done = examine(WORKED / f"{name}.sssom.tsv", Options(kind="linkset"))
    assert done.entries == () and len(done.documents) == 1
    assert len(done.documents[0].built.document["correspondance"]) == MATCHES[name]


@pytest.mark.long
@pytest.mark.parametrize("name", MATCHES)
def test_the_reference_implementation_accepts_a_worked_set(name: str) -> None:
    command = [str(Path(sys.executable).with_name("sssom")), "validate", str(WORKED / f"{name}.sssom.tsv")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
