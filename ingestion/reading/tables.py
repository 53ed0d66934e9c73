"""Makes records of the rows of a table, whatever format they came from.

Knows what a regular table is: one header, then rows as wide as it. Rows arrive with their physical line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion.reading.exported_table import is_ours, taken_back
from ingestion.reading.header import read_header
from ingestion.reading.records import Deposit, Header, Record, Value
from ingestion.words.columns import IGNORED
from ingestion.words.errors import unreadable
from ingestion.words.messages import Issue, Place, issue
from ontologie import fold_label

SPACES: Final = " \t\r\n\u00a0"
"""What is not kept around a cell; anything else is the depositor's text."""

Row = tuple[int, Sequence[str]]
"""The physical line where a row starts, and its cells."""


def read_rows(
    rows: Iterable[Row], file: str, *, kind: str, mapping: Mapping[str, str], notes: tuple[Issue, ...]
) -> Deposit:
    """Return the deposit of a table's rows, which can be gone through several times.

    Raises UnreadableDeposit where the header cannot be used or a row does not fit it.
    """
    table = _Table.of(rows, file, mapping)
    count = table.check()
    if not count:
        raise unreadable("aucune-fiche", Place(file, table.line))
    ignored = [cell.strip() for cell in table.cells if mapping.get(fold_label(cell)) == IGNORED and cell.strip()]
    if ignored:
        left_out = {"columns": ", ".join(ignored)}
        notes = (*notes, issue("colonnes-ignorees", Place(file, table.line), words=left_out))
    return Deposit(file, kind, tuple(table.header.fields), table, count, notes)


@dataclass(frozen=True)
class _Table:
    """The rows below a header, as records."""

    rows: Iterable[Row]
    file: str
    line: int
    cells: Sequence[str]
    header: Header

    @classmethod
    def of(cls, rows: Iterable[Row], file: str, mapping: Mapping[str, str]) -> _Table:
        """Find the header: the first row that is not blank."""
        for line, cells in rows:
            if _filled(cells):
                return cls(rows, file, line, cells, read_header(cells, Place(file, line), mapping))
        raise unreadable("fichier-vide", Place(file, 1))

    def __iter__(self) -> Iterator[Record]:
        where = [(name, position - 1) for name, (position, _) in self.header.fields.items()]
        read = taken_back if is_ours(self.cells) else _as_deposited
        for line, cells in self._below():
            values = {name: value for name, index in where if (value := read(name, cells[index]))}
            if values:
                yield Record(self.file, line, values, self.header)

    def check(self) -> int:
        """Return how many records there are. Raises UnreadableDeposit at the first row that does not fit."""
        width = len(self.cells)
        nameless = [index for index, cell in enumerate(self.cells) if not cell.strip()]
        count = 0
        for line, cells in self._below():
            if len(cells) != width and (len(cells) < width or _filled(cells[width:])):
                words = {"found": str(len(cells)), "expected": str(width)}
                place = Place(self.file, line, min(len(cells), width) + 1)
                raise unreadable("ligne-irreguliere", place, words=words)
            for index in nameless:
                if cells[index].strip():
                    raise unreadable("colonne-sans-nom", Place(self.file, line, index + 1))
            count += 1
        return count

    def _below(self) -> Iterator[Row]:
        return ((line, cells) for line, cells in self.rows if line > self.line and _filled(cells))


def _as_deposited(_name: str, cell: str) -> Value:
    return cell.strip(SPACES)


def _filled(cells: Sequence[str]) -> bool:
    return any(cell.strip(SPACES) for cell in cells)
