"""Sets of numbers as bits of one large number: to count what several sets share is an AND and a population count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_SOME: Final = re.compile(rb"[^\0]")


def bits_of(numbers: Iterable[int], size: int) -> int:
    """Return the set of numbers below `size` as bits."""
    held = bytearray(size // 8 + 1)
    for n in numbers:
        held[n >> 3] |= 1 << (n & 7)
    return int.from_bytes(held, "little")


def bytes_of(bits: int) -> bytes:
    """Return a set as bytes, the lowest numbers first."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def numbers_in(bits: int) -> Iterator[int]:
    """Yield the numbers that a set holds, the lowest first."""
    held = bytes_of(bits)
    for found in _SOME.finditer(held):
        at = found.start()
        yield from (at << 3 | bit for bit in range(8) if held[at] >> bit & 1)


def union(sets: Iterable[int]) -> int:
    """Return the numbers that are in one of some sets."""
    found = 0
    for bits in sets:
        found |= bits
    return found


def among(numbers: Sequence[int], bits: int, size: int) -> Sequence[int]:
    """Return those numbers below `size`, each once, that a set of some of them holds, in the order given."""
    if bits.bit_count() == len(numbers):
        return numbers
    held = bits.to_bytes(size // 8 + 1, "little")
    return [n for n in numbers if held[n >> 3] >> (n & 7) & 1]
