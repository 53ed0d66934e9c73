"""From when a framework applies: a table, Turtle and JSON come to the same statement, its bounds filled in alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import Options, examine
from tests.ingestion.partners import CC_BY, file_of

NAME = "instrument/mx-2025"
BOUNDS = {"2025-06-15": ("2025-06-15", "2025-06-15"), "2025-06": ("2025-06-01", "2025-07-01"),
          "2025-12": ("2025-12-01", "2026-01-01")}  # fmt: skip
"""A day or a month → the first day that it may mean, and the first on which the text surely applies."""


def table(day: str) -> str:
    head = "instrument,id,libelle@es,licence,langue,pays,source,applique_depuis"
    return f"{head}\nmx-2025,,Marco,{CC_BY},es,MX,https://example.org/marco,{day}\nmx-2025,P1,Juicio,,,,,{day}\n"


def as_json(day: str, **more: str) -> str:
    key = "appliqueAPartirDu" + ("Mois" if len(day) == len("2025-06") else "")

    def stated(of: str) -> list[dict[str, Any]]:
        return [{"id": f"{of}#applicabilite-{day}", "type": ["Applicabilite"], key: day, **more}]

    principle = {"id": "principe/mx-2025/P1", "type": ["Principe"], "notation": "P1", "libelle": {"es": "Juicio"}}
    return json.dumps(
        {
            "id": NAME, "type": ["Instrument"], "libelle": {"es": "Marco"}, "pays": ["MX"],
            "sourcePage": ["https://example.org/marco"],
            "fiche": {"id": f"graphe/{NAME}", "type": ["Fiche"], "licence": CC_BY},
            "applicabilite": stated(NAME),
            "principe": [principle | {"applicabilite": stated("principe/mx-2025/P1")}],
        }
    )  # fmt: skip


def statements(folder: Path, name: str, text: str) -> list[dict[str, Any]]:
    """Return the statements of the framework and of its principle, as the document has them."""
    done = examine(file_of(folder, name, text), Options(kind="instrument"))
    assert [entry for entry in done.entries if entry.severity == "violation"] == []
    document = done.documents[0].built.document
    return [one for node in (document, *document["principe"]) for one in node["applicabilite"]]


@pytest.mark.parametrize("day", BOUNDS)
def test_a_table_and_json_come_to_the_same(tmp_path: Path, day: str) -> None:
    from_table = statements(tmp_path, "marco.csv", table(day))
    assert from_table == statements(tmp_path, "marco.json", as_json(day))
    for one in from_table:
        assert (one["appliqueAuPlusTot"], one["appliqueAuPlusTard"]) == BOUNDS[day]
        assert one["casApplication"] == "concept/cas-application/general"


def test_bounds_that_are_given_are_kept(tmp_path: Path) -> None:
    given = {"appliqueAuPlusTot": "2025-06-10", "appliqueAuPlusTard": "2025-06-20"}
    for one in statements(tmp_path, "marco.json", as_json("2025-06", **given)):
        assert {key: one[key] for key in given} == given
