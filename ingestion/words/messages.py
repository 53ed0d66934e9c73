"""The words said to a depositor: an issue made from a code of `ontologie/phrases/depot.csv`.

Knows how an issue is filled in, shortened and masked (law 7: no personal data in a message, nor what the record
gives in its private columns, which its places carry); when to say what is the business of the readers, the resolution
and the documents.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from ingestion.words.personal import mask_private
from ontologie import LANGUAGES, Word, in_language, sentence, sentence_table
from shapes import MASK, mask, passages
from shapes import TO_READ as TO_READ
from shapes import Issue as Issue

RECOGNISED: Final = frozenset({"depot:fiche-retrouvee", "depot:titre-change"})
"""The rules of a row that was taken for a version of a fiche by its page."""

LONGEST_VALUE: Final = 200
"""Characters of a deposited value that a report quotes at most."""

_LONGEST_QUOTE: Final = 80
_BETWEEN_WORDS: Final = str.maketrans("_.-+/\\", "      ")
"""What stands between the words of a file's name, as spaces."""

_HOSTILE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that move a terminal or turn the text around it: a report shows them by their name."""

@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a deposit; `line` and `column` count from 1, the header being line 1.

    `private` are the values of the record there that no message quotes; `in_table` says that `column` is a table's.
    """

    file: str = ""
    line: int | None = None
    column: int | None = None
    field: str | None = None
    private: tuple[str, ...] = dataclasses.field(default=(), repr=False, compare=False)
    in_table: bool = False


def issue(
    code: str,
    place: Place,
    *,
    value: str = "",
    suggestions: Sequence[str] = (),
    document: str = "",
    words: Mapping[str, Word] | None = None,
) -> Issue:
    """Make the issue of a code, its placeholders filled with `value` and `words`.

    A word is one text, or one text a language. Raises KeyError where the table has no such code, or a
    placeholder no word.
    """
    table, private = sentence_table("depot"), place.private
    row, over = table[code], table.get(f"http-{code}")
    shown = quote(value, LONGEST_VALUE, private)
    choices = [_masked(choice, private) for choice in suggestions]
    said: dict[str, dict[str, dict[str, str]]] = {"here": _texts(), "over": _texts()}
    for lang in LANGUAGES:
        filled = {name: _masked(_in(lang, word), private) for name, word in (words or {}).items()}
        filled.setdefault("value", quote(value, private=private))
        asked = choices and sentence("depot", "suggestions", lang, "message", choices=_choices(choices, lang))
        for door, told in (("here", row), ("over", over or row)):
            for part in said[door]:
                text = told[f"{part}_{lang}"].format_map(filled).strip()
                said[door][part][lang] = f"{asked} {text}".strip() if asked and part == "remedy" else text
    return Issue(
        severity=row["severity"],  # type: ignore[arg-type]  # the table's own test holds the values
        message=said["here"]["message"],
        file=place.file,
        line=place.line,
        column=place.column,
        field=quote(place.field or "", private=private),
        value=shown,
        remedy=said["here"]["remedy"],
        suggestions=tuple(choices),
        rule=f"depot:{code}",
        document=_masked(document, private),
        in_table=place.in_table,
        over_http=said["over"] if over is not None else {},
    )


def _texts() -> dict[str, dict[str, str]]:
    return {"message": {}, "remedy": {}}


def quote(value: str, most: int = _LONGEST_QUOTE, private: tuple[str, ...] = ()) -> str:
    """Return a value fit for a message: on one line, shortened to `most` characters, personal data masked."""
    # Masked before it is cut: half an address would no longer look like one.
    text = _shown(value[: 4 * LONGEST_VALUE], private)
    return text if len(text) <= most and len(value) <= 4 * LONGEST_VALUE else text[: most - 1] + "…"


@lru_cache(maxsize=10_000)
def _shown(value: str, private: tuple[str, ...]) -> str:
    return _HOSTILE.sub(_named, _masked(" ".join(value.split()), private))


def listed(names: Sequence[Mapping[str, str]], most: int) -> dict[str, str]:
    """Return names, said in each language, one after the other; beyond `most`, that there are more."""
    more = ["…"] if len(names) > most else []
    return {lang: ", ".join([name[lang] for name in names[:most]] + more) for lang in LANGUAGES}


def shown_name(path: str | Path) -> str:
    """Return the name of a file as it is said: a person's masked; what is no text or moves a terminal, by its name."""
    folder, slash, name = str(path).encode(errors="replace").decode().rpartition("/")
    spaced = name.translate(_BETWEEN_WORDS)  # a name in "Projets_Marie_Dupont.xlsx"
    found = {(one.end, one.start) for one in (*passages(name), *passages(spaced))}
    kept = len(name)
    for end, start in sorted(found, reverse=True):
        if start < kept:
            name, kept = name[:start] + MASK + name[min(end, kept) :], start
    return _HOSTILE.sub(_named, f"{folder}{slash}{name}")


def _named(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


def _in(lang: str, word: Word) -> str:
    text = str(in_language(word, lang))
    return text if len(text) <= 4 * LONGEST_VALUE else quote(text, LONGEST_VALUE)


@lru_cache(maxsize=1_000)
def _masked(text: str, private: tuple[str, ...] = ()) -> str:
    # A name half masked already would not be known for the depositor's.
    return mask(mask_private(text, private))


def _choices(suggestions: Sequence[str], lang: str) -> str:
    opening, closing = ("« ", " »") if lang == "fr" else ("“", "”")
    *others, last = [f"{opening}{choice}{closing}" for choice in suggestions]
    return f"{', '.join(others)} {'ou' if lang == 'fr' else 'or'} {last}" if others else last
