"""Sets of numbers as bits of one large number: to count what several sets share is an AND and a population count."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

_ONE: Final = ord("1")
_OF_DIGITS: Final = bytes.maketrans(b"01", b"\0\1")
_SOME: Final = re.compile(rb"[^\0]")


def bits_of(numbers: Iterable[int], size: int) -> int:
    """Return the set of numbers below `size` as bits."""
    digits = bytearray(b"0") * max(1, size)
    for n in numbers:
        digits[n] = _ONE
    return int(digits[::-1], 2)


def mask_of(bits: int, size: int) -> bytes:
    """Return a set of numbers below `size` as one byte for each of them, 1 where the set holds it."""
    digits = f"{bits:b}".zfill(size)[::-1]
    return digits.encode().translate(_OF_DIGITS)


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


def among(numbers: Collection[int], bits: int, size: int) -> Sequence[int]:
    """Return those numbers below `size`, each once, that a set of some of them holds, in the order given."""
    if bits.bit_count() == len(numbers):
        return numbers if isinstance(numbers, Sequence) else [*numbers]
    held = mask_of(bits, size)
    return [n for n in numbers if held[n]]
