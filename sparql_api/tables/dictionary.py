"""The tables and their columns: one dictionary, from which files, their descriptions and their documentation are made.

A row of `columns.csv` is a field: one column, or those that its form spreads into: a concept's IRI, id and labels, a
date's year, month and day. A path starts at the row's node, at the subject with `^`; `.` is the node itself, `|`
parts alternatives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from ontologie import LANGUAGES, PREFIXES, table_beside

Text = Mapping[str, str]
SPREAD: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "concept": (("", "iri"), ("id", "string"), ("fr", "string"), ("en", "string")),
    "evidence": (("", "iri"), ("id", "string"), ("fr", "string"), ("en", "string")),
    "date": (("", "string"), ("annee", "integer"), ("mois", "integer"), ("jour", "integer")),
}
"""By form, the columns that a field spreads into: what is added to its name, and their types."""
TYPES: Final[Mapping[str, str]] = {
    "iri": "iri", "text": "string", "language": "string", "list": "string", "integer": "integer", "rank": "integer",
    "decimal": "decimal", "boolean": "boolean", "tied": "boolean", "illustrative": "boolean", "day": "date",
}  # fmt: skip
"""The type of the one column of the other forms."""
SEPARATOR: Final = "|"
"""What stands between the values of a cell of the form `list`."""
_FILES: Final = ("tables.csv", "columns.csv", "words.csv")


@dataclass(frozen=True)
class TableColumn:
    """A column: its type (`string`, `iri`, `integer`, `decimal`, `boolean`, `date`), what it says, how it is named."""

    name: str
    type: str
    title: Text
    missing: str
    says: str
    """The IRI of the property that it says, empty for what is computed."""
    unit: str
    part: str
    """What of its field it holds: empty for the value, `id`, `fr`, `en`, `annee`…"""
    separator: str = ""

    @property
    def required(self) -> bool:
        """Whether every row fills it: a label may lack in a language, an id of what is always said never does."""
        return self.missing == "never" and self.part in ("", "id")


@dataclass(frozen=True)
class TableField:
    """What is read of a row's node or subject: by which path, in which form; its role in the Data Cube."""

    form: str
    path: str
    role: str
    columns: tuple[TableColumn, ...]


@dataclass(frozen=True)
class Table:
    """A table: of which documents, which rows each gives, and its fields."""

    name: str
    of: str
    rows: tuple[str, ...]
    title: Text
    about: Text
    fields: tuple[TableField, ...]

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """Its columns, in order."""
        return tuple(column for field in self.fields for column in field.columns)

    @property
    def key(self) -> str:
        """The column that names a row, empty where several do."""
        return next((field.columns[0].name for field in self.fields if field.role == "key"), "")

    @property
    def order(self) -> tuple[str, ...]:
        """What rows stand in the order of: the key, or the first column of each field, which decides its others."""
        return (self.key,) if self.key else tuple(field.columns[0].name for field in self.fields)

    @property
    def cut_by(self) -> str:
        """The column that says which part a row is in: the document's IRI."""
        return next(field.columns[0].name for field in self.fields if field.path == "^")


@cache
def tables() -> Mapping[str, Table]:
    """Return the tables by name, in order."""
    told = _rows("columns.csv")
    found = {}
    for row in _rows("tables.csv"):
        fields = tuple(_field(one) for one in told if one["table"] == row["table"])
        paths = tuple(row["rows"].split("|"))
        found[row["table"]] = Table(row["table"], row["of"], paths, _text(row, "title"), _text(row, "about"), fields)
    return found


@cache
def words() -> Mapping[str, Text]:
    """Return what descriptions say by code, in both languages: what an empty cell means, what a part of a field is."""
    return {row["code"]: {language: row[language] for language in LANGUAGES} for row in _rows("words.csv")}


@cache
def layout() -> str:
    """Return a digest of the dictionary: parts made by another one are made again."""
    held = b"".join(files("sparql_api.tables").joinpath(name).read_bytes() for name in _FILES[:2])
    return hashlib.sha256(held).hexdigest()[:16]


def expanded(name: str) -> str:
    """Return the IRI of a prefixed name of ours or of a standard."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _field(row: Mapping[str, str]) -> TableField:
    spread = SPREAD.get(row["form"], (("", TYPES.get(row["form"], "string")),))
    separator = SEPARATOR if row["form"] == "list" else ""
    columns = tuple(
        TableColumn(
            f"{row['column']}_{part}" if part else row["column"], kind, _titled(row, part), row["missing"],
            expanded(row["property"]) if row["property"] else "", row["unit"], part, separator,
        )
        for part, kind in spread
    )  # fmt: skip
    return TableField(row["form"], row["path"], row["role"], columns)


def _titled(row: Mapping[str, str], part: str) -> Text:
    title = _text(row, "title")
    return {tag: f"{title[tag]}, {words()[part][tag]}" for tag in title} if part else title


def _text(row: Mapping[str, str], name: str) -> Text:
    return {language: row[f"{name}_{language}"] for language in LANGUAGES}


def _rows(name: str) -> tuple[dict[str, str], ...]:
    return table_beside("sparql_api.tables", name)
