"""Opens files given by people: regular ones only, and never more bytes of them than a bound.

A pipe, a device or a socket would never end, or make the one who opens it wait; a size that the system tells may be
that of another moment (a file that grows) or no size at all (`/proc`).
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from ontologie.reasons import system_reason
from ontologie.sentences import LANGUAGES, in_both
from ontologie.untrusted.refusal import Refused

MEGABYTE: Final = 1_000_000
_PIECE: Final = 1 << 20
_KINDS: Final = (
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


def open_file(path: Path, most: int) -> BinaryIO:
    """Open a regular file to be read once, of `most` megabytes at most; the caller closes it.

    Raises Refused where it cannot be opened, is not regular or is larger; `read` does where it has grown since.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:  # ValueError: a name that the system cannot have
        if isinstance(error, OSError) and path.is_socket():  # the one kind that does not open
            raise _special(path.stat().st_mode) from error
        raise _unread(error) from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise _special(found.st_mode)
    if found.st_size > most * MEGABYTE:
        os.close(descriptor)
        raise _too_large(found.st_size, most)
    return io.BufferedReader(_Bounded(descriptor, most), _PIECE)


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file, of `most` megabytes at most. Raises Refused, as `open_file` does."""
    with open_file(path, most) as opened:
        return opened.read()


class _Bounded(io.RawIOBase):
    """A descriptor that gives no more than a bound, and refuses the rest."""

    def __init__(self, descriptor: int, most: int) -> None:
        self._descriptor, self._most, self._given = descriptor, most, 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            count = os.readv(self._descriptor, [buffer])
        except OSError as error:
            raise _unread(error) from error
        self._given += count
        if self._given > self._most * MEGABYTE:
            raise _too_large(self._given, self._most)
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _unread(error: Exception) -> Refused:
    return Refused("fichier-illisible", {"detail": {lang: system_reason(error, lang) for lang in LANGUAGES}})


def _special(mode: int) -> Refused:
    what = next((what for test, what in _KINDS if test(mode)), "other")
    return Refused("fichier-special", {"what": in_both("contenus", what)})


def _too_large(size: int, most: int) -> Refused:
    return Refused("fichier-trop-gros", {"size": str(-(-size // MEGABYTE)), "most": str(most)})
