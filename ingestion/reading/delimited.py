"""Reads tables written as text: the separator is detected, every record keeps its physical line.

Knows CSV (RFC 4180) with `,`, `;` or tab; which columns there are is the business of columns.py.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from ingestion.reading.locating import MOST_ABOVE, Row, find_header
from ingestion.reading.mapping import Correspondence
from ingestion.reading.records import Deposit
from ingestion.reading.tables import Sheet, read_rows
from ingestion.reading.text import DecodedText
from ingestion.words.errors import UnreadableDeposit, unreadable
from ingestion.words.messages import Place, issue
from ontologie import Word, in_both

SEPARATORS: Final = (",", ";", "\t")
_NAMES: Final = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
}
_DIRECTIVE: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""The first line by which spreadsheets say the separator."""

# The file's size is bounded already; a cell beyond the bounds of its column refuses its own row only.
csv.field_size_limit(2**31 - 1)


def read_table_text(text: DecodedText, file: str, *, kind: str, mapping: Correspondence) -> Deposit:
    """Read a table written as text.

    Raises UnreadableDeposit where the header cannot be used, a line has too many cells, or quotes are not closed:
    everything after would be in doubt.
    """
    separator = _separator(text, mapping)
    said: dict[str, Word] = {"encoding": text.encoding, "separator": in_both("contenus", _NAMES[separator])}
    note = issue("lu-table", Place(file, 1), words=said)
    deposit = read_rows([Sheet(_Rows(text, separator, file))], file, kind=kind, mapping=mapping, notes=(note,))
    return replace(deposit, separator=separator)


def plain_rows(text: DecodedText, file: str, separator: str = "") -> list[Row]:
    """Return the rows of a table written as text, as they stand, whatever their columns are called.

    Without a separator, the one that cuts its first line most often. Raises UnreadableDeposit where quotes stay open.
    """
    first = next(text.lines(), "")
    return list(_Rows(text, separator or max(SEPARATORS, key=first.count), file))


@dataclass(frozen=True)
class _Rows:
    """The rows of a text, gone through as often as needed; blank lines are no rows."""

    text: DecodedText
    separator: str
    file: str

    def __iter__(self) -> Iterator[Row]:
        lines = self.text.lines()
        first = next(lines, "")
        skipped = 1 if _DIRECTIVE.fullmatch(first) else 0
        reader = csv.reader(
            lines if skipped else chain((first,), lines), delimiter=self.separator, strict=True
        )
        start = 1 + skipped
        try:
            for cells in reader:
                yield start, cells
                start = reader.line_num + 1 + skipped
        except csv.Error as error:
            raise self._broken(error, start) from error

    def _broken(self, error: csv.Error, line: int) -> UnreadableDeposit:
        code = "retour-isole" if "new-line" in str(error) else "guillemets"
        return unreadable(code, Place(self.file, line))


def _separator(text: DecodedText, mapping: Correspondence) -> str:
    """Return the separator under which a header among the first lines names most columns, then has most cells."""
    lines = text.lines()
    first = next(lines, "")
    if (said := _DIRECTIVE.fullmatch(first)) and said[1] in SEPARATORS:
        return said[1]
    head = [first, *islice(lines, 2 * MOST_ABOVE)]

    def known(separator: str) -> tuple[bool, int, int]:
        rows: list[Row] = []
        with suppress(csv.Error):  # said with its place when the rows are read
            rows.extend(enumerate(csv.reader(head, delimiter=separator), 1))
        located = find_header(rows, mapping)
        return (*located.known, len(located.labels)) if located else (False, 0, 0)

    return max(SEPARATORS, key=known)
