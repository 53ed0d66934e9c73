"""Keeps the answers asked more than once in a file of the current edition: a service that starts anew knows them.

Knows SQLite and answers; of a query it keeps a hash, never a word. A file that cannot be read or written is as none:
nothing of it is needed. It goes with its edition, and once that edition is no more as it was.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from ingestion import is_gone
from sparql_api.engine.port import Answer
from sparql_api.formats.body import Body

PAGE: Final = 4096
BACKLOG: Final = 256
"""Answers that may wait to be written; one more is not."""
SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY, key BLOB UNIQUE, media_type TEXT, form TEXT,"
    " rows INTEGER, seconds REAL, body BLOB)"
)
KEEP: Final = "INSERT OR IGNORE INTO answers (key, media_type, form, rows, seconds, body) VALUES (?, ?, ?, ?, 0, ?)"
FIND: Final = "SELECT media_type, form, rows, body FROM answers WHERE key = ?"
DROP: Final = (
    "DELETE FROM answers WHERE id <= (SELECT id FROM answers ORDER BY id LIMIT 1"
    " OFFSET (SELECT count(*) / 4 FROM answers))"
)
"""The oldest quarter."""
logger: Final = logging.getLogger("observatoire.shelf")


class Shelf:
    """The file of one edition at a time, of at most so many bytes. `made_by` is all that an answer depends on beside
    its edition and its key: the program, and its settings. Its methods belong to one thread."""

    def __init__(self, folder: Path, editions: Path, most: int, made_by: str) -> None:
        self.edition: int | None = None
        self._folder = folder
        self._editions = editions
        self._pages = max(16, most // PAGE)
        self._made_by = blake2b(made_by.encode(), digest_size=32).digest()
        self._keys: set[str] = set()
        self._state: tuple[int, int] | None = None
        self._path: Path | None = None
        self._file: sqlite3.Connection | None = None
        self._writer = ThreadPoolExecutor(1, "shelf")
        self._writes: set[Future[None]] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def turn(self, edition: int | None) -> None:
        """Take the file of an edition, as it is now; those of all others go."""
        self.close()
        self.edition = edition
        self._state = self._look(edition)
        path = None if edition is None or self._state is None else self._folder / f"{self._name(edition)}.sqlite"
        try:
            for other in self._folder.glob("*.sqlite*"):
                if path is None or not other.name.startswith(path.name):
                    other.unlink(missing_ok=True)
            if path is not None:
                self._path = path
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = self._connect(path)
                self._keys = {key.hex() for (key,) in self._file.execute("SELECT key FROM answers")}
        except (OSError, sqlite3.Error) as error:
            self._fail(error)

    def get(self, key: str, edition: int) -> Answer | None:
        """Return the answer kept under a key; None where none is, or the edition is another by now."""
        if key not in self._keys or edition != self.edition or not self._stands() or self._file is None:
            return None
        try:
            row = self._file.execute(FIND, (bytes.fromhex(key),)).fetchone()
        except sqlite3.Error as error:
            self._fail(error)
            return None
        if row is None:  # The oldest have gone.
            self._keys.discard(key)
            return None
        media_type, form, rows, body = row
        return Answer(media_type, Body(body), edition, 0.0, rows, form, cached=True)

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, once there is time."""
        if answer.body.on_disk or len(self._writes) >= BACKLOG or not self._stands() or self._path is None:
            return
        self._keys.add(key)
        row = (bytes.fromhex(key), answer.media_type, answer.form, answer.rows, answer.read())
        write = self._writer.submit(self._write, self._path, row)
        self._writes.add(write)
        write.add_done_callback(self._writes.discard)

    def close(self) -> None:
        """Let go of the file; what waits to be written and has not begun is not."""
        for write in list(self._writes):
            write.cancel()
        wait(list(self._writes))
        if self._file is not None:
            self._file.close()
        self._file, self._path, self._keys, self._state = None, None, set(), None

    def settle(self) -> None:
        """Wait until all is written."""
        wait(list(self._writes))

    def _stands(self) -> bool:
        """Tell whether the edition is as it was; else its file goes, and another begins."""
        if self._state is not None and self._look(self.edition) == self._state:
            return True
        self.turn(self.edition)
        return False

    def _look(self, edition: int | None) -> tuple[int, int] | None:
        if edition is None or is_gone(self._editions, edition):
            return None
        try:
            found = os.stat(f"{self._editions}/{edition}/manifest.json")  # noqa: PTH116 (looked at often)
        except OSError:
            return None
        return found.st_ctime_ns, found.st_ino

    def _name(self, edition: int) -> str:
        manifest = (self._editions / str(edition) / "manifest.json").read_bytes()
        return f"{edition}-{blake2b(manifest, digest_size=12, key=self._made_by).hexdigest()}"

    def _connect(self, path: Path) -> sqlite3.Connection:
        file = sqlite3.connect(path, isolation_level=None, timeout=1)
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute(f"PRAGMA max_page_count = {self._pages}")
        file.execute(f"PRAGMA journal_size_limit = {PAGE * self._pages // 8}")
        file.execute(SCHEMA)
        return file

    def _write(self, path: Path, row: tuple[object, ...]) -> None:
        """Write a row, in the writer's thread; where the file is full, the oldest quarter goes.

        A file that is no more, as after an erasure, is not made again.
        """
        if not path.exists():
            return
        try:
            with closing(self._connect(path)) as file:
                try:
                    file.execute(KEEP, row)
                except sqlite3.OperationalError:
                    file.execute(DROP)
                    file.execute(KEEP, row)
        except sqlite3.Error as error:
            logger.debug("an answer is not kept on disk: %s", error)

    def _fail(self, error: Exception) -> None:
        """Go on without a file; a broken one is of no use to anyone."""
        logger.warning("answers are not kept on disk: %s", error)
        path, self._path, self._keys, file, self._file = self._path, None, set(), self._file, None
        if file is not None:
            file.close()
        for broken in self._folder.glob(f"{path.name}*") if path else ():
            with suppress(OSError):
                broken.unlink()
