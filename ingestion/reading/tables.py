"""Makes records of the rows of a table, whatever format they came from.

Knows what a regular table is: one header, then rows no wider than it. Rows arrive with their physical line; a workbook
gives as many tables as it has sheets that hold fiches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ingestion.reading.exported_table import is_ours, taken_back
from ingestion.reading.header import HeaderRead, read_header
from ingestion.reading.locating import Located, Row, find_header
from ingestion.reading.mapping import Correspondence
from ingestion.reading.records import Deposit, Record, UnreadableCell, Value
from ingestion.words.columns import LIST, columns
from ingestion.words.errors import unreadable
from ingestion.words.messages import Issue, Place, issue
from ontologie import LANGUAGES, fold_label, sentence
from shapes import column_letters, restored

SPACES: Final = " \t\r\n\u00a0"
"""What is not kept around a cell; anything else is the depositor's text."""

Read = Callable[[str, str], Value]


@dataclass(frozen=True)
class Sheet:
    """The rows of one table, which can be gone through several times, and the name of its sheet."""

    rows: Iterable[Row]
    name: str = ""


def read_rows(
    sheets: Sequence[Sheet], file: str, *, kind: str, mapping: Correspondence, notes: tuple[Issue, ...]
) -> Deposit:
    """Return the deposit of the rows of one table, or of several.

    Raises UnreadableDeposit where a header cannot be used, a row does not fit it, or there is no row at all.
    """
    several = len(sheets) > 1
    tables = [_Table.of(sheet, f"{file} › {sheet.name}" if several else file, mapping) for sheet in sheets]
    counts = [table.check() for table in tables]
    if not sum(count for count, _ in counts):
        raise unreadable("aucune-fiche", Place(tables[0].file, tables[0].located.line))
    every = [note for table, (_, nameless) in zip(tables, counts, strict=True) for note in table.notes(nameless)]
    said = {(note.rule, note.message["fr"]): note for note in reversed(every)}  # the same of several sheets: once
    names = dict.fromkeys(name for table in tables for name in table.read.header.fields)
    return Deposit(
        file, kind, tuple(names), _Chain(tables), sum(count for count, _ in counts), (*notes, *reversed(said.values())),
        agreed=tuple(table.read.agreed for table in tables if table.read.agreed and mapping.accept),
    )  # fmt: skip


@dataclass(frozen=True)
class _Chain:
    """The records of several tables, one after the other."""

    tables: Sequence[_Table]

    def __iter__(self) -> Iterator[Record]:
        return (record for table in self.tables for record in table)


@dataclass(frozen=True)
class _Table:
    """The rows below a header, as records."""

    sheet: Sheet
    file: str
    located: Located
    read: HeaderRead
    mapping: Correspondence

    @classmethod
    def of(cls, sheet: Sheet, file: str, mapping: Correspondence) -> _Table:
        """Find and read the header. Raises UnreadableDeposit where there is none that can be used."""
        located = find_header(sheet.rows, mapping)
        if located is None:
            raise unreadable("fichier-vide", Place(file, 1))
        return cls(sheet, file, located, read_header(located.labels, Place(file, located.line), mapping), mapping)

    def __iter__(self) -> Iterator[Record]:
        header = self.read.header
        where = [
            (name, [one - 1 for one in (position, *header.others.get(name, ()))])
            for name, (position, _) in header.fields.items()
        ]
        for line, cells in self._below():
            values: dict[str, Value] = {}
            unreadable_cells: dict[str, tuple[str, str]] = {}
            for name, indexes in where:
                given = [cells[index] for index in indexes if index < len(cells)]
                for cell in given:
                    if type(cell) is UnreadableCell:
                        unreadable_cells[name] = (str(cell), cell.code)
                if name not in unreadable_cells and (value := self._value(name, given)):
                    values[name] = value
            if values or unreadable_cells:
                yield Record(self.file, line, values, header, unreadable=unreadable_cells, sheet=self.sheet.name)

    @cached_property
    def _ours(self) -> bool:
        return is_ours(self.located.labels)

    @cached_property
    def _given_back(self) -> bool:
        """Whether these are refused rows as they were given back: no cell of theirs is a formula's."""
        reasons = {fold_label(sentence("rapport", "reject-reason", lang)) for lang in LANGUAGES}
        return not reasons.isdisjoint(map(fold_label, self.located.labels))

    def _value(self, name: str, cells: Sequence[str]) -> Value:
        if self._ours:
            return taken_back(name, cells[0]) if cells else ""
        if self._given_back:
            cells = [restored(cell) for cell in cells]
        if len(cells) == 1:
            text = cells[0].strip(SPACES)
        else:
            glue = LIST if columns()[name].is_list else "\n"
            text = glue.join(dict.fromkeys(filled for cell in cells if (filled := cell.strip(SPACES))))
        return self._instead(name, text) if text and name in self.mapping.values else text

    def _instead(self, name: str, text: str) -> str:
        """Return what a mapping reads instead of a cell, or of the items of a list."""
        values = self.mapping.values[name]
        if (whole := values.get(fold_label(text))) is not None:
            return whole
        if not columns()[name].is_list:
            return text
        return LIST.join(values.get(fold_label(item), item.strip(SPACES)) for item in text.split(LIST))

    def check(self) -> tuple[int, list[int]]:
        """Return how many records there are, and the positions of cells that stand under no header.

        Raises UnreadableDeposit at the first row that is wider than the header.
        """
        width = len(self.located.labels)
        unnamed = {index for index, label in enumerate(self.located.labels) if not label}
        nameless: set[int] = set()
        count = 0
        for line, cells in self._below():
            if len(cells) > width and _filled(cells[width:]):
                words = {"found": str(len(cells)), "expected": str(width)}
                raise unreadable("ligne-irreguliere", Place(self.file, line, width + 1, in_table=True), words=words)
            nameless.update(index for index in unnamed - nameless if index < len(cells) and cells[index].strip(SPACES))
            count += 1
        return count, sorted(index + 1 for index in nameless)

    def notes(self, nameless: Sequence[int]) -> Iterator[Issue]:
        """Yield what is to be said of where the header stands, of what it names, of cells under none."""
        place = Place(self.file, self.located.line)
        first = next((line for line, cells in self.sheet.rows if _filled(cells)), self.located.line)
        if first < self.located.first:
            yield issue("entete-trouvee", place, words={"line": str(self.located.line)})
        yield from self.read.notes
        if nameless:
            letters = ", ".join(column_letters(position) for position in nameless)
            yield issue("colonnes-sans-nom", place, words={"columns": letters})

    def _below(self) -> Iterator[Row]:
        repeated = [label.strip(SPACES) for label in self.located.labels]
        for line, cells in self.sheet.rows:
            if line > self.located.line and _filled(cells) and [cell.strip(SPACES) for cell in cells] != repeated:
                yield line, cells


def _filled(cells: Sequence[str]) -> bool:
    return any(cell.strip(SPACES) for cell in cells)
