"""The bytes of an answer, whole before anyone reads them. Knows memory and files; not what they say."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from typing import Final

CHUNK: Final = 64 << 10


class Body:
    """The bytes of an answer, complete before anyone reads: in memory, or in an unlinked file.

    Any number of readers may read at once; the file goes with the last reference.
    """

    def __init__(
        self,
        data: bytes | None = None,
        *,
        file: int | None = None,
        size: int = 0,
        gone: Callable[[], None] = lambda: None,
    ) -> None:
        self._data = data
        self._file = file
        self.size = size if data is None else len(data)
        if file is not None:
            weakref.finalize(self, _release, file, gone)

    @property
    def on_disk(self) -> bool:
        """Whether the bytes are in a file."""
        return self._file is not None

    def read(self) -> bytes:
        """Return all the bytes."""
        return self._data if self._data is not None else b"".join(self.chunks())

    def at(self, offset: int, count: int = CHUNK) -> bytes:
        """Return up to `count` bytes from an offset, none at the end."""
        if self._data is not None:
            return self._data[offset : offset + count]
        assert self._file is not None
        return os.pread(self._file, count, offset)

    def chunks(self, count: int = CHUNK) -> Iterator[bytes]:
        """Yield the bytes in pieces; raises OSError where the file ends before its size."""
        for offset in range(0, self.size, count):
            data = self.at(offset, count)
            if len(data) != min(count, self.size - offset):
                raise OSError("a spooled answer is shorter than it was")
            yield data


def _release(file: int, gone: Callable[[], None]) -> None:
    os.close(file)
    gone()
