"""Keeps the files that are made for readers until they have taken them: so many bytes for all, a part of it for each.

Knows temporary files and who holds them; not what they say.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Final

from sparql_api.computing.cancellation import checked
from sparql_api.formats.body import Body
from sparql_api.words.problems import Problem, ProblemError, problem

PARTS: Final = 4
"""What one client may hold, as a part of all."""
RETRY_SECONDS: Final = 5


class FileSpool:
    """Files without a name in a folder, of `most` bytes together; threads may share it."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._held: Counter[str] = Counter()
        # A file may be let go of at any moment of any thread: the lock cannot be taken then.
        self._given: deque[tuple[str, int]] = deque()
        self._lock = Lock()

    @property
    def held(self) -> int:
        """The bytes on disk."""
        with self._lock:
            return self._settled()

    def keep(self, pieces: Iterable[bytes], limit: int, client: str) -> Body:
        """Return the pieces as one body, written whole before it is read.

        Raises ProblemError 503 past `limit` bytes, and where readers hold all that may be held.
        """
        size = 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self._folder) as file:
                for piece in checked(pieces):
                    if size + len(piece) > limit:
                        raise ProblemError(problem("answer-size", limit=limit >> 20))
                    self._take(client, len(piece))
                    size += len(piece)
                    file.write(piece)
                file.flush()
                return Body(file=os.dup(file.fileno()), size=size, gone=lambda: self._given.append((client, size)))
        except BaseException:
            self._given.append((client, size))
            raise

    def _take(self, client: str, count: int) -> None:
        with self._lock:
            if self._settled() + count > self._most or self._held[client] + count > self._most // PARTS:
                headers = {"Retry-After": str(RETRY_SECONDS)}
                raise ProblemError(Problem("spool", {"retry_after": RETRY_SECONDS}, {"bound": "spool"}, headers))
            self._held[client] += count

    def _settled(self) -> int:
        while self._given:
            client, count = self._given.popleft()
            self._held[client] -= count
        self._held = +self._held  # Who holds nothing is forgotten.
        return self._held.total()
