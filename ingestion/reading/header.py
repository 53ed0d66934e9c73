"""Reads the header line of a table: which of our columns each cell names.

Knows what makes a header unusable; the columns themselves are `words.columns`'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingestion.reading.records import Header
from ingestion.words.columns import IGNORED, column_name, columns, is_our_own, nearest_names
from ingestion.words.errors import UnreadableDeposit, unreadable
from ingestion.words.messages import Place
from ontologie import fold_label


def read_header(cells: Sequence[str], place: Place, mapping: Mapping[str, str]) -> Header:
    """Return the columns that a header line names; `mapping` gives our name for some of theirs.

    Raises UnreadableDeposit where nothing is known, or a column is unknown, repeated or missing.
    """
    named = [(position, cell.strip()) for position, cell in enumerate(cells, 1) if cell.strip()]
    found = [(position, cell, mapping.get(fold_label(cell), _known(cell))) for position, cell in named]
    if not any(name for _, _, name in found):
        known = ", ".join(list(columns())[:6])
        raise unreadable("pas-un-tableau", place, words={"columns": known})
    fields: dict[str, tuple[int, str]] = {}
    for position, cell, name in found:
        if name is None:
            raise _unknown(cell, Place(place.file, place.line, position, cell), fields)
        if name == IGNORED:
            continue
        if name in fields:
            where = Place(place.file, place.line, position, cell)
            raise unreadable("colonne-double", where, value=cell, words={"first": str(fields[name][0])})
        fields[name] = (position, cell)
    missing = [name for name, column in columns().items() if column.required and name not in fields]
    if missing:
        raise unreadable("colonnes-manquantes", place, words={"columns": ", ".join(missing)})
    return Header(fields)


def _known(cell: str) -> str | None:
    return IGNORED if is_our_own(cell) else column_name(cell)


def _unknown(cell: str, place: Place, taken: Mapping[str, object]) -> UnreadableDeposit:
    free = [name for name in columns() if name not in taken]
    return unreadable("colonne-inconnue", place, value=cell, suggestions=nearest_names(cell, free))
