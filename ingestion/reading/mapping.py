"""Reads what a user says of their own headers and values: theirs → ours. TOML, CSV, or a dictionary.

An empty name on our side leaves their column out, or empties the cell.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingestion.reading.text import decode
from ingestion.words.columns import IGNORED, column_name, columns, nearest_names
from ingestion.words.errors import UnreadableDeposit, refused_at, unreadable
from ingestion.words.messages import Issue, Place, quote, shown_name
from ontologie import confined, fold_label, in_both, read_file

LARGEST_MB: Final = 1
"""Size of a mapping, in megabytes, beyond which it is none."""

_RAISED: Final = (UnreadableDeposit,)

_VALUES: Final = ("valeurs", "values")
"""The table of a TOML file that says what is read instead of values."""


Given = Mapping[str, str] | str | Path | None
"""A mapping as it is given: a dictionary of headers, a file, or none."""


@dataclass(frozen=True)
class Correspondence:
    """How headers and values of theirs are read.

    `headers` are folded headers → our columns; `values` are, by column, folded cells or items → what is read instead.
    `agreed` are earlier agreements, by their set of headers; `accept` takes what is proposed now; `strict` refuses
    what nothing is known of.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    agreed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    accept: bool = False
    strict: bool = False


def read_mapping(mapping: Given) -> Correspondence:
    """Return what a mapping says; nothing where there is none.

    TOML: `"Nom du projet" = "titre"`, in any table; values in `[valeurs.academie]`. CSV: two cells, theirs then ours,
    `,` or `;`, with or without a header; three cells, our column, their value, ours. Raises UnreadableDeposit where the
    file cannot be used or names no column of ours.
    """
    if mapping is None:
        return Correspondence()
    if isinstance(mapping, Mapping):
        return _checked([(theirs, ours) for theirs, ours in mapping.items()], Place("--mapping"))
    place = Place(shown_name(mapping))
    with refused_at(place):
        data = read_file(Path(mapping), LARGEST_MB)
        (rows,) = confined(lambda: [_rows(data, mapping, place)], len(data), (UnreadableDeposit, Issue), _RAISED)
    return _checked(rows, place)


def _rows(data: bytes, mapping: str | Path, place: Place) -> list[tuple[str, ...]]:
    """Return pairs (header, column) and triples (column, value, what is read instead)."""
    text = decode(data, place.file).text()
    return _toml(text, place) if Path(mapping).suffix.lower() == ".toml" else _csv(text, place)


def _toml(text: str, place: Place) -> list[tuple[str, ...]]:
    try:
        tables = tomllib.loads(text)
    except ValueError as error:  # also a number of too many digits
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = map(int, found.groups()) if found else (None, None)
        said = in_both("contenus", "not-toml")
        where = Place(place.file, line, column)
        raise unreadable("correspondance-illisible", where, words={"detail": said}) from error
    rows: list[tuple[str, ...]] = []
    for key, value in tables.items():
        for theirs, ours in (value.items() if isinstance(value, dict) else ((key, value),)):
            if isinstance(ours, dict) and fold_label(key) in _VALUES:
                rows.extend((theirs, *pair) for pair in ours.items())
            else:
                rows.append((theirs, ours))
    wrong = next((row for row in rows if not all(isinstance(cell, str) for cell in row)), None)
    if wrong is not None:
        raise unreadable("correspondance-illisible", place, words={"detail": quote(str(wrong[-2]))})
    return rows


def _csv(text: str, place: Place) -> list[tuple[str, ...]]:
    separator = ";" if text.partition("\n")[0].count(";") else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise unreadable("correspondance-illisible", place, words={"detail": str(error)}) from error
    for number, row in enumerate(rows, 1):
        if len(row) not in (2, 3):
            detail = in_both("contenus", "two-cells", count=len(row))
            raise unreadable("correspondance-illisible", Place(place.file, number), words={"detail": detail})
    # Where some rows have three cells, a spreadsheet gives the others an empty third.
    pairs = [tuple(row[:2] if len(row) == 3 and not row[2].strip() and column_name(row[1]) else row) for row in rows]
    if pairs and len(pairs[0]) == 2 and pairs[0][1].strip() and column_name(pairs[0][1]) is None:
        pairs = pairs[1:]  # a header of their own words
    elif pairs and len(pairs[0]) == 3 and column_name(pairs[0][0]) is None:
        pairs = pairs[1:]
    return pairs


def _checked(rows: Iterable[tuple[str, ...]], place: Place) -> Correspondence:
    headers: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    for row in rows:
        if len(row) == 2:
            headers[fold_label(row[0])] = IGNORED if not row[1].strip() else _column(row[1], place)
        else:
            values.setdefault(_column(row[0], place), {})[fold_label(row[1])] = row[2].strip()
    return Correspondence(headers, values)


def _column(ours: str, place: Place) -> str:
    name = column_name(ours)
    if name is None:
        raise unreadable("colonne-inconnue", place, value=ours, suggestions=nearest_names(ours, list(columns())))
    return name
