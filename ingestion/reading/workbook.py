"""Reads workbooks: XLSX, and XLS or ODS where they come. Every sheet that holds fiches is a table.

Knows which sheets are read, and how merged, hidden and unreadable cells come out; values are calamine's, what it does
not tell is in the marks.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import python_calamine as calamine

from ingestion.reading.locating import Row, find_header
from ingestion.reading.mapping import Correspondence
from ingestion.reading.records import Deposit, UnreadableCell
from ingestion.reading.sheets.marks import Marks
from ingestion.reading.sheets.ods import ods_marks
from ingestion.reading.sheets.shown import shown
from ingestion.reading.sheets.xls import xls_marks
from ingestion.reading.sheets.xlsx import xlsx_marks
from ingestion.reading.tables import Sheet, read_rows
from ingestion.words.errors import UnreadableDeposit, unreadable
from ingestion.words.messages import Issue, Place, issue, listed, quote
from ontologie import LANGUAGES, Refused, Word, in_both, sentence
from shapes import column_letters

LARGEST_UNPACKED: Final = 1_000_000_000
"""Bytes that a workbook may unpack to; beyond, it is a bomb."""

MOST_PARTS: Final = 10_000
"""Files that a workbook may be packed of."""

MOST_SHEETS: Final = 200
"""Sheets of a workbook that are looked at."""

_FEWEST: Final = 5
"""What a sheet among others must name: the titles and another column, one of them surely (see `locating`)."""

_SHOWN: Final = 10


def read_workbook(
    data: bytes, file: str, *, kind: str, mapping: Correspondence, sheet: str | None = None
) -> Deposit:
    """Read the sheets of a workbook that hold fiches, or the one that is named.

    Raises UnreadableDeposit where it does not open, has no such sheet, or where no table can be used.
    """
    book, filled = _opened(data, file, sheet)
    chosen, left = _chosen(filled, mapping)
    notes = [issue("lu-classeur", Place(file, 1), words={"sheets": _read_sheets([one.name for one in chosen])})]
    unread = [one.name for one in left]
    ours = [sentence("rapport", "template-sheets", lang).split(" | ")[1:] for lang in LANGUAGES]
    if unread and sorted(unread) not in map(sorted, ours):  # those of our template are no surprise
        notes.append(issue("feuilles-ignorees", Place(file, 1), words={"sheets": _listed(unread)}))
    if book.blind:
        notes.append(issue("ancien-classeur", Place(file, 1)))
    for one in chosen:
        notes.extend(one.notes(file, named=len(chosen) > 1))
    return read_rows([Sheet(one, one.name) for one in chosen], file, kind=kind, mapping=mapping, notes=tuple(notes))


def plain_sheet(data: bytes, file: str, sheet: str | None = None) -> list[Row]:
    """Return the rows of a workbook's first sheet that holds some, or of the one that is named, as they stand.

    Raises UnreadableDeposit where it does not open, has no such sheet, or is empty.
    """
    _, filled = _opened(data, file, sheet)
    return list(filled[0])


def _opened(data: bytes, file: str, sheet: str | None) -> tuple[_Book, list[_SheetRows]]:
    """Return a workbook and its sheets that hold something, or the one that is named; raises UnreadableDeposit."""
    try:
        book = _Book(data, file)
        filled = [read for name in book.names(sheet) if (read := book.sheet(name)).filled]
    except (UnreadableDeposit, MemoryError):
        raise
    except Refused as error:
        raise unreadable(error.code, Place(file), words=error.words) from error
    except Exception as error:  # what the archive's and the workbook's readers raise has no common kind
        raise unreadable("classeur-illisible", Place(file)) from error
    if not filled:
        raise unreadable("fichier-vide", Place(file, 1))
    return book, filled


def _chosen(filled: Sequence[_SheetRows], mapping: Correspondence) -> tuple[list[_SheetRows], list[_SheetRows]]:
    """Return the sheets that hold fiches, and the others; where none names its titles, that which names most."""
    located = [(one, find_header(one, mapping)) for one in filled]
    titled = [(one, header.known[1]) for one, header in located if header and header.known[0]]
    # A notice speaks of titles too; among several sheets, a table of fiches names more.
    chosen = [one for one, known in titled if known >= _FEWEST or len(titled) == 1]
    if not chosen:
        chosen = [max(located, key=lambda pair: pair[1].known if pair[1] else (False, 0))[0]]
    return chosen, [one for one in filled if one not in chosen]


def _read_sheets(names: Sequence[str]) -> Word:
    quoted = listed([in_both("contenus", "quoted", name=quote(name)) for name in names], _SHOWN)
    if len(names) == 1:
        return {lang: sentence("contenus", "one-sheet", lang, names=quoted[lang]) for lang in LANGUAGES}
    return {lang: sentence("contenus", "several-sheets", lang, names=quoted[lang]) for lang in LANGUAGES}


def _listed(names: Sequence[str]) -> str:
    return ", ".join([quote(name) for name in names[:_SHOWN]] + ["…"] * (len(names) > _SHOWN))


class _Book:
    """A workbook: its sheets by name, and what reads the marks of each."""

    def __init__(self, data: bytes, file: str) -> None:
        self._file = file
        self._marks: dict[str, Callable[[], Marks]] = {}
        self.blind = False
        if data.startswith(b"PK"):
            archive = zipfile.ZipFile(io.BytesIO(data))
            _check_size(archive, file)
            if "content.xml" in archive.namelist():
                self._marks = {name: lambda marks=marks: marks for name, marks in ods_marks(archive).items()}  # type: ignore[misc]
            else:
                self._marks = xlsx_marks(archive)
        else:
            self._marks = xls_marks(data)
            self.blind = not self._marks
        self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))

    def names(self, asked: str | None) -> list[str]:
        """Return the visible sheets, or the one that is asked for. Raises UnreadableDeposit where it is not there."""
        sheets = [one for one in self._book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        if asked is None:
            return [one.name for one in sheets if one.visible == calamine.SheetVisibleEnum.Visible][:MOST_SHEETS]
        found = [one.name for one in sheets if one.name.strip().casefold() == asked.strip().casefold()]
        if not found:
            words = {"sheets": _listed([one.name for one in sheets])}
            raise unreadable("feuille-inconnue", Place(self._file), value=asked, words=words)
        return found[:1]

    def sheet(self, name: str) -> _SheetRows:
        """Return the rows of a sheet. The marks come first: they refuse an area that is too large to be read."""
        marks = self._marks[name]() if name in self._marks else Marks()
        read = self._book.get_sheet_by_name(name)
        if not marks.merged and read.merged_cell_ranges:
            ranges = read.merged_cell_ranges
            marks.merged = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in ranges]
        return _SheetRows(name, read, marks)


def _check_size(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse what would unpack to too much, before any of it is read whole."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        words = {"most": str(LARGEST_UNPACKED // 1_000_000), "parts": str(MOST_PARTS)}
        raise unreadable("classeur-demesure", Place(file), words=words)


@dataclass(eq=False)
class _SheetRows:
    """The rows of a sheet that are not empty, with the number that the spreadsheet shows."""

    name: str
    sheet: calamine.CalamineSheet
    marks: Marks

    @cached_property
    def filled(self) -> bool:
        """Whether some row is to be read."""
        return bool(self._read[0])

    def __iter__(self) -> Iterator[Row]:
        return iter(self._read[0])

    @cached_property
    def _read(self) -> tuple[list[Row], list[int]]:
        """Return the rows, and which of those that hold something are hidden; a million empty ones cost one passing."""
        rows: list[Row] = []
        hidden: list[int] = []
        merged = sorted((one for one in self.marks.merged if one[2] > one[0]), reverse=True)
        covering: list[tuple[int, int, str]] = []
        faulty = {line for line, _ in self.marks.faults}
        for line, values in enumerate(self.sheet.iter_rows(), 1):
            if values.count("") == len(values) and line not in faulty:
                continue
            cells = self._cells(line, values)
            covering = [one for one in covering if one[0] >= line]
            own = any(cells)
            for _, index, text in covering if own else ():
                if index < len(cells) and not cells[index]:
                    cells[index] = text
            while merged and merged[-1][0] <= line:
                _, left, last, _ = merged.pop()
                if left <= len(cells) and cells[left - 1]:
                    covering.append((last, left - 1, cells[left - 1]))
            if own and line in self.marks.hidden:
                hidden.append(line)
            elif own:
                rows.append((line, cells))
        return rows, hidden

    def _cells(self, line: int, values: Sequence[object]) -> list[str]:
        marks = self.marks
        cells = [
            value if isinstance(value, str) else shown(value, marks.shows.get((line, column), ""))
            for column, value in enumerate(values, 1)
        ]
        if marks.texts or marks.faults:
            for index in range(len(cells)):
                where = line, index + 1
                if where in marks.faults:
                    cells[index] = UnreadableCell(*marks.faults[where])
                elif where in marks.texts:
                    cells[index] = marks.texts[where]
        return cells

    def notes(self, file: str, *, named: bool) -> Iterator[Issue]:
        """Yield what is to be said of hidden rows, merged cells and the empty end."""
        where: Word = in_both("contenus", "of-sheet", name=quote(self.name)) if named else ""
        place, words = Place(file, 1), {"sheet": where}
        rows, hidden = self._read
        if hidden:
            lines = _listed([str(line) for line in hidden])
            yield issue("lignes-masquees", place, words={**words, "count": str(len(hidden)), "lines": lines})
        tall = [one for one in self.marks.merged if one[2] > one[0]]
        if tall:
            cells = [f"{column_letters(one[1])}{one[0]}:{column_letters(one[3])}{one[2]}" for one in tall]
            yield issue("cellules-fusionnees", place, words={**words, "cells": _listed(cells)})
        if self.marks.area[0] > max([line for line, _ in rows] + hidden, default=0):
            yield issue("fin-vide", place, words=words)
