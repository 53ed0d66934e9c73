"""Keeps what was made from an edition, up to a number of bytes: an edition never changes, so neither do they."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock

from cachetools import LRUCache


class Memory:
    """The bytes last asked for, by key, for all threads; the oldest go when the bound is reached."""

    def __init__(self, most: int) -> None:
        self._kept: LRUCache[Hashable, bytes] = LRUCache(most, getsizeof=len)
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return what is kept under a key, None where nothing is."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: Hashable, data: bytes) -> None:
        """Keep bytes under a key; what is larger than an eighth of the bound is not kept."""
        with self._lock:
            if len(data) <= self._kept.maxsize // 8:
                self._kept[key] = data
