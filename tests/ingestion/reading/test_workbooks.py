"""Workbooks: numbers, dates and sheets as a spreadsheet keeps them."""

from __future__ import annotations

from pathlib import Path

from ingestion import read_deposit
from tests.ingestion.reading.conftest import built, codes, workbook

HEADER = ["id", "titre", "type_ia", "date", "academie", "effectif", "analyse_impact"]


def test_numbers_dates_and_booleans_are_read_as_they_are_shown(tmp_path: Path) -> None:
    rows = [HEADER, ["A1", "Un", "generative", (45742,), 2, 24, True], ["A2", "Deux", "autre", 2025, 18.0, 7, False]]
    deposit = read_deposit(workbook({"Projets": rows}, tmp_path / "depot.xlsx"))
    assert [dict(record.values) for record in deposit.records] == [
        {"id": "A1", "titre": "Un", "type_ia": "generative", "date": "2025-03-26", "academie": "2",
         "effectif": "24", "analyse_impact": "oui"},
        {"id": "A2", "titre": "Deux", "type_ia": "autre", "date": "2025", "academie": "18",
         "effectif": "7", "analyse_impact": "non"},
    ]  # fmt: skip
    first, second = built(deposit)
    assert first.document["academie"] == "academie/02"
    assert first.document["analyseImpact"] == "true"
    assert second.document["dateAnnee"] == "2025"
    assert not codes(first) and not codes(second)


def test_rows_keep_the_number_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    rows = [["", ""], ["id", "titre", "type_ia"], ["A1", "Un\nfin", "autre"], ["", ""], ["A2", "Deux", "autre"]]
    deposit = read_deposit(workbook({"F": rows}, tmp_path / "depot.xlsx"))
    assert [record.line for record in deposit.records] == [3, 5]
    assert next(iter(deposit.records)).values["titre"] == "Un\nfin"


def test_the_first_filled_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    rows = [["id", "titre", "type_ia"], ["A1", "Un", "autre"]]
    sheets = {"Vide": [], "Fiches 2025": rows, "Notes": [["mémo"]]}
    deposit = read_deposit(workbook(sheets, tmp_path / "depot.xlsx"))
    assert [note.message["fr"] for note in deposit.notes] == [
        "Classeur lu : feuille « Fiches 2025 ».",
        "Seule la première feuille remplie est lue ; les autres sont ignorées : Notes.",
    ]
