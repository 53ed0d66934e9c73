"""Reads workbooks: XLSX, and XLS or ODS where they come. The first filled sheet is the table.

Knows how a spreadsheet's values (numbers, dates, booleans) are written as text.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping
from typing import Final

import python_calamine as calamine

from ingestion.errors import unreadable
from ingestion.messages import Place, issue
from ingestion.records import Deposit
from ingestion.tables import Row, read_rows

LARGEST_UNPACKED: Final = 1_000_000_000
"""Bytes that a workbook may unpack to; beyond, it is a bomb."""


def read_workbook(data: bytes, file: str, *, kind: str, mapping: Mapping[str, str]) -> Deposit:
    """Read the first filled sheet of a workbook.

    Raises UnreadableDeposit where it does not open, or where the table cannot be used.
    """
    sheets = {
        name: rows for name, rows in _sheets(data, file).items() if any(any(cells) for _, cells in rows)
    }
    if not sheets:
        raise unreadable("fichier-vide", Place(file, 1))
    name, *others = sheets
    notes = [issue("lu-classeur", Place(file, 1), words={"sheet": name})]
    if others:
        notes.append(issue("feuilles-ignorees", Place(file, 1), words={"sheets": ", ".join(others)}))
    return read_rows(sheets[name], file, kind=kind, mapping=mapping, notes=tuple(notes))


def _sheets(data: bytes, file: str) -> dict[str, list[Row]]:
    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                    raise unreadable("classeur-illisible", Place(file))
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {name: _rows(book.get_sheet_by_name(name)) for name in _visible(book)}
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise unreadable("classeur-illisible", Place(file)) from error


def _visible(book: calamine.CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == calamine.SheetVisibleEnum.Visible
    ]


def _rows(sheet: calamine.CalamineSheet) -> list[Row]:
    grid = sheet.to_python(skip_empty_area=False)
    return [(line, [_text(value) for value in row]) for line, row in enumerate(grid, 1)]


def _text(value: object) -> str:
    """Return a cell as text: integers come back as floats, dates as dates."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
