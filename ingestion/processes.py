"""Does one thing to many batches, in processes beside this one where that is worth their start.

Knows how to keep the cores busy while memory stays flat: few batches are under way at once, and what is made of them
comes back in their order. Knows nothing of what is done.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.process import BaseProcess
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def processes_for(count: int, many: int) -> int:
    """Return how many processes beside this one are worth starting: none below `many` things to do.

    One core is left to this one, which keeps what they make: that takes as long as making it.
    """
    return (os.cpu_count() or 1) - 1 if count >= many else 0


def in_order(
    work: Callable[[list[Item]], Result], batches: Iterable[list[Item]], processes: int
) -> Iterator[tuple[list[Item], Result]]:
    """Yield each batch and what `work` makes of it: here, or in so many processes beside.

    `work` depends on its batch alone: where the processes are gone, it is done here.
    """
    if not processes:
        yield from ((batch, work(batch)) for batch in batches)
        return
    # Not a fork: this process has threads (the screen, the terminal's bars, the store's).
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, gc.get_threshold()) as pool:
        under_way: deque[tuple[list[Item], Future[Result] | None]] = deque()
        try:
            for batch in batches:
                under_way.append((batch, _submitted(pool, work, batch)))
                if len(under_way) > processes:
                    yield _finished(work, *under_way.popleft())
            while under_way:
                yield _finished(work, *under_way.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(*collected_at: int) -> None:
    """See to it that this process ends when the one that started it is gone, and nobody takes what it makes.

    It looks for cycles as rarely as that one does.
    """
    gc.set_threshold(*collected_at)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[[list[Item]], Result], batch: list[Item]
) -> Future[Result] | None:
    try:
        with _uninterrupted():
            return pool.submit(work, batch)
    except BrokenProcessPool:
        return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that Ctrl+C does not reach: the terminal sends it to all, and this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _finished(
    work: Callable[[list[Item]], Result], batch: list[Item], future: Future[Result] | None
) -> tuple[list[Item], Result]:
    try:
        return batch, work(batch) if future is None else future.result()
    except BrokenProcessPool:
        return batch, work(batch)


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield items in lists of `size`, the last one shorter."""
    pending = iter(items)
    while batch := list(islice(pending, size)):
        yield batch
