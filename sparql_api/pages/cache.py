"""Keeps what was made from an edition, up to a number of bytes: an edition never changes, so neither do they."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Memory:
    """The bytes last asked for, by key; the oldest go when the bound is reached."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return what is kept under a key, None where nothing is."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, data: bytes) -> None:
        """Keep bytes under a key; what is larger than an eighth of the bound is not kept."""
        if len(data) > self._most // 8:
            return
        with self._lock:
            self._held += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._held > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._held -= len(dropped)
