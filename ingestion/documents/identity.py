"""The external identifier of a row: as it was given, with every character kept, or made where there is none.

Knows how an identifier is spelt and what a made one is a hash of; that a row is a fiche which has one already is the
examination's business.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

from ingestion.documents.values import IDENTIFIER
from ingestion.reading.records import Value
from ingestion.words.columns import LIST
from ontologie import fold_text

MADE: Final = "r-"
"""What a made identifier starts with."""

_DIGITS: Final = 10
PLACE: Final = ("uai", "etablissement", "commune")
"""Columns that say where a project took place."""

_TAKEN: Final = re.compile(r"[A-Za-z0-9_-]|\.(?![0-9a-fA-F]{2})")


def spelt(external: str, academie: str | None) -> str:
    """Return a deposited identifier in the characters that identifiers take, one to one.

    What they do not take, and a dot that would look like it, becomes `.xx` for each byte of its UTF-8. One that is then
    too long, or starts otherwise than an identifier may, becomes a hash of itself.

    >>> spelt("LYO/2024 7", "10"), spelt("v2.0", "10"), spelt("a.2fb", "10")
    ('LYO.2f2024.207', 'v2.0', 'a.2e2fb')
    """
    kept = "".join(
        char if _TAKEN.match(external, place) else "".join(f".{byte:02x}" for byte in char.encode())
        for place, char in enumerate(external)
    )
    return kept if IDENTIFIER.fullmatch(kept) else MADE + _digits(academie or "", external)


def made(values: Mapping[str, Value], academie: str | None) -> str:
    """Return the identifier of a row that gives none: of its académie, title, place and page, never words of it."""
    title, page = (_text(values.get(name, "")) for name in ("titre", "url_source"))
    place = "\x1e".join(fold_text(_text(values.get(name, ""))) for name in PLACE)
    return MADE + _digits(academie or "", fold_text(title), place, page)


def _digits(*content: str) -> str:
    """Return ten base-32 digits, in lower case, of a hash."""
    digest = hashlib.sha256("\x1f".join(content).encode()).digest()
    return base64.b32encode(digest)[:_DIGITS].decode().lower()


def _text(value: Value) -> str:
    return value if isinstance(value, str) else LIST.join(value)
