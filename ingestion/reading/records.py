"""What a reader yields: a deposit, and its records with the place of everything in the file.

Knows no format and no vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from ingestion.words.messages import Issue, Place
from ingestion.words.personal import found_in_cells, private_values

Value = str | tuple[str, ...]
"""A cell as it was written, or the items of a list that the format tells apart itself (JSON)."""

Path = tuple[str | int, ...]
"""The way to a value inside a JSON object: keys, and positions in lists."""


class LanguageKey(str):
    """A key of a language map: it names no field, but the language of what stands under it."""

    __slots__ = ()


def field_of(path: Path) -> str | None:
    """Return the innermost key of a path that names a field."""
    return next((p for p in reversed(path) if isinstance(p, str) and not isinstance(p, LanguageKey)), None)


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table: our name → (1-based position, name as written in the file).

    `others` are the further positions of columns that several headers feed.
    """

    fields: Mapping[str, tuple[int, str]]
    others: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class UnreadableCell(str):
    """A cell that holds something that cannot be read: the text is what it shows, `code` the message that says why."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, shown: str, code: str) -> UnreadableCell:
        """Make a cell that shows a text."""
        cell = super().__new__(cls, shown)
        cell.code = code
        return cell


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a set of headers is read: our column for each, headers and their set being known by digest alone."""

    headers: str
    columns: Mapping[str, str]


class Source(Protocol):
    """The text a JSON object was read from."""

    def within(self, text: str) -> Source:
        """Return the same place in another copy of the text."""

    def locate(self, path: Path, *, last: bool = False) -> tuple[int, int]:
        """Return (line, column) of a key or item, from 1; of its last occurrence where a key is repeated."""


@dataclass(frozen=True)
class Record:
    """One row of a table, or one JSON object, and where it stands.

    `line` is the physical line where it starts. `values` holds the cells of a table by our column names,
    empty ones left out; `members` the JSON object, where the format is JSON; `context` the version of the context that
    it names, None where it names none. `unreadable` says what cells that cannot be read show and why, by column;
    `sheet` is that of a workbook. Every place it gives carries its private values and its passages on persons, so
    that no message made there quotes them (law 7).
    """

    file: str
    line: int
    values: Mapping[str, Value]
    header: Header | None = None
    members: Mapping[str, Any] | None = None
    source: Source | None = None
    context: str | None = None
    unreadable: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sheet: str = ""
    said: tuple[Issue, ...] = ()
    """What whoever made the record has to say of it already."""

    @cached_property
    def private(self) -> tuple[str, ...]:
        """Return what it gives in its private columns, whether they can be used or not."""
        return private_values({**(self.members or {}), **self.values})

    @cached_property
    def unquoted(self) -> tuple[str, ...]:
        """Return what no message of it quotes: its private values, and what its cells hold of persons."""
        return (*self.private, *found_in_cells(self.values))

    def place(self, field: str | None = None, path: Path | None = None, *, last: bool = False) -> Place:
        """Return the place of one of our columns, or of a value of the JSON object.

        In a table the line is that of the record's start, in JSON that of the key; `last` takes the last
        occurrence of a repeated key.
        """
        if self.header is not None and field is not None:
            column, name = self.header.fields.get(field, (None, field))
            return Place(self.file, self.line, column, name, self.unquoted, in_table=True)
        if self.source is not None and (path or field):
            line, column = self.source.locate(path or (field or "",), last=last)
            return Place(self.file, line, column, field or field_of(path or ()), self.unquoted)
        return Place(self.file, self.line, None, field, self.unquoted)


@dataclass(frozen=True, slots=True)
class Deposit:
    """A file that can be used: its records, and what was noticed while reading.

    `records` may be gone through several times; `count` is how many there are. `kind` is the type of
    documents that rows make. `notes` say encoding, separator, sheet; `separator` is that of a table written as text;
    `agreed` are the readings of headers that the depositor accepts.
    """

    file: str
    kind: str
    columns: tuple[str, ...]
    records: Iterable[Record]
    count: int
    notes: tuple[Issue, ...] = ()
    separator: str = ""
    agreed: tuple[Agreement, ...] = ()
