"""Reads workbooks: XLSX, and XLS or ODS where they come. The first filled sheet is the table.

Knows how a spreadsheet's values (numbers, dates, booleans) are written as text.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO, Final

import python_calamine as calamine

from ingestion.errors import UnreadableDeposit, unreadable
from ingestion.messages import Place, issue, quote
from ingestion.records import Deposit
from ingestion.tables import Row, read_rows

LARGEST_UNPACKED: Final = 1_000_000_000
"""Bytes that a workbook may unpack to; beyond, it is a bomb."""

MOST_PARTS: Final = 10_000
"""Files that a workbook may be packed of."""

MOST_CELLS: Final = 16_000_000
"""Cells of the area of a sheet, empty ones too: it is read whole, at 32 bytes each."""

_SHEETS: Final = re.compile(r"xl/worksheets/[^/]*\.xml", re.IGNORECASE)
_REFERENCE: Final = re.compile(rb"""<(?:\w+:)?c\s(?:[^<>]*?\s)??r=["']([A-Za-z]{1,20})([0-9]{1,20})["']""")
_PIECE: Final = 1 << 20
_LONGEST_CELL: Final = 256
_SHOWN: Final = 10


def read_workbook(data: bytes, file: str, *, kind: str, mapping: Mapping[str, str]) -> Deposit:
    """Read the first filled sheet of a workbook.

    Raises UnreadableDeposit where it does not open, or where the table cannot be used.
    """
    try:
        if data.startswith(b"PK"):
            _check_archive(data, file)
        filled = _filled_sheets(data)
    except (UnreadableDeposit, MemoryError):
        raise
    except Exception as error:  # what the archive's and the workbook's readers raise has no common kind
        raise unreadable("classeur-illisible", Place(file)) from error
    if not filled:
        raise unreadable("fichier-vide", Place(file, 1))
    (name, rows), *others = filled
    notes = [issue("lu-classeur", Place(file, 1), words={"sheet": quote(name)})]
    if others:
        names = ", ".join([quote(other) for other, _ in others[:_SHOWN]] + ["…"] * (len(others) > _SHOWN))
        notes.append(issue("feuilles-ignorees", Place(file, 1), words={"sheets": names}))
    return read_rows(rows, file, kind=kind, mapping=mapping, notes=tuple(notes))


def _check_archive(data: bytes, file: str) -> None:
    """Refuse what would unpack to too much, and a sheet whose area is too large, before any of it is read whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            most = str(LARGEST_UNPACKED // 1_000_000)
            raise unreadable("classeur-demesure", Place(file), words={"most": most, "parts": str(MOST_PARTS)})
        for part in parts:
            if _SHEETS.fullmatch(part.filename):
                with archive.open(part) as sheet:
                    _check_area(sheet, file)


def _check_area(sheet: IO[bytes], file: str) -> None:
    """Refuse a sheet whose last row and last column make too large an area; the cells in it are few, perhaps."""
    last_row, last_column, tail = 0, 0, b""
    while piece := sheet.read(_PIECE):
        found = _REFERENCE.findall(tail + piece)
        last_row = max([last_row, *(int(row) for _, row in found)])
        last_column = max([last_column, *(_number(letters) for letters in {letters for letters, _ in found})])
        tail = piece[-_LONGEST_CELL:]
        if last_row * last_column > MOST_CELLS:
            words = {"cell": f"{_letters(last_column)}{last_row}", "most": f"{MOST_CELLS // 1_000_000}"}
            raise unreadable("feuille-demesuree", Place(file), words=words)


def _number(letters: bytes) -> int:
    """Return the number of a column, A being 1."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _letters(number: int) -> str:
    """Return the letters of a column, 1 being A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _filled_sheets(data: bytes) -> list[tuple[str, list[Row]]]:
    """Return the visible sheets that hold something by their name: the rows of the first, the first row of others."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    filled: list[tuple[str, list[Row]]] = []
    for name in _visible(book):
        rows = _rows(book.get_sheet_by_name(name))
        if read := list(islice(rows, 1) if filled else rows):
            filled.append((name, read))
    return filled


def _visible(book: calamine.CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == calamine.SheetVisibleEnum.Visible
    ]


def _rows(sheet: calamine.CalamineSheet) -> Iterator[Row]:
    """Yield the rows that are not empty, with their number; where there are a million empty ones, none is kept."""
    for line, cells in enumerate(sheet.iter_rows(), 1):
        if cells.count("") != len(cells):
            yield line, [_text(value) for value in cells]


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
