"""Recognises texts whose encoding only looks right, by the marks that reading them wrong leaves in French words.

Knows how accents look in words: a sign between letters, or a capital after a small letter, is none. Guesses nothing
that the words do not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

SINGLE_BYTE: Final = (
    ("cp1252", "Windows-1252"),
    ("iso8859-15", "ISO-8859-15"),
    ("cp850", "CP850"),
    ("mac-roman", "MacRoman"),
)
"""The encodings of one byte a letter that French files come in, the usual one first."""

_WORD: Final = re.compile(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*")
_MOST_WORDS: Final = 5_000
_FEWEST: Final = 0.8
"""Share of words that must look right for an encoding to be taken against the usual one."""

_TWICE: Final = re.compile(
    "[\u00c2\u00c3\u00c5][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|\u00e2\u20ac."
)
"""What two bytes of UTF-8 are where each was taken for a letter: Ã©, Ã¨, Â«, Å“, â€™."""

_SIGNS: Final = frozenset("'’-–—…«»\"“”‘\u00a0°€·•²³½¼¾")
"""Signs that stand at the edge of a word of a right text."""

_FRENCH: Final = frozenset("àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ")
"""The letters by which an unusual encoding shows itself; the usual one may have any."""

_WHOLE: Final = frozenset("«»…–—’°€·•²³")


def likeliest(data: bytes) -> tuple[str, str] | None:
    """Return the codec and the name of the encoding of a text of one byte a letter; None where no words show it."""
    words = _words(data)
    if not words:
        return SINGLE_BYTE[0]
    right = {codec: _share(words, codec) for codec, _ in SINGLE_BYTE}
    usual = right["cp1252"]
    best = max(SINGLE_BYTE, key=lambda one: right[one[0]])
    if right[best[0]] <= usual:
        return SINGLE_BYTE[0] if usual >= 1 - _FEWEST or not _doubtful(words, "cp1252") else None
    return best if right[best[0]] >= _FEWEST else SINGLE_BYTE[0] if usual > 0.5 else None


def doubtful_words(data: bytes, codec: str = "cp1252", most: int = 3) -> list[str]:
    """Return some words that do not look right in an encoding."""
    return _doubtful(_words(data), codec)[:most]


def read_twice(text: str) -> tuple[str | None, list[str]]:
    """Return a text that was made UTF-8 twice as it was, None where it cannot be had, and the words that show it.

    No words: it was not, or these are too few among words that look right.
    """
    marked = list(dict.fromkeys(word for word in re.findall(r"\S*\S", text[: 1 << 22]) if _TWICE.search(word)))
    if not marked:
        return text, []
    words = re.findall(r"\w*[^\W\x00-\x7f]\w*", text[: 1 << 22])
    accented = sum(1 for word in words if not _FRENCH.isdisjoint(word) and not _TWICE.search(word))
    try:
        once = b"".join(_bytes_of(text)).decode()
    except UnicodeError:
        return (None if len(marked) > accented else text), marked[:3]
    return once, marked[:3]


def _bytes_of(text: str) -> Iterator[bytes]:
    """Yield the bytes that were taken for characters of Windows-1252, which has none at five places."""
    try:
        yield text.encode("cp1252")
    except UnicodeEncodeError:
        yield from (_byte_of(character) for character in text)


@lru_cache(maxsize=512)
def _byte_of(character: str) -> bytes:
    return character.encode("latin-1" if "\x80" <= character <= "\x9f" else "cp1252")


def _words(data: bytes) -> list[bytes]:
    return list(dict.fromkeys(found[0] for found, _ in zip(_WORD.finditer(data), range(_MOST_WORDS), strict=False)))


def _share(words: list[bytes], codec: str) -> float:
    return sum(1 for word in words if _looks_right(word, codec)) / len(words)


def _doubtful(words: list[bytes], codec: str) -> list[str]:
    return [word.decode(codec, "replace") for word in words if not _looks_right(word, codec)]


def _looks_right(word: bytes, codec: str) -> bool:
    """Tell whether a word decoded so has letters where words have them, signs at its edges, capitals at its start."""
    try:
        text = word.decode(codec)
    except UnicodeDecodeError:
        return False
    if not any(map(str.isalpha, text)):
        return all(character in _WHOLE or character in _SIGNS for character in text)
    inside = text.strip("".join(_SIGNS))
    for before, character in zip(" " + inside, inside, strict=False):
        if character in "'’-·" or character.isascii():
            continue
        if not character.isalpha() or (character.isupper() and before.islower()):
            return False
        if codec != SINGLE_BYTE[0][0] and character not in _FRENCH:
            return False
    return True
