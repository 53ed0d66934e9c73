"""JSON with places: a decoder that loses nothing, and the position of any key in the text.

The standard decoder does the reading; a position is looked for only when something is to be said of it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from ingestion.records import Path

SPACE: Final = re.compile(r"[ \t\n\r]*")


class Members(dict[str, Any]):
    """A JSON object; `repeated` holds the keys that it gives twice, which a dictionary would lose."""

    repeated: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> Members:
        """Make the object of its pairs; of a repeated key the last value stands."""
        members = cls(pairs)
        if len(members) != len(pairs):
            counted = Counter(key for key, _ in pairs)
            members.repeated = tuple(key for key, count in counted.items() if count > 1)
        return members


class Number(str):
    """A JSON number as it is written: documents hold none, so it is never computed with."""

    __slots__ = ()


DECODER: Final = json.JSONDecoder(
    object_pairs_hook=Members.of, parse_int=Number, parse_float=Number, parse_constant=Number
)


@dataclass(frozen=True, slots=True)
class JsonSource:
    """One object of a JSON text, which starts at an offset; `line` is its line, `opening` where that line starts."""

    text: str
    start: int
    line: int = 1
    opening: int = 0

    def within(self, text: str) -> JsonSource:
        """Return the same place in another copy of the text."""
        return replace(self, text=text)

    def locate(self, path: Path, *, last: bool = False) -> tuple[int, int]:
        """Return (line, column) of a key or of an item, from 1."""
        offset = self.offset(path, last=last)
        # From the object on: what comes before was counted once for all.
        opening = max(self.opening, self.text.rfind("\n", self.start, offset) + 1)
        return self.line + self.text.count("\n", self.start, offset), offset - opening + 1

    def offset(self, path: Path, *, last: bool = False) -> int:
        """Return the offset of a key or of an item; of the nearest object around it where it is not there."""
        return self._find(path, last)[0]

    def value_offset(self, path: Path) -> int:
        """Return the offset of the value of a key or of an item."""
        return self._find(path, False)[1]

    def _find(self, path: Path, last: bool) -> tuple[int, int]:
        named = value = self.start
        for part in path:
            found = self._member(value, part, last) if isinstance(part, str) else self._item(value, part)
            if found is None:
                break
            named, value = found
        return named, value

    def _member(self, opening: int, key: str, last: bool) -> tuple[int, int] | None:
        """Return the offsets of a key and of its value in the object that opens here."""
        return _members(self.text, opening)[last].get(key)

    def _item(self, opening: int, index: int) -> tuple[int, int] | None:
        """Return the offset of an item, twice, in the list that opens here."""
        if not self.text.startswith("[", opening):
            # A single value may stand for a list of one.
            return (opening, opening) if index == 0 else None
        position = _skip(self.text, opening + 1)
        for _ in range(index):
            position = _after(self.text, position)
        return position, position


Offsets = dict[str, tuple[int, int]]


@lru_cache(maxsize=4)
def _members(text: str, opening: int) -> tuple[Offsets, Offsets]:
    """Return the offsets of each key and of its value in the object that opens here: first and last occurrences."""
    first: Offsets = {}
    final: Offsets = {}
    position = _skip(text, opening + 1)
    while text.startswith("{", opening) and text.startswith('"', position):
        name, end = DECODER.raw_decode(text, position)
        value = _skip(text, _skip(text, end) + 1)
        first.setdefault(name, (position, value))
        final[name] = position, value
        position = _after(text, value)
    return first, final


def _after(text: str, value: int) -> int:
    """Return where the next member starts, behind a value and its comma."""
    _, end = DECODER.raw_decode(text, value)
    end = _skip(text, end)
    return _skip(text, end + 1) if text.startswith(",", end) else end


def _skip(text: str, position: int) -> int:
    found = SPACE.match(text, position)
    return found.end() if found else position



def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, both from 1; a line ends at "\\n" alone."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
