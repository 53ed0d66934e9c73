"""The cells of tables for people: text that no spreadsheet takes for a formula, and how it is taken back.

One place decides how such a cell is written, in a CSV or a workbook, by HTTP or the command line. What is written
for programs (SPARQL results) does not come here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"
"""What tells a spreadsheet that a CSV is UTF-8."""

SPREADSHEET_SEPARATOR: Final = ";"
"""What a spreadsheet in French expects between the cells of a CSV."""

_OPENINGS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""What begins a formula, and its siblings of other widths, which some spreadsheets fold to it."""

_NUMBER: Final = re.compile(r"'*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""A number, of which no formula can be made; so it is never touched, with apostrophes or without."""

_FORMULA: Final = re.compile(
    rf"""(?: \A | (?<=[,;\t\r\n]) )    # where a cell starts, also for who splits at another separator
    ( [\ "\u00a0]* )                 # what a spreadsheet may drop before it looks
    ( '* ) (?= [{_OPENINGS}] )""",
    re.VERBOSE,
)
_BLANK: Final = re.compile(r"\A()('*)(?=[\t\r\n])")
"""A cell that begins with what a spreadsheet drops before it looks for a formula."""


def column_letters(position: int) -> str:
    """Return the name of a column as spreadsheets show it, from its 1-based position.

    >>> column_letters(9), column_letters(28)
    ('I', 'AB')
    """
    letters = ""
    while position > 0:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def inert(cell: str) -> str:
    """Return a cell with an apostrophe wherever a spreadsheet would begin a formula; a number stays as it is.

    Whatever apostrophes stand there already, one more is written, and `restored` takes exactly that one off.

    >>> inert("=2+3"), inert("-2,5"), restored(inert("=2+3"))
    ("'=2+3", '-2,5', '=2+3')
    """
    return cell if _NUMBER.fullmatch(cell) else _BLANK.sub(r"\1'\2", _FORMULA.sub(r"\1'\2", cell))


def restored(cell: str) -> str:
    """Return what a cell was before `inert`."""
    return cell if _NUMBER.fullmatch(cell) else _BLANK.sub(_one_less, _FORMULA.sub(_one_less, cell))


def _one_less(found: re.Match[str]) -> str:
    return found[1] + found[2][1:]


def csv_line(cells: Iterable[str], separator: str = ",") -> str:
    """Return cells, made inert, as one record of a CSV (RFC 4180): quotes where needed, ended by CRLF."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow(map(inert, cells))
    return out.getvalue()
