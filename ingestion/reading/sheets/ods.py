"""Reads the marks of the sheets of an ODS workbook (OpenDocument 1.3 part 3, 9), which keeps the text that it shows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from typing import Final

from ingestion.reading.sheets.marks import MOST_CELLS, MOST_MERGED, Marks, parse
from ingestion.reading.sheets.shown import shown_date

_ERRORS: Final = re.compile(
    r"#(?:N/A|NA|REF!|VALUE!|VALEUR!|DIV/0!|NAME\?|NOM\?|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|CALC!)|Err:\d+"
)
_REPEATED_AT_MOST: Final = 1_000


def ods_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the marks of each sheet by its name. Raises Refused, and what expat raises."""
    reader = _OdsSheets()
    with archive.open("content.xml") as stream:
        parse(stream, reader.start, reader.end, reader.characters)
    return reader.found


class _OdsSheets:
    """Reads the marks of all sheets of an ODF spreadsheet."""

    def __init__(self) -> None:
        self.found: dict[str, Marks] = {}
        self._marks = Marks()
        self._row, self._rows, self._column, self._columns = 0, 0, 0, 0
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._notes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        if name == "table:table":
            self._marks = self.found.setdefault(attributes.get("table:name", ""), Marks())
            self._row, self._rows = 0, 0
        elif name == "table:table-row":
            self._row, self._column, self._columns = self._row + self._rows, 0, 0
            self._rows = _count(attributes.get("table:number-rows-repeated"))
            if attributes.get("table:visibility", "visible") != "visible":
                rows = range(self._row + 1, self._row + 1 + min(self._rows, _REPEATED_AT_MOST))
                self._marks.hidden.update(rows)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._column += self._columns
            self._columns = _count(attributes.get("table:number-columns-repeated"))
            self._cell, self._text = attributes, []
        elif name == "office:annotation":
            self._notes += 1

    def characters(self, text: str) -> None:
        """Take some text."""
        if self._cell is not None and not self._notes:
            self._text.append(text)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "office:annotation":
            self._notes -= 1
        elif name in ("table:table-cell", "table:covered-table-cell") and self._cell is not None:
            self._ended(self._cell, "".join(self._text))
            self._cell = None

    def _ended(self, cell: Mapping[str, str], text: str) -> None:
        row, column, kind = self._row + 1, self._column + 1, cell.get("office:value-type", "")
        if kind or text:
            self._marks.seen(row + min(self._rows, _REPEATED_AT_MOST) - 1, column + min(self._columns, MOST_CELLS) - 1)
        down, across = (_count(cell.get(f"table:number-{way}-spanned")) for way in ("rows", "columns"))
        if (down > 1 or across > 1) and len(self._marks.merged) < MOST_MERGED:
            self._marks.merged.append((row, column, row + down - 1, column + across - 1))
        told = self._told(cell, kind, text)
        if told is None:
            return
        for one_row in range(row, row + min(self._rows, _REPEATED_AT_MOST)):
            for one_column in range(column, column + min(self._columns, _REPEATED_AT_MOST)):
                if isinstance(told, str):
                    self._marks.texts[one_row, one_column] = told
                else:
                    self._marks.faults[one_row, one_column] = told

    @staticmethod
    def _told(cell: Mapping[str, str], kind: str, text: str) -> str | tuple[str, str] | None:
        """Return the text that stands for a value, or why a cell cannot be read."""
        if cell.get("calcext:value-type") == "error" or _ERRORS.fullmatch(text):
            return text or "#N/A", "cellule-en-erreur"
        if "table:formula" in cell and not kind and not text:
            return "=", "formule-sans-resultat"
        if kind == "date":
            return shown_date(cell.get("office:date-value", ""), text)
        if kind in ("percentage", "time") or (kind == "float" and text[:1] == "0" and text.isdigit() and text):
            return text
        return None


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 9 else 1
