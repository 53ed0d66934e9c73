"""Editions on disk: `editions/{n}` with a store, a manifest and dumps, and the link `current`.

Decided in docs/decisions/editions.md.

Knows names and atomic moves, and how often an edition was redacted; what goes into one is the publisher's business.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "manifest.json"
STATISTICS: Final = "statistics.json"
DUMPS: Final = ("dump.nq.gz", "dump.ttl.gz", "dump.jsonl.gz")
_EXCHANGE: Final = 2
_AT_FDCWD: Final = -100


@dataclass(frozen=True)
class Edition:
    """One edition, which never changes but by erasure: its manifest then says so."""

    number: int
    path: Path
    since: Since | None = field(default=None, compare=False, repr=False)
    """Of one in the making: what it differs by; None where it is made from nothing, or stands already."""

    @property
    def store_path(self) -> Path:
        """The checkpoint of the public store, to be opened read-only."""
        return self.path / "store"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the edition says of itself."""
        loaded: dict[str, Any] = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        return loaded

    @property
    def redaction(self) -> int:
        """How often it was made anew without what was erased, 0 for an edition as it was cut."""
        return redaction_of(self.path)


@dataclass(frozen=True)
class Since:
    """What an edition in the making differs by from the one before it."""

    before: Edition
    graphs: Set[str]
    """The IRIs of the graphs that came, changed or went."""
    fiches: Mapping[str, bytes | None]
    """By the IRI of the graph of each document of which something changed, its fiche as JSON without context; None
    where the document went."""


@dataclass(frozen=True)
class Editions:
    """The editions of a state folder (`var`)."""

    var: Path

    @property
    def folder(self) -> Path:
        """The folder of editions."""
        return self.var / "editions"

    def current(self) -> Edition | None:
        """Return the edition that answers by default; None before the first publication."""
        try:
            return self.at(int((self.folder / "current").readlink().name))
        except (OSError, ValueError):
            return None

    def get(self, number: int) -> Edition | None:
        """Return an edition by its number; None where there is none, or not yet."""
        current = self.current()
        if current is None or not 0 < number <= current.number:
            return None
        return current if number == current.number else self.at(number)

    def all(self) -> list[Edition]:
        """Return the editions, the oldest first."""
        current = self.current()
        if current is None:
            return []
        return [edition for edition in self.on_disk() if edition.number <= current.number]

    def on_disk(self) -> list[Edition]:
        """Return every edition's folder, by number: also one that a publisher did not finish."""
        if not self.folder.is_dir():
            return []
        numbers = sorted(int(entry.name) for entry in self.folder.iterdir() if entry.name.isdecimal())
        return [edition for number in numbers if (edition := self.at(number))]

    def at(self, number: int) -> Edition | None:
        """Return the edition of a number as its folder stands, whatever the link points to; None without a manifest."""
        path = self.folder / str(number)
        return Edition(number, path) if (path / MANIFEST).is_file() else None

    def is_gone(self, number: int) -> bool:
        """Tell whether an edition is no longer served: it held a document erased since, and cannot be made anew."""
        return is_gone(self.folder, number)

    def withdraw(self, number: int) -> None:
        """Stop serving an edition, for good."""
        _mark(self.folder, number).touch()
        sync_folder(self.folder)

    def restore(self, number: int) -> None:
        """Serve an edition again, where it was not."""
        _mark(self.folder, number).unlink(missing_ok=True)

    def point_to(self, edition: Edition) -> None:
        """Make an edition the current one, in one atomic move."""
        fresh = self.folder / ".current"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(str(edition.number))
        fresh.replace(self.folder / "current")
        sync_folder(self.folder)


def is_gone(folder: Path, number: int) -> bool:
    """Tell whether an edition of a folder of editions is no longer served."""
    return _mark(folder, number).exists()


def _mark(folder: Path, number: int) -> Path:
    """Return the file that says so: beside the edition, which itself never changes."""
    return folder / f"{number}.gone"


def redaction_of(folder: str | Path) -> int:
    """Return how often the edition of a folder was redacted, as its manifest says; 0 where there is none."""
    path = f"{folder}/{MANIFEST}"
    try:
        found = os.stat(path)  # noqa: PTH116 (for every answer)
    except OSError:
        return 0
    return _redactions(path, found.st_ino, found.st_ctime_ns)


@lru_cache(maxsize=256)
def _redactions(path: str, inode: int, changed: int) -> int:
    return len(json.loads(Path(path).read_text(encoding="utf-8")).get("redactions", ()))


def exchange(fresh: Path, old: Path) -> None:
    """Put a fresh folder in the place of an old one, at once where the kernel can; the old one is removed."""
    if not old.exists():
        fresh.rename(old)
        sync_folder(old.parent)
        return
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(fresh), os.fsencode(old)
    if renameat2 is None or renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) != 0:
        aside = fresh.with_name(f"{fresh.name}.tmp")
        old.rename(aside)
        fresh.rename(old)
        fresh = aside
    sync_folder(old.parent)
    shutil.rmtree(fresh)


def sync_folder(folder: Path) -> None:
    """Make the names of a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
