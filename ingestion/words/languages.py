"""The language of a fiche and the tags of its words: the European Union's table of languages, and BCP 47.

Knows `langues.csv`: the languages that ISO 639 gives two letters, and languages of France that have three. The tag of
any other is its three letters. `sous_etiquettes.csv` has all those that are registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ontologie import read_table

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/language/"
FRENCH: Final = AUTHORITY + "FRA"
UNDETERMINED: Final = AUTHORITY + "UND"
UNKNOWN: Final = "und"
"""The tag of words whose language is not known (BCP 47)."""

_CODE: Final = re.compile("[A-Z]{3}")


@cache
def _tags() -> Mapping[str, str]:
    return {row["code"]: row["balise"] for row in read_table("donnees", "langues.csv")}


@cache
def _codes() -> Mapping[str, str]:
    return {tag: code for code, tag in _tags().items()}


def tag_of(languages: Iterable[str]) -> str | None:
    """Return the tag of plain words in a fiche in these languages (IRIs): None where they are several, or not known.

    >>> tag_of([AUTHORITY + "ENG"]), tag_of([AUTHORITY + "GSW"]), tag_of([AUTHORITY + "FRA", AUTHORITY + "ENG"])
    ('en', 'gsw', None)
    """
    named = set(languages)
    code = next(iter(named)).removeprefix(AUTHORITY) if len(named) == 1 else ""
    return _tags().get(code, code.lower()) if _CODE.fullmatch(code) else None


def language_tag(document: Mapping[str, Any]) -> str:
    """Return the tag of the plain words of a document, as its fiche says it; French where it says nothing."""
    nodes = document.get("fiche") or []
    given = [one for node in (nodes if isinstance(nodes, list) else [nodes]) for one in _several(node.get("langue"))]
    return tag_of(given or [FRENCH]) or UNKNOWN


def _several(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]


def language_of(text: str) -> str | None:
    """Return the IRI of a language given by it, or by a tag or code of our table; None where it is none.

    Any three letters are those of some language: `oui` is Old Uighur, and is not meant.

    >>> language_of("en") == language_of("ENG") == language_of(AUTHORITY + "ENG") == AUTHORITY + "ENG"
    True
    >>> language_of("oui"), language_of(AUTHORITY + "OUI") == AUTHORITY + "OUI"
    (None, True)
    """
    if text.startswith(AUTHORITY):
        return text if _CODE.fullmatch(text.removeprefix(AUTHORITY)) else None
    code = _codes().get(text.lower(), text.upper())
    return AUTHORITY + code if code in _tags() else None


@cache
def _registered() -> frozenset[str]:
    rows = read_table("donnees", "sous_etiquettes.csv")
    return frozenset(row["debut"] + last for row in rows for last in row["fins"])


def is_registered(tag: str) -> bool:
    """Tell whether a tag is of a language of IANA's registry (BCP 47, section 3), whatever follows its first part.

    >>> is_registered("es-MX"), is_registered("arn"), is_registered("espagnol"), is_registered("x-es")
    (True, True, False, False)
    """
    return tag.partition("-")[0].lower() in _registered()


def valid_tag(written: str) -> str | None:
    """Return a language tag as the store writes it, None where it is none: JSON-LD would drop its words in silence."""
    try:
        ox.Literal("", language=written)
    except ValueError:
        return None
    return written.lower()


def texts_of(value: Any, tag: str | None = None) -> list[str]:
    """Return the texts under a key of prose, in whichever version of the context: those of one language first."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in texts_of(one, tag)]
    if "@value" in value:
        return [value["@value"]]
    return [text for language in sorted(value, key=lambda one: (one != tag, one)) for text in texts_of(value[language])]
