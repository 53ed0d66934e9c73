"""Loads N-Quads into the working store beside whoever makes them: the store's own work takes no turn of Python's.

Knows that large pieces load faster and that memory must not grow with what is loaded; knows nothing of graphs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Self, TypeVar

import pyoxigraph as ox

_PIECE: Final = 128 << 20
"""Bytes loaded at once; one piece waits at most while another is being loaded."""

_BULK: Final = 8 << 20
"""Bytes from which the store loads beside its log, which is faster; below, one small transaction is."""

Result = TypeVar("Result")


class Loading:
    """Loads what is added, in that order; use it as a context, which ends once nothing is under way."""

    def __init__(self, store: ox.Store) -> None:
        """Load into a store."""
        self._store = store
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None
        self._waiting: list[bytes] = []
        self._size = 0

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give up what did not start, and let go of the store: an error that is still being told must not hold it."""
        self._thread.shutdown(cancel_futures=True)
        del self._store

    def remove(self, graph: str) -> None:
        """Remove a graph that stood in the store before anything was added."""
        self._store.remove_graph(ox.NamedNode(graph))

    def add(self, data: bytes) -> None:
        """Load canonical N-Quads, soon; raises what loading the ones before raised."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self._send()

    def then(self, act: Callable[[ox.Store], Result]) -> Future[Result]:
        """Do something with the store, beside the caller, once all that was added is loaded."""
        self._send()
        last = self._last

        def after() -> Result:
            if last is not None:
                last.result()
            return act(self._store)

        return self._thread.submit(after)

    def _send(self) -> None:
        if self._last is not None:
            self._last.result()
        if self._waiting:
            self._last = self._thread.submit(self._load, b"".join(self._waiting))
        self._waiting, self._size = [], 0

    def _load(self, data: bytes) -> None:
        load = self._store.bulk_load if len(data) > _BULK else self._store.load
        # What was parsed once before it became canonical need not be looked at as closely again.
        load(data, format=ox.RdfFormat.N_QUADS, lenient=True)
