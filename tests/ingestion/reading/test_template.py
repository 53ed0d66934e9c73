"""The table to fill is one that we take as it is, in every form."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import examine
from ingestion.commands.template import FORMS, choices, example, template
from ingestion.resolution.resolve import resolve
from ingestion.words.columns import columns


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_the_table_to_fill_is_accepted(tmp_path: Path, form: str, lang: str) -> None:
    path = tmp_path / f"gabarit.{form}"
    path.write_bytes(template(form, lang))  # type: ignore[arg-type]
    found = examine(path)
    assert (found.summary.read, found.summary.accepted) == (1, 1)
    assert not [note for note in found.notes if note.severity != "info"]
    assert found.documents[0].built.identifier == "10-EXEMPLE-1"


def test_every_choice_is_one_that_resolves() -> None:
    assert len(choices(columns()["academie"])) >= 30
    assert choices(columns()["titre"]) == [] and choices(columns()["analyse_impact"]) == ["oui", "non"]
    assert all(resolve("type_ia", name).state == "found" for name in choices(columns()["type_ia"]))
    assert set(example()) <= set(columns())
