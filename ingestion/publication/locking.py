"""One publisher at a time: a lock on the state folder that the kernel takes back from whoever is killed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingestion.words.errors import IngestionError

_LOCKS: Final = Path("/proc/locks")
_WAL_WRITER: Final = "120"
"""The byte of SQLite's `-shm` file that its one writer locks (https://www.sqlite.org/walformat.html, §2.3.1)."""


@dataclass(frozen=True)
class Holder:
    """The process that holds a lock."""

    pid: int
    command: str
    """Its program and first words, without what may be private in the rest."""


class PublicationBusy(IngestionError):
    """Another publisher is at work on the same state; `holder` is who, where the kernel says so."""

    def __init__(self, holder: Holder | None = None) -> None:
        super().__init__("another publication is under way")
        self.holder = holder


@contextmanager
def publication_lock(var: Path) -> Iterator[None]:
    """Hold the one publisher's lock; raises PublicationBusy where another holds it."""
    path = var / "publication.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PublicationBusy(holder_of(path)) from error
        yield
    finally:
        os.close(descriptor)


def writer_of(database: Path) -> Holder | None:
    """Return who writes to a SQLite database in WAL mode, None where the kernel does not say."""
    return holder_of(database.with_name(f"{database.name}-shm"), _WAL_WRITER)


def holder_of(path: Path, start: str = "0") -> Holder | None:
    """Return who holds the exclusive lock that starts at a byte of a file, as `/proc/locks` says (proc(5))."""
    try:
        inode, lines = str(path.stat().st_ino), _LOCKS.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) > 6 and fields[3] == "WRITE" and fields[5].rpartition(":")[2] == inode and fields[6] == start:
            return _holder(fields[4])
    return None


def _holder(pid: str) -> Holder | None:
    try:
        words = Path("/proc", pid, "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    names = [Path(word).name for word in words[:3] if word and not word.startswith("-")]
    return Holder(int(pid), " ".join(names))
