"""What the cells of a sheet are besides their values: merged, hidden, in error, shown in a form of their own.

Knows no format: those of OOXML and of ODF are beside. Streams their XML, which is hostile: no DTD, no entity, bounded
area; runs in the confined process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Any, Final
from xml.parsers import expat

from ontologie import Refused
from shapes import column_letters

MOST_CELLS: Final = 16_000_000
"""Cells of the area of a sheet, empty ones too: it is read whole, at 32 bytes each."""

MOST_MERGED: Final = 100_000
"""Merged ranges of a sheet that are looked at."""

_PIECE: Final = 1 << 18

Cell = tuple[int, int]
"""The row and the column of a cell, from 1."""

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""


@dataclass
class Marks:
    """What is to be known of the cells of a sheet.

    `shows` says what the format of a cell shows (see `shown.shows`), `texts` what stands in place of its value,
    `faults` what shows there and why it cannot be read.
    """

    merged: list[Range] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    shows: dict[Cell, str] = field(default_factory=dict)
    texts: dict[Cell, str] = field(default_factory=dict)
    faults: dict[Cell, tuple[str, str]] = field(default_factory=dict)
    area: Cell = (0, 0)

    def seen(self, row: int, column: int) -> None:
        """Note that a cell is there. Raises Refused where the area that it makes is too large."""
        self.area = max(self.area[0], row), max(self.area[1], column)
        if self.area[0] * self.area[1] > MOST_CELLS:
            cell = f"{column_letters(self.area[1])}{self.area[0]}"
            raise Refused("feuille-demesuree", {"cell": cell, "most": str(MOST_CELLS // 1_000_000)})


def parse(stream: IO[bytes], start: Any, end: Any = None, text: Any = None) -> None:
    """Stream an XML text to handlers."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _no_doctype(*_: object) -> None:
    raise Refused("classeur-illisible", {})


def local(name: str) -> str:
    """Return a name of XML without its prefix."""
    return name.rpartition(":")[2]


def column_number(letters: str) -> int:
    """Return the number of a column, A being 1."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number
