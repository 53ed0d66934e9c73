"""Makes documents and graphs of the records of a table, with a second process where there are many.

Knows how to keep two cores busy while memory stays flat: few batches are under way at once, and they come back
in the order of the file. What is done to a record is in documents.py and conversion.py.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ingestion.conversion import ConversionError, ConvertedDocument, convert_each
from ingestion.documents import BuiltDocument, build_document
from ingestion.records import Deposit, Record

MANY: Final = 20_000
"""Records from which a second process is worth its start (two seconds) and what it sends back."""

Graph = ConvertedDocument | ConversionError | None
"""A document's graph, why there is none, or None where there is no document."""

Made = tuple[BuiltDocument, Graph]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record, its document, and its graph."""

    record: Record
    built: BuiltDocument
    graph: Graph


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for all records of a deposit."""

    kind: str
    academie: str | None
    base: str


def prepare(deposit: Deposit, task: Task, size: int) -> Iterator[list[Prepared]]:
    """Yield the records of a deposit, prepared, in batches of `size`, in order."""
    batches = _batches(deposit.records, size)
    # A JSON record carries the text it stands in: it stays in this process.
    table = bool(deposit.columns)
    if table and deposit.count >= MANY and (os.cpu_count() or 1) > 1:
        yield from _beside(batches, task)
    else:
        yield from (_together(batch, prepare_batch(batch, task)) for batch in batches)


def _together(records: list[Record], made: list[Made]) -> list[Prepared]:
    return [Prepared(record, built, graph) for record, (built, graph) in zip(records, made, strict=True)]


def prepare_batch(records: list[Record], task: Task) -> list[Made]:
    """Build and convert some records."""
    built = [build_document(record, academie=task.academie, base=task.base, kind=task.kind) for record in records]
    graphs = iter(convert_each([one.document for one in built if one.document], task.base))
    return [(one, next(graphs) if one.document else None) for one in built]


def _beside(batches: Iterator[list[Record]], task: Task) -> Iterator[list[Prepared]]:
    """Prepare the next batches in another process while this one works on what it has been given."""
    # Not a fork: this process has threads (the screen, the terminal's bars).
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        under_way: deque[tuple[list[Record], Future[list[Made]] | None]] = deque()
        for batch in batches:
            under_way.append((batch, _submit(pool, batch, task)))
            if len(under_way) > 1:
                yield _result(*under_way.popleft(), task)
        while under_way:
            yield _result(*under_way.popleft(), task)


def _submit(pool: ProcessPoolExecutor, batch: list[Record], task: Task) -> Future[list[Made]] | None:
    try:
        return pool.submit(prepare_batch, batch, task)
    except BrokenProcessPool:
        return None


def _result(batch: list[Record], future: Future[list[Made]] | None, task: Task) -> list[Prepared]:
    """Return what the other process made of a batch; the work is done here where that process is gone."""
    try:
        made = prepare_batch(batch, task) if future is None else future.result()
    except BrokenProcessPool:
        made = prepare_batch(batch, task)
    return _together(batch, made)


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    pending = iter(records)
    while batch := list(islice(pending, size)):
        yield batch
