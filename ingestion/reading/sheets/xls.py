"""Reads the marks of the sheets of an XLS workbook: its records of BIFF8 ([MS-XLS] 2.4)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from ingestion.reading.sheets.compound import stream_of
from ingestion.reading.sheets.marks import Marks
from ingestion.reading.sheets.shown import format_code, shows

_STREAMS: Final = ("Workbook",)
_BIFF8: Final = 0x0600
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x002F, 0x0085, 0x041E, 0x00E0
_ROW, _FORMULA, _BOOLERR, _MULRK = 0x0208, 0x0006, 0x0205, 0x00BD
_OTHER_CELLS: Final = frozenset({0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6})
"""Numbers and texts: the row, the column and the style of each come first."""

_HIDDEN: Final = 0x20
_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip

Record = tuple[int, bytes]


def xls_marks(data: bytes) -> dict[str, Callable[[], Marks]]:
    """Return, by the name of each sheet, what reads its marks; nothing of an older or a damaged workbook."""
    try:
        book = stream_of(data, _STREAMS)
        return _sheets(book)
    except (LookupError, ValueError, struct.error):
        return {}


def _sheets(book: bytes) -> dict[str, Callable[[], Marks]]:
    codes: dict[int, str] = {}
    formats: list[int] = []
    places: dict[str, int] = {}
    for kind, body in _records(book, 0):
        if kind == _FILEPASS or (kind == _BOF and struct.unpack_from("<H", body)[0] != _BIFF8):
            return {}
        if kind == _FORMAT:
            (number, length) = struct.unpack_from("<2H", body)
            codes[number] = _text(body[4:], length)[:200]
        elif kind == _XF:
            formats.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUNDSHEET:
            places[_text(body[7:], body[6])] = struct.unpack_from("<I", body)[0]
    styles = [shows(format_code(number, codes)) for number in formats]
    return {name: partial(_marks, book, place, styles) for name, place in places.items()}


def _marks(book: bytes, place: int, styles: list[str]) -> Marks:
    """Read the marks of the sheet that starts at a place; those of a damaged one as far as they go."""
    marks = Marks()
    try:
        for kind, body in _records(book, place):
            if kind == _ROW and body[12] & _HIDDEN:
                marks.hidden.add(struct.unpack_from("<H", body)[0] + 1)
            elif kind in _OTHER_CELLS or kind in (_FORMULA, _BOOLERR, _MULRK):
                _cell(marks, kind, body, styles)
    except (struct.error, IndexError):
        return marks
    return marks


def _cell(marks: Marks, kind: int, body: bytes, styles: list[str]) -> None:
    row, column, style = struct.unpack_from("<3H", body)
    several = (len(body) - 6) // 6 if kind == _MULRK else 1
    for rank in range(several):
        where = row + 1, column + 1 + rank
        marks.seen(*where)
        (style,) = struct.unpack_from("<H", body, 4 + 6 * rank)
        if style < len(styles) and styles[style]:
            marks.shows[where] = styles[style]
    if (code := _error(kind, body)) is not None:
        marks.faults[row + 1, column + 1] = _ERRORS.get(code, "#N/A"), "cellule-en-erreur"


def _error(kind: int, body: bytes) -> int | None:
    """Return the code of the error that a cell shows, None where it shows none."""
    if kind == _BOOLERR:
        return body[6] if body[7] else None
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return body[8]
    return None


def _records(book: bytes, place: int) -> Iterator[Record]:
    """Yield the records from a place to the end of their part."""
    while place + 4 <= len(book):
        kind, length = struct.unpack_from("<2H", book, place)
        yield kind, book[place + 4 : place + 4 + length]
        if kind == _EOF:
            return
        place += 4 + length


def _text(body: bytes, length: int) -> str:
    """Return a text: a byte that says how it is written, then one byte a character or two."""
    if body[0] & 1:
        return body[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return body[1 : 1 + length].decode("latin-1")
