"""Reads the values that are neither labels nor dates: numbers, yes or no, addresses, UAI codes.

Each function returns the canonical form, or None where the text is not certainly one.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from ontologie import fold_label

UNUSABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that RDF/XML or UTF-8 cannot carry (XML 1.0, production 2)."""

_WORDS: Final = {
    **dict.fromkeys(("oui", "yes", "vrai", "true", "1", "o", "y"), "true"),
    **dict.fromkeys(("non", "no", "faux", "false", "0", "n"), "false"),
}
_UAI: Final = re.compile(r"(\d{7})([A-Z])")
_UAI_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


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
