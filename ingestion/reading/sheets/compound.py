"""Takes one stream out of a compound file, where old workbooks are ([MS-CFB] 2): sectors in chains, a folder of names.

Every chain is bounded by the file's own size: it is hostile.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final

_END: Final = 0xFFFFFFFA
"""From this number on, a sector is none."""

_ENTRY: Final = 128
_ROOT: Final = 5


def stream_of(data: bytes, names: Sequence[str]) -> bytes:
    """Return the first stream of one of these names. Raises LookupError, ValueError and struct.error."""
    file = _Compound(data)
    for name in names:
        if name in file.entries:
            return file.content(*file.entries[name])
    raise LookupError(names)


class _Compound:
    """A compound file: its chains of sectors, and where each entry of its folder starts."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, small_shift = struct.unpack_from("<2H", data, 30)
        if not 7 <= shift <= 16 or not 4 <= small_shift <= shift:
            raise ValueError("no compound file")
        self._size, self._small_size = 1 << shift, 1 << small_shift
        folder, self._cutoff = struct.unpack_from("<I4xI", data, 48)
        (first_small,) = struct.unpack_from("<I", data, 60)
        self._next = self._table()
        self._next_small = self._numbers(self._chained(first_small))
        self.entries: dict[str, tuple[int, int]] = {}
        self._small = b""
        whole = self._chained(folder)
        for start in range(0, len(whole) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", whole, start + 64)
            first, size = struct.unpack_from("<2I", whole, start + 116)
            if kind == _ROOT:
                self._small = self._chained(first)[:size]
            name = whole[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            self.entries.setdefault(name, (first, size))

    def content(self, first: int, size: int) -> bytes:
        """Return the bytes of an entry; what is short lies in small sectors of their own."""
        if size >= self._cutoff:
            return self._chained(first)[:size]
        parts = (self._small[one * self._small_size :][: self._small_size] for one in _chain(first, self._next_small))
        return b"".join(parts)[:size]

    def _chained(self, first: int) -> bytes:
        return b"".join(self._sector(one) for one in _chain(first, self._next))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _table(self) -> list[int]:
        """Return the sector that follows each; the table's own sectors are listed in the head, then in a chain."""
        listed = list(struct.unpack_from("<109I", self._data, 76))
        (more,) = struct.unpack_from("<I", self._data, 68)
        most = len(self._data) // self._size + 1
        while more < _END and len(listed) <= most:
            *further, more = self._numbers(self._sector(more))
            listed += further
        return self._numbers(b"".join(self._sector(one) for one in listed[:most] if one < _END))

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _chain(first: int, following: Sequence[int]) -> Iterator[int]:
    """Yield the sectors of a chain; one that goes round is cut."""
    for _ in range(len(following)):
        if first >= len(following):
            return
        yield first
        first = following[first]
