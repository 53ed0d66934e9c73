"""The sentences that people read, in French and English: the tables of `phrases/`, one row a sentence.

Knows their form (`phrases/LISEZ-MOI.md`) and refuses a table that breaks it; who says which sentence, and when, is
known by who says it. The messages of the shapes stand in the shapes, and the labels of the vocabularies in theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Final, Literal

from ontologie.directions import closed
from ontologie.resources import read_table

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[str, ...]] = ("fr", "en")
"""The languages in which everything is said."""

Word = str | int | float | Mapping[str, str]
"""What fills a place of a sentence: one text, or one text a language."""


def sentence(table: str, code: str, lang: str, part: str = "", /, **words: object) -> str:
    """Return a sentence of a table in one language, its places filled.

    `part` is the first half of the columns' names where a row holds several sentences (`title` for `title_fr`).
    Raises KeyError where the table has no such row, or a place no word.
    """
    text = sentence_table(table)[code][f"{part}_{lang}" if part else lang]
    return text.format_map({name: in_language(word, lang) for name, word in words.items()})


def in_both(table: str, code: str, /, **words: object) -> dict[str, str]:
    """Return a sentence in both languages: {"fr": …, "en": …}. Raises KeyError, as `sentence` does."""
    return {lang: sentence(table, code, lang, **words) for lang in LANGUAGES}


def in_language(word: object, lang: str) -> object:
    """Return what a word is in one language, turning nothing of the sentence around it."""
    said = word[lang] if isinstance(word, Mapping) else word
    return closed(said) if isinstance(said, str) else said


@cache
def sentence_table(table: str) -> Mapping[str, Mapping[str, str]]:
    """Return the rows of a table by their codes.

    Raises ValueError where a code comes twice, a sentence stands in one language alone, or its places differ.
    """
    rows = read_table("phrases", f"{table}.csv")
    found = {row["code"]: row for row in rows}
    if len(found) < len(rows):
        raise ValueError(f"phrases/{table}.csv: a code comes twice")
    for code, row in found.items():
        for name, french in row.items():
            if name == "fr" or name.endswith("_fr"):
                english = row[f"{name[:-2]}en"]
                if bool(french) != bool(english) or places(french) != places(english):
                    raise ValueError(f"phrases/{table}.csv: the languages of {code} differ")
    return found


@cache
def translations(of: str) -> Mapping[str, str]:
    """Return the French of what is said in English alone: of `help` (the command line's) or of a library's errors."""
    return {row["en"]: row["fr"] for row in read_table("phrases", "traductions.csv") if row["of"] == of}


def translated(of: str, english: str) -> str | None:
    """Return in French an error of a library: `command-line`, `json`, `rdf`; None where nobody has translated it.

    The English of the table is a regular expression, whose groups fill the places of the French.
    """
    for pattern, french in _patterns(of):
        if found := pattern.fullmatch(english):
            return french.format(*found.groups())
    return None


@cache
def _patterns(of: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(english, re.DOTALL), french) for english, french in translations(of).items())


def places(text: str) -> set[str]:
    """Return the names of the places of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
