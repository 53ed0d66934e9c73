"""Reads the values that are no label: dates, numbers, yes or no, addresses, UAI codes, identifiers.

Each function returns the canonical form, or None where the text is not certainly one.
"""

from __future__ import annotations

import datetime
import re
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from ontologie import fold_label

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""An external identifier (docs/decisions/iris-and-graphs.md)."""

UNUSABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that RDF/XML or UTF-8 cannot carry (XML 1.0, production 2)."""

_YEAR: Final = r"((?:19|20|21)\d\d)"
_DAY: Final = re.compile(rf"{_YEAR}-(\d\d)-(\d\d)")
_FRENCH_DAY: Final = re.compile(rf"(\d\d?)[/.](\d\d?)[/.]{_YEAR}")
_MONTH: Final = re.compile(rf"{_YEAR}-(0[1-9]|1[0-2])")
_ONE_YEAR: Final = re.compile(_YEAR)
_SCHOOL_YEAR: Final = re.compile(rf"{_YEAR}\s?[-/–]\s?{_YEAR}")
_WORDS: Final = {
    **dict.fromkeys(("oui", "yes", "vrai", "true", "1", "o", "y"), "true"),
    **dict.fromkeys(("non", "no", "faux", "false", "0", "n"), "false"),
}
_UAI: Final = re.compile(r"(\d{7})([A-Z])")
_UAI_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


def read_date(text: str) -> tuple[str, str] | None:
    """Return (key of the document, canonical value): a day, a month, a year or a school year by its form.

    A day may be written the French way (26/03/2025). A school year is two years that follow each other.
    """
    if match := _SCHOOL_YEAR.fullmatch(text):
        first, second = match.groups()
        return ("anneeScolaire", f"{first}-{second}") if int(second) == int(first) + 1 else None
    if match := _DAY.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _FRENCH_DAY.fullmatch(text):
        return _day(match[3], match[2], match[1])
    if _MONTH.fullmatch(text):
        return "dateMois", text
    return ("dateAnnee", text) if _ONE_YEAR.fullmatch(text) else None


def _day(year: str, month: str, day: str) -> tuple[str, str] | None:
    try:
        return "date", datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def read_integer(text: str) -> str | None:
    """Return a whole number without leading zeros."""
    return str(int(text)) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def read_boolean(text: str) -> str | None:
    """Return `true` or `false`."""
    return _WORDS.get(fold_label(text))


def read_address(text: str) -> str | None:
    """Return a web address that is a valid IRI (RFC 3987) with a host."""
    if not text.startswith(("http://", "https://")):
        return None
    try:
        ox.NamedNode(text)
        host = urlsplit(text).hostname
    except ValueError:
        return None
    return text if host else None


def read_uai(text: str) -> str | None:
    """Return a UAI code whose check letter is right."""
    code = text.replace(" ", "").upper()
    return code if (match := _UAI.fullmatch(code)) and match[2] == check_letter(match[1]) else None


def check_letter(digits: str) -> str:
    """Return the letter of a UAI code: that of rank (number mod 23) among 23 letters."""
    return _UAI_LETTERS[int(digits) % 23]
