"""Folds a text to the one that its reader sees, so that no disguise of a character hides what it says.

Knows compatibility forms (NFKC), characters without a shape, letters of another alphabet that look like ours, digits of
other scripts, and what addresses and HTML write by codes. Where each folded character stood is kept.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_MOST_LAYERS: Final = 4
"""How many times over a text is decoded: `%2540` is `%40` is `@`."""

_ALIKE: Final = str.maketrans(
    "’‘ʼ′＇«»“”‐‑‒–—−·•∙⋅。｡․ \u202f\t"
    "АВСЕНІЈКМОРЅТХУаеорсухіјѕһԁɡɩΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναρ",
    "'''''\"\"\"\"------.......   "
    "ABCEHIJKMOPSTXYaeopcyxijshdgiABEZHIKMNOPTYXovap",
)
"""What looks like one of our characters, one for one."""

_SHAPELESS: Final = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xE0000, 0xE0FFF)),
)
_INVISIBLE: Final = frozenset(chr(code) for first, last in _SHAPELESS for code in range(first, last + 1))

_UNUSUAL: Final = re.compile(r"[^\x00-\x24\x27-\x5b\x5d-\x7e\u00c0-\u024f]")
"""A character that folding may change: all others stay as they are, and most texts have none."""

_CODE: Final = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});|\\u[0-9A-Fa-f]{4}"
)
"""What an address, HTML or a program writes for a character; of an address a whole run, some letters taking several."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A folded text; `starts` gives where each of its characters stood, and the end, None where nothing moved."""

    text: str
    starts: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the folded text stands in the text as it was."""
        return (start, end) if self.starts is None else (self.starts[start], self.starts[end])


def fold(text: str) -> PlainText:
    """Return the text as it is read.

    >>> fold("jean％40exemple。fr").text, fold("06\u200b12").text
    ('jean@exemple.fr', '0612')
    """
    folded = PlainText(text)
    for _ in range(_MOST_LAYERS):
        before, folded = folded, _layer(folded)
        if before.text == folded.text:
            break
    return folded


def _layer(folded: PlainText) -> PlainText:
    """Return a text with each of its pieces folded once."""
    text, taken = folded.text, 0
    parts: list[str] = []
    starts: list[int] = []
    found = _UNUSUAL.search(text)
    while found is not None:
        at, end = found.span()
        if (code := _CODE.match(text, at)) is not None:
            end = code.end()
        elif unicodedata.combining(text[at]) and at > taken:
            at -= 1
        read = _read(text[at:end])
        parts += (text[taken:at], read)
        starts += range(taken, at)
        starts += [at] * len(read)
        taken = end
        found = _UNUSUAL.search(text, end)
    if not parts:
        return folded
    parts.append(text[taken:])
    starts += range(taken, len(text) + 1)
    if folded.starts is not None:
        starts = [folded.starts[start] for start in starts]
    return PlainText("".join(parts), starts)


def _read(piece: str) -> str:
    """Return what a piece shows."""
    if len(piece) > 2 and piece[0] == "%":
        return unquote(piece, errors="replace")
    if len(piece) > 2 and piece[0] == "&":
        return html.unescape(piece)
    if len(piece) > 2 and piece[0] == "\\":
        return chr(int(piece[2:], 16))
    if piece in _INVISIBLE:
        return ""
    shown = unicodedata.normalize("NFKC", piece).translate(_ALIKE)
    return "".join(str(unicodedata.decimal(character, character)) for character in shown)
