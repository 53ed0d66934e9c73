"""Reads what a user says of their own headers: theirs → ours. TOML, CSV, or a dictionary.

An empty name on our side leaves their column out.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
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


def read_mapping(mapping: Mapping[str, str] | str | Path | None) -> dict[str, str]:
    """Return the mapping by folded header of theirs; empty where there is none.

    TOML: `"Nom du projet" = "titre"`, in any table. CSV: two columns, theirs then ours, `,` or `;`, with or
    without a header. Raises UnreadableDeposit where the file cannot be used or names no column of ours.
    """
    if mapping is None:
        return {}
    if isinstance(mapping, Mapping):
        return _checked(dict(mapping), Place("--mapping"))
    place = Place(shown_name(mapping))
    with refused_at(place):
        data = read_file(Path(mapping), LARGEST_MB)
        (pairs,) = confined(lambda: [_pairs(data, mapping, place)], len(data), (UnreadableDeposit, Issue), _RAISED)
    return _checked(pairs, place)


def _pairs(data: bytes, mapping: str | Path, place: Place) -> dict[str, str]:
    text = decode(data, place.file).text()
    return _toml(text, place) if Path(mapping).suffix.lower() == ".toml" else _csv(text, place)


def _toml(text: str, place: Place) -> dict[str, str]:
    try:
        tables = tomllib.loads(text)
    except ValueError as error:  # also a number of too many digits
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = map(int, found.groups()) if found else (None, None)
        said = in_both("contenus", "not-toml")
        where = Place(place.file, line, column)
        raise unreadable("correspondance-illisible", where, words={"detail": said}) from error
    pairs: dict[str, str] = {}
    for key, value in tables.items():
        pairs.update(value if isinstance(value, dict) else {key: value})
    wrong = next((key for key, value in pairs.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise unreadable("correspondance-illisible", place, words={"detail": quote(str(wrong))})
    return pairs


def _csv(text: str, place: Place) -> dict[str, str]:
    separator = ";" if text.partition("\n")[0].count(";") else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise unreadable("correspondance-illisible", place, words={"detail": str(error)}) from error
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            detail = in_both("contenus", "two-cells", count=len(row))
            raise unreadable("correspondance-illisible", Place(place.file, number), words={"detail": detail})
    if rows and rows[0][1].strip() and column_name(rows[0][1]) is None:
        rows = rows[1:]  # a header of their own words
    return {theirs: ours for theirs, ours in rows}


def _checked(pairs: Mapping[str, str], place: Place) -> dict[str, str]:
    checked: dict[str, str] = {}
    for theirs, ours in pairs.items():
        name = IGNORED if not ours.strip() else column_name(ours)
        if name is None:
            suggestions = nearest_names(ours, list(columns()))
            raise unreadable("colonne-inconnue", place, value=ours, suggestions=suggestions)
        checked[fold_label(theirs)] = name
    return checked
