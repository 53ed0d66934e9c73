"""XLS workbooks: what they hide, what cannot be read, what a format shows, as of an XLSX."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import read_deposit
from ingestion.reading.sheets.xls import xls_marks
from tests.ingestion.reading.conftest import refusal
from tests.ingestion.reading.old_workbook import Cell, Error, Number, old_workbook

ROWS: list[list[Cell]] = [
    ["id", "titre", "date", "effectif"],
    [Number(7, "code"), "Un", Number(45717, "month"), Number(24)],
    ["A2", "Caché", "", ""],
    ["A3", Error(0x2A), "2025", Error(0x07, formula=True)],
]


def test_an_xls_is_read_as_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "ancien.xls"
    path.write_bytes(old_workbook(ROWS, hidden=[3]))
    deposit = read_deposit(path)
    first, third = deposit.records
    assert dict(first.values) == {"id": "00007", "titre": "Un", "date": "2025-03", "effectif": "24"}
    assert dict(third.values) == {"id": "A3", "date": "2025"}
    assert dict(third.unreadable) == {
        "titre": ("#N/A", "cellule-en-erreur"), "effectif": ("#DIV/0!", "cellule-en-erreur"),
    }  # fmt: skip
    said = {note.rule.removeprefix("depot:"): note.message["fr"] for note in deposit.notes}
    assert said["lignes-masquees"].endswith(": 3 (1 en tout).") and "ancien-classeur" not in said


@pytest.mark.parametrize("cut", [700, 2_000, 4_500, 4_900])
def test_a_damaged_xls_ends_with_a_sentence(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ancien.xls"
    path.write_bytes(old_workbook(ROWS)[:cut])
    assert refusal(path).message["fr"]


def test_chains_that_go_round_end() -> None:
    data = bytearray(old_workbook(ROWS))
    table = len(data) - 512
    data[table + 28 : table + 32] = (0).to_bytes(4, "little")  # the last sector of the stream leads to its first
    assert set(xls_marks(bytes(data))) == {"Feuil1"}
    data[68:72] = (1).to_bytes(4, "little")  # and the table's own list leads into the stream
    xls_marks(bytes(data))
