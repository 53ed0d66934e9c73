"""Refused rows are given back in the deposit's own form: corrected, they are taken."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ingestion import examine, read_deposit
from ingestion.examination.pipeline import Options
from ingestion.examination.rejects import Rejected, suits, write_rejects
from tests.ingestion.reading.conftest import Write, workbook

KEPT = Options(keep_refused=True)
TABLE = "Réf;Intitulé;Résumé;Académie;Nature de l'IA\n007;Un;Deux;Lyon;generative\nA2;\"=1+1; l'été\";Trois;Lyonn;generative\n"


def refused(path: Path) -> tuple[Rejected, ...]:
    return examine(path, KEPT).rejected


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_given_back_is_taken_once_corrected(write: Write, tmp_path: Path, suffix: str) -> None:
    (one,) = rejected = refused(write(TABLE))
    assert one.record.line == 3 and "Lyonn" in one.reasons("fr")
    back = tmp_path / f"refus{suffix}"
    write_rejects(back, rejected, "fr", ";")
    assert back.stat().st_mode & 0o077 == 0
    assert examine(back, KEPT).summary.refused == 1, "it says the same again"
    (row,) = read_deposit(back).records
    assert dict(row.values) == dict(one.record.values), "every cell as it was deposited"
    assert row.values["titre"] == "=1+1; l'été"
    corrected = examine(back, Options(mapping=write('[valeurs.academie]\n"Lyonn" = "Lyon"\n', "m.toml")))
    assert (corrected.summary.accepted, corrected.summary.refused) == (1, 0)
    assert corrected.documents[0].built.identifier == "10-A2"


def test_the_headers_are_the_deposits_own_and_the_reason_stands_last(write: Write, tmp_path: Path) -> None:
    back = tmp_path / "refus.csv"
    write_rejects(back, refused(write(TABLE)), "en", ",")
    header, row = csv.reader(io.StringIO(back.read_text("utf-8-sig"), newline=""))
    assert header[:5] == ["Réf", "Intitulé", "Résumé", "Académie", "Nature de l'IA"]
    assert header[5:] == ["line of the deposit", "reason of refusal"] and row[5] == "3" and "Lyonn" in row[6]
    assert row[1].startswith("'="), "a spreadsheet runs nothing"


def test_rows_of_several_sheets_say_theirs(tmp_path: Path) -> None:
    rows = [["id", "titre", "academie"], ["A", "Un", "Nulle part"]]
    other = [["Titre", "Académie", "Matière"], ["Deux", "Ailleurs", "SVT"]]
    rejected = refused(workbook({"Écoles": rows, "Lycées": other}, tmp_path / "a.xlsx"))
    write_rejects(tmp_path / "refus.csv", rejected, "fr")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "refus.csv").read_text("utf-8-sig"), newline=""), delimiter=";"))
    assert [line["ligne du dépôt"] for line in lines] == ["Écoles 2", "Lycées 2"]
    assert [line["Matière"] for line in lines] == ["", "SVT"] and lines[0]["Titre"] == "Un"


def test_json_is_given_back_as_json(write: Write, tmp_path: Path) -> None:
    given = [{"id": "A", "titre": "Un", "type_ia": "generative", "academie": "Lyonn", "effectif": 24}]
    rejected = refused(write(json.dumps(given), "a.json"))
    assert suits(Path("r.json"), rejected) and not suits(Path("r.csv"), rejected)
    back = tmp_path / "refus.json"
    write_rejects(back, rejected, "fr")
    (again,) = json.loads(back.read_text())
    assert "Lyonn" in again["raison_du_refus"]
    back.write_text(json.dumps([{**again, "academie": "Lyon"}]))
    assert examine(back).summary.accepted == 1
