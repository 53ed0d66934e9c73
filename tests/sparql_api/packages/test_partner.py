"""A partner of another country follows `docs/partner.md`: every step runs as it is written, and the fiche travels."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sparql_api.packages.steps import run_steps

GUIDE = Path(__file__).parents[3] / "docs" / "partner.md"


@pytest.mark.long
def test_the_steps_of_the_guide_run_and_lead_from_a_fiche_to_the_texts_of_others(unpacked: Path) -> None:
    framework, _, judged, fiche, travelled = run_steps(GUIDE.read_text(encoding="utf-8"), unpacked)
    assert "Conforms: True" in framework
    assert "1 fiche read: 1 accepted; 0 refused." in judged
    assert "Conforms: True" in fiche
    rows = [line.split(" | ") for line in travelled.splitlines()]
    assert rows and {tuple(row[:3]) for row in rows} == {
        ("https://example.org/project/1", "Human judgement", "Human-centredness")
    }
    assert len({row[3] for row in rows}) > 2
