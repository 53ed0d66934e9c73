"""Writes an XLS workbook of one sheet: BIFF8 records ([MS-XLS]) in a compound file ([MS-CFB]), for the tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STYLES = {"plain": 0, "month": 1, "code": 2}
_CODES = {"plain": (0, ""), "month": (164, "mmmm yyyy"), "code": (165, "00000")}


@dataclass(frozen=True)
class Number:
    """A number in a cell, as a style shows it: `plain`, `month`, `code`."""

    value: float
    style: str = "plain"


@dataclass(frozen=True)
class Error:
    """A cell in error, by its code; `formula` says that it is a formula's result."""

    code: int
    formula: bool = False


Cell = str | Number | Error


def old_workbook(rows: Sequence[Sequence[Cell]], hidden: Sequence[int] = (), name: str = "Feuil1") -> bytes:
    """Return a workbook; `hidden` are the numbers of rows, from 1."""
    return _compound(_book(rows, hidden, name))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<2H", kind, len(body)) + body


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _book(rows: Sequence[Sequence[Cell]], hidden: Sequence[int], name: str) -> bytes:
    bof = struct.pack("<4H2I", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    head = _record(0x0809, bof)
    head += _record(0x0042, struct.pack("<H", 1200))
    formats: Mapping[str, tuple[int, str]] = _CODES
    head += b"".join(_record(0x041E, struct.pack("<H", number) + _text(code)) for number, code in formats.values() if code)
    head += b"".join(_record(0x00E0, struct.pack("<2H16x", 0, number)) for number, _ in formats.values())
    short = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    start = len(head) + 4 + 6 + len(short) + 4
    head += _record(0x0085, struct.pack("<IBB", start, 0, 0) + short) + _record(0x000A, b"")
    widest = max(map(len, rows))
    sheet = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    sheet += _record(0x0200, struct.pack("<2I3H", 0, len(rows), 0, widest, 0))
    for line in range(len(rows)):
        flags = 0x0100 | (0x20 if line + 1 in hidden else 0)
        sheet += _record(0x0208, struct.pack("<6HI", line, 0, widest, 255, 0, 0, flags))
    for line, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet += _cell(line, column, cell)
    return head + sheet + _record(0x000A, b"")


def _cell(line: int, column: int, cell: Cell) -> bytes:
    if isinstance(cell, str):
        return _record(0x0204, struct.pack("<3H", line, column, 0) + _text(cell)) if cell else b""
    if isinstance(cell, Number):
        return _record(0x0203, struct.pack("<3Hd", line, column, _STYLES[cell.style], cell.value))
    if cell.formula:
        value = struct.pack("<BBBBHH", 2, 0, cell.code, 0, 0, 0xFFFF)
        return _record(0x0006, struct.pack("<3H", line, column, 0) + value + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")
    return _record(0x0205, struct.pack("<3HBB", line, column, 0, cell.code, 1))


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\x00")
    count = len(stream) // _SECTOR
    chain = [*range(1, count), _END, _END, _FAT]  # the stream, its folder, this table
    assert len(chain) <= _SECTOR // 4
    table = struct.pack(f"<{_SECTOR // 4}I", *chain, *[_FREE] * (_SECTOR // 4 - len(chain)))
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, count, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", count + 1, *[_FREE] * 108)
    return head + stream + folder.ljust(_SECTOR, b"\x00") + table


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<3I", _FREE, _FREE, child)
    head = text.ljust(64, b"\x00") + struct.pack("<HBB", len(text) + 2, kind, 1) + links
    return (head + bytes(36) + struct.pack("<2I", start, size)).ljust(128, b"\x00")
