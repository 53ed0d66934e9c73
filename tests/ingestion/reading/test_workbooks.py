"""Workbooks: sheets, merged and hidden cells, numbers and dates as a spreadsheet shows them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from ingestion import build_document, read_deposit
from ingestion.reading.records import Deposit
from tests.ingestion.reading.conftest import built, codes, refusal, workbook

HEADER = ["id", "titre", "type_ia", "date", "academie", "effectif", "analyse_impact"]
FICHES = [["id", "titre", "type_ia"], ["A1", "Un", "autre"]]


def said(deposit: Deposit) -> dict[str, str]:
    return {note.rule.removeprefix("depot:"): note.message["fr"] for note in deposit.notes}


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
    assert codes(first) == {"academie-par-nombre": "academie"} and not codes(second)  # 02 is Aix-Marseille, and the Aisne


@pytest.mark.parametrize(
    ("form", "number", "shown"),
    [
        ("mmm-yy", 45717, "2025-03"), ("[$-40C]mmmm yyyy", 45717, "2025-03"), ("yyyy", 45717, "2025"),
        ("dd/mm/yyyy hh:mm", 45742.586, "2025-03-26"), ('dddd d mmmm yyyy "à" hh"h"mm', 45742.586, "2025-03-26"),
        ("d mmm", 45742, "2025-03-26"), ("hh:mm", 0.5, "12:00"), ("000", 7, "007"), ("00000", 1053, "01053"),
        ("0%", 0.85, "85 %"), ("0.0%", 0.125, "12,5 %"), ("# ##0", 1200, "1200"), ("General", 0.1 + 0.2, "0.3"),
    ],
)  # fmt: skip
def test_a_cell_is_what_its_format_shows(tmp_path: Path, form: str, number: float, shown: str) -> None:
    path = tmp_path / "depot.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("P")
        sheet.write_row(0, 0, ["titre", "duree"])
        sheet.write(1, 0, "Un")
        sheet.write_number(1, 1, number, book.add_format({"num_format": form}))
    (record,) = read_deposit(path).records
    assert record.values["duree"] == shown


def test_rows_keep_the_number_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    rows = [["", ""], ["id", "titre", "type_ia"], ["A1", "Un\nfin", "autre"], ["", ""], ["A2", "Deux", "autre"]]
    deposit = read_deposit(workbook({"F": rows}, tmp_path / "depot.xlsx"))
    assert [record.line for record in deposit.records] == [3, 5]
    assert next(iter(deposit.records)).values["titre"] == "Un\nfin"


def test_the_sheets_that_hold_fiches_are_read_together_and_the_others_are_named(tmp_path: Path) -> None:
    more = [["Titre", "Réf."], ["Deux", "A2"]]
    path = workbook({"Vide": [], "Lisez-moi": [["mémo"]], "Écoles": FICHES, "Lycées": more}, tmp_path / "depot.xlsx")
    deposit = read_deposit(path)
    assert deposit.count == 2
    assert [(record.sheet, record.line, record.values["id"]) for record in deposit.records] == [
        ("Écoles", 2, "A1"), ("Lycées", 2, "A2"),
    ]  # fmt: skip
    assert [record.place("titre").file for record in deposit.records] == [f"{path} › Écoles", f"{path} › Lycées"]
    assert said(deposit)["lu-classeur"] == "Classeur lu : feuilles « Écoles », « Lycées »."
    assert "Lisez-moi" in said(deposit)["feuilles-ignorees"]


def test_one_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    path = workbook({"Écoles": FICHES, "Lycées": [FICHES[0], ["A2", "Deux", "autre"]]}, tmp_path / "depot.xlsx")
    (record,) = read_deposit(path, sheet="lycées").records
    assert (record.values["id"], record.file) == ("A2", str(path))
    error = refusal(path, sheet="Collèges")
    assert error.issue.rule == "depot:feuille-inconnue" and "Écoles, Lycées" in error.remedy["fr"]


def test_a_merged_cell_is_the_value_of_each_of_its_rows_and_hidden_rows_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "depot.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("P")
        sheet.merge_range("A1:D1", "Recensement")
        sheet.write_row(1, 0, ["id", "titre", "academie", "niveaux"])
        for row in range(2, 7):
            sheet.write_row(row, 0, [f"A{row}", f"Titre {row}"])
        sheet.merge_range("C3:C5", "Grenoble")
        sheet.merge_range("C6:C9", "Lyon")
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.write_blank(40, 0, None, book.add_format({"bold": True}))
    deposit = read_deposit(path)
    assert [(record.line, record.values["academie"]) for record in deposit.records] == [
        (3, "Grenoble"), (4, "Grenoble"), (6, "Lyon"), (7, "Lyon"),
    ]  # fmt: skip
    told = said(deposit)
    assert "C3:C5, C6:C9" in told["cellules-fusionnees"] and told["lignes-masquees"].endswith(": 5 (1 en tout).") and "fin-vide" in told


def test_a_cell_that_cannot_be_read_is_no_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "depot.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("P")
        sheet.write_row(0, 0, ["id", "titre", "academie", "duree", "type_ia"])
        for row, name in enumerate(("A1", "A2", "A3", "A4"), 1):
            sheet.write_row(row, 0, [name, "Un", "Lyon", "une heure", "autre"])
        sheet.write_formula("C2", '=VLOOKUP("z",Z1:Z2,1)', None, "#N/A")
        sheet.write_formula("B3", '="a"', None, "")
        sheet.write_formula("D4", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D5", '=UPPER("a")', None, "A")
    made = [build_document(record) for record in read_deposit(path).records]
    assert [one.refused for one in made] == [True, True, False, False]
    assert codes(made[0]) == {"cellule-en-erreur": "academie"} and "#N/A" in made[0].issues[0].message["fr"]
    assert codes(made[1]) == {"formule-sans-resultat": "titre"}
    assert codes(made[2]) == {"cellule-en-erreur-ignoree": "duree"} and not codes(made[3])


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.3"><office:body><office:spreadsheet>
 <table:table table:name="Projets">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, *rows: str, prolog: str = "") -> Path:
    """Write an ODS of rows of cells, in XML."""
    text = ODS.format(rows="".join(row if row.startswith("<table:table-row") else f"<table:table-row>{row}</table:table-row>" for row in rows))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", text.replace("?>", "?>" + prolog, 1))
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    return path


def cell(text: str, more: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def test_an_ods_is_read_as_it_shows(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "depot.ods",
        "".join(map(cell, ("id", "titre", "date", "academie"))),
        cell("007", 'office:value-type="float" office:value="7"') + cell("Un")
        + cell("mars 2025", 'office:value-type="date" office:date-value="2025-03-01"')
        + cell("Lyon", 'office:value-type="string" table:number-rows-spanned="2"'),
        cell("A2") + cell("Deux") + cell("26/03/25", 'office:value-type="date" office:date-value="2025-03-26"')
        + "<table:covered-table-cell/>",
        f'<table:table-row table:visibility="filter">{cell("A3")}{cell("Trois")}</table:table-row>',
        cell("A4") + cell("#N/A", 'table:formula="of:=Z9" office:value-type="string" calcext:value-type="error"').replace(
            "<table:table-cell", '<table:table-cell xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'),
    )  # fmt: skip
    deposit = read_deposit(path)
    assert [dict(record.values) for record in deposit.records] == [
        {"id": "007", "titre": "Un", "date": "2025-03", "academie": "Lyon"},
        {"id": "A2", "titre": "Deux", "date": "2025-03-26", "academie": "Lyon"},
        {"id": "A4"},
    ]
    assert [dict(record.unreadable) for record in deposit.records][2] == {"titre": ("#N/A", "cellule-en-erreur")}
    assert said(deposit)["lignes-masquees"].endswith(": 4 (1 en tout).")


def test_a_workbook_whose_xml_declares_entities_is_not_read(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    path = ods(tmp_path / "depot.ods", cell("titre"), cell("&c;"), prolog=bomb)
    assert refusal(path).issue.rule == "depot:classeur-illisible"
