"""The identifier of a row that gives none: a hash of what tells projects apart, never words of it.

Knows what that is; that a row is a fiche which has an identifier already is the examination's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ingestion.reading.records import Value
from ingestion.words.columns import LIST
from ingestion.words.identifiers import MADE, digits
from ontologie import fold_text

PLACE: Final = ("uai", "etablissement", "commune")
"""Columns that say where a project took place."""


def made(values: Mapping[str, Value], academie: str | None) -> str:
    """Return the identifier of a row: of its académie, title, place and page."""
    title, page = (_text(values.get(name, "")) for name in ("titre", "url_source"))
    place = "\x1e".join(fold_text(_text(values.get(name, ""))) for name in PLACE)
    return MADE + digits(academie or "", fold_text(title), place, page)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else LIST.join(value)
