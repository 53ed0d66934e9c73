"""The words of the pages, in French and English, and how each language writes numbers and dates.

Knows the texts of `ontologie/phrases/pages.csv`; which language a reader wants, `formats.negotiation.language` reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from ontologie import fold_text, sentence, sentence_table

DATE: Final = re.compile(r"(-?\d{4,})(?:-(\d\d))?(?:-(\d\d))?(?:T.*|Z|[+-]\d\d:\d\d)?")
SPACE: Final = re.compile(r"( )(?=[;!?])| (?=[:»])|(?<=«) ")
"""A space beside a mark; those that French makes narrow are the group."""
MONTHS: Final = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip


def message(key: str, language: str, **values: object) -> str:
    """Return the text of a key with its {placeholders} filled; KeyError where the key is unknown.

    With a number `n`, where they exist, `key.none` is taken for 0, and `key.one` for 0 and 1 in French, 1 in English.
    """
    return filled(key, language, values) if values else plain(key, language)


@cache
def plain(key: str, language: str) -> str:
    """Return the text of a key that has no places to fill; KeyError where the key is unknown."""
    return filled(key, language, {})


def filled(key: str, language: str, values: Mapping[str, object]) -> str:
    """Return the text of a key in its form for the number `n` where there is one, its places filled."""
    texts = sentence_table("pages")
    count = values.get("n")
    if isinstance(count, int):
        single = count < 2 if language == "fr" else count == 1
        if count == 0 and f"{key}.none" in texts:
            key += ".none"
        elif single and f"{key}.one" in texts:
            key += ".one"
        elif f"{key}.many" in texts:
            key += ".many"
    shown = {name: number(v, language) if isinstance(v, int) else v for name, v in values.items()}
    return spaced(sentence("pages", key, language, **shown), language)


def number(value: int, language: str) -> str:
    """Return a whole number with its thousands set apart: `12 345` (narrow no-break space), `12,345`."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", "\u202f")


def spaced(text: str, language: str) -> str:
    """Return a text of ours with the no-break spaces that French puts before `: ; ! ? »` and after `«`."""
    if language != "fr":
        return text
    return SPACE.sub(lambda found: "\u202f" if found[1] else "\u00a0", text)


def decimal(text: str, language: str) -> str:
    """Return a decimal number with the mark of its language: `0,45`, `0.45`."""
    return text.replace(".", ",") if language == "fr" else text


def date(text: str, language: str) -> str:
    """Return an xsd:date, gYearMonth, gYear or dateTime in words; the text itself where it is none."""
    match = DATE.fullmatch(text)
    if not match:
        return text
    year, month, day = match.groups()
    if not month or not 1 <= int(month) <= 12:
        return year
    name = MONTHS[language][int(month) - 1]
    if not day:
        return f"{name} {year}"
    first = "1er" if language == "fr" and int(day) == 1 else str(int(day))
    return f"{first} {name} {year}"


def collation(text: str) -> tuple[tuple[int, int | str], ...]:
    """Return a key that sorts texts as people do: without accents or case, numbers by their value."""
    parts = re.split(r"(\d{1,18})", fold_text(text))
    return tuple((0, int(part)) if part.isascii() and part.isdigit() else (1, part) for part in parts if part)
