"""Tables for people: CSV that a spreadsheet opens well, and workbooks; no cell is a formula.

Knows files; what the cells say is told by who gives the rows, and how a cell is written by `shapes`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import xlsxwriter

from shapes import BYTE_ORDER_MARK, SPREADSHEET_SEPARATOR, csv_line, inert
from sparql_api.formats.body import Body
from sparql_api.words.problems import ProblemError, problem

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_576
LONGEST_CELL: Final = 32_767
"""Bounds of a sheet, in rows and in characters (ECMA-376, and Excel's own limits)."""

PIECE: Final = 64 << 10
_PLAIN: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def csv_pieces(rows: Iterable[Sequence[str]], *, spreadsheet: bool = False) -> Iterator[bytes]:
    """Yield a CSV (RFC 4180, UTF-8) in pieces; for a `spreadsheet`, with a byte order mark and semicolons."""
    separator = SPREADSHEET_SEPARATOR if spreadsheet else ","
    held, size = [BYTE_ORDER_MARK if spreadsheet else ""], 0
    for row in rows:
        held.append(csv_line(row, separator))
        size += len(held[-1])
        if size > PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def workbook(rows: Iterable[Sequence[str]], *, sheet: str, made: datetime, limit: int) -> Iterator[bytes]:
    """Yield the pieces of a workbook of one sheet, whose first row is the header; every cell is a text.

    `made` is the moment it says of itself, so that the same rows make the same bytes. Raises ProblemError before the
    first piece where the texts come to more than `limit` bytes, or a sheet cannot hold them.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder, f"{sheet}.xlsx")
        book = xlsxwriter.Workbook(str(target), {**_PLAIN, "tmpdir": folder})
        book.set_properties({"created": made})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        size = 0
        for line, row in enumerate(rows):
            for column, cell in enumerate(map(inert, row)):
                size += len(cell)
                if line >= MOST_ROWS or len(cell) > LONGEST_CELL:
                    raise ProblemError(problem("workbook-size", rows=MOST_ROWS - 1, characters=LONGEST_CELL))
                if cell:
                    page.write_string(line, column, cell)
            if size > limit:
                raise ProblemError(problem("answer-size", limit=limit >> 20))
        book.close()
        with target.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def read_rows(body: Body) -> Iterator[list[str]]:
    """Yield the rows of a CSV that an engine wrote (SPARQL 1.1 Query Results CSV), its header first."""
    text = io.TextIOWrapper(io.BufferedReader(_BodyFile(body), PIECE), encoding="utf-8", newline="")
    yield from csv.reader(text, strict=True)


class _BodyFile(io.RawIOBase):
    """A body as a file to read."""

    def __init__(self, body: Body) -> None:
        self._body, self._offset = body, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._body.at(self._offset, len(buffer))
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)
