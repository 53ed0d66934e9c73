"""Reads the marks of the sheets of an XLSX workbook (ECMA-376 part 1, 18.3 and 18.8)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, Final

from ingestion.reading.sheets.marks import MOST_MERGED, Marks, column_number, local, parse
from ingestion.reading.sheets.shown import format_code, shows

_REFERENCE: Final = re.compile(r"([A-Za-z]{1,20})([0-9]{1,20})")
_RANGE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,9}):([A-Za-z]{1,7})([0-9]{1,9})")


def xlsx_marks(archive: zipfile.ZipFile) -> dict[str, Callable[[], Marks]]:
    """Return, by the name of each sheet, what reads its marks. Raises Refused, and what expat raises."""
    names = set(archive.namelist())
    parts: dict[str, str] = {}
    targets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            parts[attributes.get("name", "")] = targets.get(identifier, "")

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        if part not in names:
            return {}
        with archive.open(part) as stream:
            parse(stream, handler)
    styles = _styles(archive, names)
    found = {name: _part(target, names) for name, target in parts.items()}
    return {name: _reader(archive, part, styles) for name, part in found.items() if part}


def _part(target: str, names: set[str]) -> str:
    part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    return part if part in names else ""


def _reader(archive: zipfile.ZipFile, part: str, styles: list[str]) -> Callable[[], Marks]:
    def read() -> Marks:
        reader = _XlsxSheet(styles)
        with archive.open(part) as stream:
            reader.read(stream)
        return reader.marks

    return read


def _styles(archive: zipfile.ZipFile, names: set[str]) -> list[str]:
    """Return what the format of each style shows."""
    codes: dict[int, str] = {}
    found: list[str] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        tag = local(name)
        if tag == "numFmt" and attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:200]
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            found.append(shows(format_code(int(number) if number.isdigit() else 0, codes)))

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and local(name) != "cellXfs"

    if "xl/styles.xml" in names:
        with archive.open("xl/styles.xml") as stream:
            parse(stream, start, end)
    return found


class _XlsxSheet:
    """Reads the marks of one sheet of OOXML."""

    def __init__(self, styles: list[str]) -> None:
        self.marks = Marks()
        self._styles = styles
        self._row = self._column = 0
        self._kind = ""
        self._formula = self._result = False
        self._text: list[str] = []
        self._in_value = False

    def read(self, stream: IO[bytes]) -> None:
        """Read the XML of the sheet."""
        parse(stream, self._start, self._end, self._characters)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name) if ":" in name else name
        if tag == "c":
            self._cell(attributes)
        elif tag == "v":
            self._in_value = self._formula or self._kind == "e"
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            number = attributes.get("r", "")
            self._row, self._column = int(number) if number.isdigit() and len(number) < 9 else self._row + 1, 0
            if attributes.get("hidden") in ("1", "true"):
                self.marks.hidden.add(self._row)
        elif tag == "mergeCell":
            self._merged(attributes.get("ref", ""))

    def _merged(self, reference: str) -> None:
        found = _RANGE.fullmatch(reference)
        if found and len(self.marks.merged) < MOST_MERGED:
            first, last = column_number(found[1]), column_number(found[3])
            self.marks.merged.append((int(found[2]), first, int(found[4]), last))

    def _cell(self, attributes: dict[str, str]) -> None:
        if found := _REFERENCE.fullmatch(attributes.get("r", "")):
            self._row, self._column = int(found[2]), column_number(found[1])
        else:
            self._column += 1
        self.marks.seen(self._row, self._column)
        self._kind, self._formula, self._text = attributes.get("t", ""), False, []
        style = attributes.get("s", "")
        if style.isdigit() and int(style) < len(self._styles) and (what := self._styles[int(style)]):
            self.marks.shows[self._row, self._column] = what

    def _characters(self, text: str) -> None:
        if self._in_value:
            self._text.append(text)

    def _end(self, name: str) -> None:
        tag = local(name) if ":" in name else name
        if tag == "v":
            self._in_value = False
        elif tag == "c":
            shown = "".join(self._text)
            if self._kind == "e":
                self.marks.faults[self._row, self._column] = shown or "#N/A", "cellule-en-erreur"
            elif self._formula and not shown and self._kind != "str":
                self.marks.faults[self._row, self._column] = "=", "formule-sans-resultat"
