"""Says why the system refused to read or write, in French and English: never nothing, whatever raised the error.

Knows the errors of `phrases/systeme.csv` by their POSIX names, also where a library gives their English text
alone (RocksDB, SQLite).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Final

from ontologie.sentences import sentence, sentence_table

FULL: Final = frozenset({"ENOSPC", "EDQUOT", "EFBIG"})
"""The errors that mean: no more room."""

_WORDS: Final = {"database or disk is full": "ENOSPC", "disk I/O error": "EIO", "readonly database": "EROFS"}
"""What SQLite says where the system said something else (https://www.sqlite.org/rescode.html)."""


_NO_ROOM_FOR_MEMORY: Final = "SQLITE_IOERR_SHMSIZE"
"""SQLite could not make its shared memory longer, for want of room (https://www.sqlite.org/rescode.html)."""


def system_error(error: BaseException) -> str:
    """Return the POSIX name of the error behind an exception: `ENOSPC`; "" where none can be told."""
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number in errno.errorcode:
        return errno.errorcode[number]
    if getattr(getattr(error, "orig", error), "sqlite_errorname", "") == _NO_ROOM_FOR_MEMORY:
        return "ENOSPC"
    text = str(error)
    named = next((name for words, name in _WORDS.items() if words in text), "")
    return named or next((name for name in _known() if os.strerror(getattr(errno, name)) in text), "")


def system_reason(error: BaseException, lang: str) -> str:
    """Return why the system refused, in one language; never empty."""
    name = system_error(error)
    if name in sentence_table("systeme"):
        return sentence("systeme", name, lang)
    return sentence("systeme", "other", lang, name=name or type(error).__name__)


def _known() -> Iterator[str]:
    return (name for name in sentence_table("systeme") if name.startswith("E"))
