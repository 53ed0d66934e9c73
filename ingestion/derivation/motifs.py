"""The little language in which indication rules say which words they look for, and the folding of texts.

A motif is a list of phrases separated by `|`, in folded form (lower case, no accents). In a phrase:
a word stands for itself, `word*` for any ending, `a/b` for either, `...` for up to four words, `ia` for
"IA" and "intelligence artificielle", `^` and `$` for the start and the end of the item, `@` for the words that
the rule itself looks for, and `%name` alone for the phrases of `ontologie/donnees/tournures_indices.csv`. Words
are whole words, and no phrase runs over the end of a sentence. Knows nothing of rules, fields or principles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ontologie import read_table

NOTHING: Final = re.compile(r"(?!)")
"""What an empty motif compiles to: it matches nothing."""

SAYS_AI: Final = r"(?:ias?|intelligences?[ -]artificielles?)"
"""What `ia` stands for, in folded text."""

_WORD: Final = re.compile(r"\w")
_GAP: Final = r"[^\w.;:!?]{1,3}"
_SOME_WORDS: Final = rf"(?:{_GAP}\w+){{0,4}}?"
_START: Final = r"\A"
_END: Final = r"(?=[^\w\0]*\Z)"


def compile_motif(motif: str, own: str = "") -> re.Pattern[str]:
    """Return the regular expression of a motif (see the module), which matches nothing where it is empty.

    `own` is the expression that `@` stands for. Raises ValueError where a word is not folded or `@` stands for nothing.
    """
    phrases = [_phrase(phrase, own) for phrase in _phrases(motif)]
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b") if phrases else NOTHING


def alternatives(motif: re.Pattern[str]) -> str:
    """Return the expression of a compiled motif as a part of another."""
    return motif.pattern.removeprefix(r"\b").removesuffix(r"\b")


def _phrases(motif: str) -> list[str]:
    """Return the phrases of a motif, those of named turns of phrase among them."""
    found = []
    for phrase in filter(None, map(str.strip, motif.split("|"))):
        found += _turns()[phrase[1:]] if phrase.startswith("%") else [phrase]
    return found


@cache
def _turns() -> dict[str, list[str]]:
    return {row["id"]: row["motif"].split("|") for row in read_table("donnees", "tournures_indices.csv")}


def _phrase(phrase: str, own: str) -> str:
    written = ""
    for token in phrase.split():
        if token == "...":
            written += _SOME_WORDS
        elif token == "^":
            written += _START
        elif token == "$":
            written += _END
        else:
            words = [own if word == "@" else _word(word) for word in token.split("/")]
            if not all(words):
                raise ValueError(f"{phrase!r}: no words for @ to stand for")
            gap = _GAP if written not in ("", _START) else ""
            written += gap + (words[0] if len(words) == 1 else f"(?:{'|'.join(words)})")
    return written


def _word(word: str) -> str:
    stem = word.removesuffix("*")
    if not re.fullmatch(r"[a-z0-9]+", stem):
        raise ValueError(f"a motif is made of folded words, not {word!r}")
    return SAYS_AI if word == "ia" else stem + (r"\w*" if word.endswith("*") else "")


@dataclass(frozen=True)
class Folded:
    """A text without case and accents, and where each of its characters comes from."""

    text: str
    source: str
    origins: Sequence[int] | None = None
    """For each folded character the index of its source; None where they go one to one."""

    def first_word(self) -> int:
        """Return where the first word of the folded text starts: what stands before it starts no item."""
        found = _WORD.search(self.text)
        return found.start() if found else len(self.text)

    def original(self, start: int, end: int) -> str:
        """Return the source's own characters behind a span of the folded text."""
        if self.origins is None or start >= end:
            return self.source[start:end]
        last = self.origins[end - 1] + 1
        while last < len(self.source) and unicodedata.combining(self.source[last]):
            last += 1
        return self.source[self.origins[start] : last]


def fold(text: str) -> Folded:
    """Return a text without case and accents; ligatures are spelt out (œ → oe)."""
    if _LONGER.search(text) is None:
        return Folded(text.translate(_ONE_TO_ONE), text)
    pieces = [(_folded_character(character), index) for index, character in enumerate(text)]
    origins = [index for piece, index in pieces for _ in piece]
    return Folded("".join(piece for piece, _ in pieces), text, origins)


def _folded_character(character: str) -> str:
    spelt = _LIGATURES.get(character, character)
    bare = (c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))
    return "".join(bare).lower()


_LIGATURES: Final = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
# Latin letters, those of Vietnamese and of transcriptions included: what French text is made of.
_LATIN: Final = (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_ONE_TO_ONE: Final = {c: f for c in _LATIN if len(f := _folded_character(chr(c))) == 1}
# Everything else but plain punctuation takes the slow way, where one character may give none or several.
_LONGER: Final = re.compile(
    "[^\x00-\x7f\u00a0-\u00bf\u2010-\u2027\u202f\u20ac" + "".join(map(chr, _ONE_TO_ONE)).replace("[", r"\[") + "]"
)
