"""Files that cannot be used as a whole: each gets a message with its place, in words a teacher understands."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.ingestion.reading.conftest import Write, refusal, workbook

CASES = {
    "empty": (b"", "fichier-vide", 1, None),
    "spaces only": (b" \r\n\n", "fichier-vide", 1, None),
    "a byte order mark only": (b"\xef\xbb\xbf", "fichier-vide", 1, None),
    "a header only": (b"id,titre,type_ia\n\n", "aucune-fiche", 1, None),
    "prose": ("Bonjour à tous, voici notre projet.".encode(), "pas-un-tableau", 1, None),
    "random bytes": (bytes(range(256)) * 20, "fichier-binaire", 1, None),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "fichier-binaire", 1, None),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "fichier-binaire", 1, None),
    "a web page": (b"<!doctype html><p>a", "fichier-binaire", 1, None),
    "an unknown column": (b"id,titre,type_ia,meteo\n1,a,b,c\n", "colonne-inconnue", 1, 4),
    "a missing column": (b"id,resume\n1,a\n", "colonnes-manquantes", 1, None),
    "a repeated column": (b"id,titre,Titre,type_ia\n1,a,b,c\n", "colonne-double", 1, 3),
    "a long row": (b"id,titre,type_ia\n1,a,b\n2,a,b,c\n", "ligne-irreguliere", 3, 4),
    "an open quote": (b'id,titre,type_ia\n1,a,b\n2,"a,b\n3,c,d\n', "guillemets", 3, None),
    "text after a quote": (b'id,titre,type_ia\n1,"a"b,c\n', "guillemets", 2, None),
    "two encodings": ("id,titre,type_ia\n1,éàùêîô,b\n".encode() + b"2,\xe9,b\n", "encodages-melanges", 3, 3),
    "an impossible byte": (b"id,titre,type_ia\n1,\xe9\x81,b\n", "encodage-inconnu", 2, 4),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_used_says_where_and_why(write: Write, case: str) -> None:
    content, code, line, column = CASES[case]
    error = refusal(write(content))
    assert (error.issue.rule, error.line, error.column) == (f"depot:{code}", line, column)
    assert error.file.endswith("depot.csv")


def test_an_unknown_column_is_answered_with_the_nearest(write: Write) -> None:
    error = refusal(write("id,titre,type_ia,niveuax\n1,a,b,c\n"))
    assert error.message["fr"] == "La colonne « niveuax » n'est pas reconnue."
    assert error.issue.suggestions == ("niveaux",)
    assert error.remedy["fr"].startswith("Vouliez-vous dire « niveaux » ?")
    assert error.issue.field == "niveuax"


def test_a_file_without_header_does_not_have_its_first_row_quoted_in_clear(write: Write) -> None:
    error = refusal(write("id,titre,type_ia,jean.dupont@example.org\n1,a,b,c\n"))
    assert "jean" not in f"{error.message}{error.remedy}{error.issue.field}{error.issue.value}"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.csv").issue.rule == "depot:fichier-illisible"
    assert refusal(tmp_path).issue.rule == "depot:fichier-special"


def test_a_workbook_that_does_not_open_is_said(write: Write) -> None:
    assert refusal(write(b"PK\x03\x04rubbish", "a.xlsx")).issue.rule == "depot:classeur-illisible"


def test_a_workbook_that_unpacks_to_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.reading.workbook.LARGEST_UNPACKED", 100_000)
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(100_001))
    assert refusal(path).issue.rule == "depot:classeur-demesure"


def test_an_empty_workbook_is_said(tmp_path: Path) -> None:
    assert refusal(workbook({"Feuil1": []}, tmp_path / "vide.xlsx")).issue.rule == "depot:fichier-vide"


def test_rdf_is_sent_to_the_command_that_takes_it(write: Write) -> None:
    error = refusal(write("<a> <b> <c> .", "fiches.ttl"))
    assert error.issue.rule == "depot:format-rdf"
    assert "observatoire validate" in error.remedy["fr"]


def test_a_table_makes_projects_only(write: Write) -> None:
    error = refusal(write("id,titre,type_ia\n1,a,b\n"), kind="analyse")
    assert error.issue.rule == "depot:tableau-de-projets"
    assert refusal(write("id,titre,type_ia\n1,a,b\n"), kind="projets").issue.rule == "depot:genre-inconnu"
