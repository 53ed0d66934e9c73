"""What a mirror's folder holds of ours, and what a run that goes on is making: so that a run writes what changed, one
that was cut is taken up, and what left the edition goes.

Answers that differ wait beside what stands; once all are there they take its place, file by file, and a run that is cut
meanwhile is completed by the next one. Knows files and SQLite; not what is in them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from sparql_api.words.errors import ServiceError

FOLDER: Final = ".site"
"""Where a mirror keeps what it knows of itself; no page is there."""
PIECE: Final = 1 << 20
SAVED: Final = 500
"""Files made after which a run that is cut need not make them again."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS held (file TEXT PRIMARY KEY, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wanted (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL, language TEXT NOT NULL, file TEXT NOT NULL UNIQUE, hash BLOB,
  UNIQUE (address, language));
CREATE TABLE IF NOT EXISTS run (key TEXT NOT NULL, placing INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS done (key TEXT NOT NULL);
"""


class MirrorRefused(ServiceError):
    """A folder that cannot be a mirror: `code` says why (`phrases/commandes.csv`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class WantedFile:
    """A file of a mirror: the address that gives it, in which language (none for data), and where it stands.

    `document` is the one that it tells as data, `kind/identifier`, where it tells nothing else.
    """

    address: str
    language: str
    file: str
    document: str = ""


@dataclass(frozen=True)
class Placed:
    """What a run did: how many files the mirror has, how many were written, how many went."""

    files: int
    written: int
    removed: int


@contextmanager
def open_ledger(out: Path) -> Iterator[MirrorLedger]:
    """Give the ledger of a folder, for one run at a time; raises MirrorRefused, OSError."""
    folder = out / FOLDER
    if out.is_dir() and not folder.is_dir() and any(out.iterdir()):
        raise MirrorRefused("site-other-files")
    (folder / "staged").mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MirrorRefused("site-busy") from None
        database = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
        try:
            database.executescript(_SCHEMA)
            yield MirrorLedger(out, database)
        finally:
            database.close()


class MirrorLedger:
    """A mirror's memory of its files."""

    def __init__(self, out: Path, database: sqlite3.Connection) -> None:
        self._out, self._sql = out, database
        self._staged = out / FOLDER / "staged"
        self._unsaved = 0

    def done(self) -> str:
        """Return the key of the run that made what stands; empty where none did, or one is under way."""
        found = self._sql.execute("SELECT key FROM done WHERE NOT EXISTS (SELECT 1 FROM run)").fetchone()
        return str(found[0]) if found else ""

    def standing(self) -> int | None:
        """Return how many files the mirror has; None where one of them is missing."""
        files = [file for (file,) in self._sql.execute("SELECT file FROM held")]
        return len(files) if all((self._out / file).is_file() for file in files) else None

    def begin(
        self, key: str, files: Iterable[WantedFile], same: Callable[[WantedFile], bool] = lambda _: False
    ) -> None:
        """Begin a run, or go on with the one of the same key; one that was placing its files is completed before.

        What is the `same` as when what stands was made is not made again, where it stands.
        """
        known = self._sql.execute("SELECT key, placing FROM run").fetchone()
        if known and known[1]:
            self.place()
            known = None
        if known and known[0] == key:
            return
        shutil.rmtree(self._staged)
        self._staged.mkdir()
        with self._whole():
            self._sql.execute("DELETE FROM run")
            self._sql.execute("DELETE FROM wanted")
            rows = ((one.address, one.language, one.file, self._kept(one.file) if same(one) else None) for one in files)
            asked = "INSERT OR IGNORE INTO wanted (address, language, file, hash) VALUES (?, ?, ?, ?)"
            self._sql.executemany(asked, rows)
            self._sql.execute("INSERT INTO run VALUES (?, 0)", (key,))

    def _kept(self, file: str) -> bytes | None:
        """Return the hash of a file that stands; None where it does not."""
        row = self._sql.execute("SELECT hash FROM held WHERE file = ?", (file,)).fetchone()
        return row[0] if row and (self._out / file).is_file() else None

    def counts(self) -> tuple[int, int]:
        """Return how many files are made, and how many there will be."""
        made, total = self._sql.execute("SELECT COUNT(hash), COUNT(*) FROM wanted").fetchone()
        return made, total

    def unmade(self) -> Iterator[tuple[int, WantedFile]]:
        """Yield the files that are not made yet, each with its number."""
        last = 0
        text = "SELECT id, address, language, file FROM wanted WHERE id > ? AND hash IS NULL ORDER BY id LIMIT 500"
        while rows := self._sql.execute(text, (last,)).fetchall():
            yield from ((row[0], WantedFile(*row[1:])) for row in rows)
            last = rows[-1][0]

    def file_of(self, address: str, language: str) -> str | None:
        """Return the file that an address has in a language; None where the mirror does not hold it."""
        found = self._sql.execute("SELECT file FROM wanted WHERE address = ? AND language = ?", (address, language))
        row = found.fetchone()
        return None if row is None else str(row[0])

    def keep(self, number: int, file: str, body: IO[bytes]) -> None:
        """Take what a file is to say: it waits beside what stands, where it differs."""
        digest = hashlib.sha256()
        while piece := body.read(PIECE):
            digest.update(piece)
        found = digest.digest()
        if self._kept(file) != found:
            body.seek(0)
            with (self._staged / f"{number}.part").open("wb") as fresh:
                shutil.copyfileobj(body, fresh, PIECE)
            (self._staged / f"{number}.part").replace(self._staged / str(number))
        if not self._unsaved:
            self._sql.execute("BEGIN")
        self._sql.execute("UPDATE wanted SET hash = ? WHERE id = ?", (found, number))
        self._unsaved += 1
        if self._unsaved == SAVED:
            self.save()

    def save(self) -> None:
        """Remember what is made, once it lasts on the disk."""
        if self._unsaved:
            os.sync()
            self._sql.execute("COMMIT")
            self._unsaved = 0

    def place(self) -> Placed:
        """Put what was made in the place of what stands, remove what is no longer wanted; again does no harm."""
        self.save()
        self._sql.execute("UPDATE run SET placing = 1")
        removed = written = 0
        leaving = "SELECT file FROM held WHERE file NOT IN (SELECT file FROM wanted)"
        for (file,) in self._sql.execute(leaving).fetchall():
            removed += self._remove(file)
        for entry in os.scandir(self._staged):
            if entry.name.isdecimal():
                (file,) = self._sql.execute("SELECT file FROM wanted WHERE id = ?", (int(entry.name),)).fetchone()
                (self._out / file).parent.mkdir(parents=True, exist_ok=True)
                Path(entry.path).replace(self._out / file)
                written += 1
        with self._whole():
            self._sql.execute("DELETE FROM held")
            self._sql.execute("INSERT INTO held SELECT file, hash FROM wanted")
            (files,) = self._sql.execute("SELECT COUNT(*) FROM held").fetchone()
            self._sql.execute("DELETE FROM done")
            self._sql.execute("INSERT INTO done SELECT key FROM run")
            self._sql.execute("DELETE FROM run")
        return Placed(files, written, removed)

    def _remove(self, file: str) -> bool:
        path = self._out / file
        was = path.is_file()
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == self._out or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()
        return was

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._sql.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")
