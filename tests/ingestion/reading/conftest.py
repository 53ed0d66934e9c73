"""Small deposits written to files, and the shortest way through the reading of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ingestion import UnreadableDeposit, build_document, read_deposit
from ingestion.documents.build import BuiltDocument
from ingestion.reading.records import Deposit

USAGES = Path(__file__).parents[3] / "ingestion" / "demo" / "usages.csv"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes, or text in UTF-8, to a file of a given name."""

    def write(content: str | bytes, name: str = "depot.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path: Path, **options: Any) -> UnreadableDeposit:
    """Return why a file cannot be used as a whole."""
    with pytest.raises(UnreadableDeposit) as caught:
        read_deposit(path, **options)
    error = caught.value
    assert error.message["fr"] and error.message["en"]
    assert error.remedy["fr"] and error.remedy["en"]
    return error


def built(deposit: Deposit, **options: Any) -> list[BuiltDocument]:
    return [build_document(record, **options) for record in deposit.records]


def codes(document: BuiltDocument) -> dict[str, str]:
    """Return what is said of a document: code → field."""
    return {issue.rule.removeprefix("depot:"): issue.field for issue in document.issues}


def row(write: Write, **cells: str) -> BuiltDocument:
    """Return the document of a table of one row, with an id, a title and a kind of AI unless told otherwise."""
    values = {"id": "A1", "titre": "Un titre", "type_ia": "generative", **cells}
    header = ";".join(values)
    line = ";".join('"' + cell.replace('"', '""') + '"' for cell in values.values())
    (document,) = built(read_deposit(write(f"{header}\n{line}\n", "ligne.csv")))
    return document


def workbook(sheets: Mapping[str, list[list[Any]]], path: Path) -> Path:
    """Write an XLSX of texts, numbers and booleans; dates are given as (days since 1899-12-30,), empty texts left out."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, tuple):
                        sheet.write_number(line, column, value[0], date)
                    elif value != "":
                        sheet.write(line, column, value)
    return path
