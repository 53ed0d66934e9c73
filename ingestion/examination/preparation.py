"""Makes documents and graphs of the records of a table, in a process beside this one where there are many.

What is done to a record is in documents.py and conversion.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from ingestion.documents.build import BuiltDocument, build_document
from ingestion.graphs.conversion import ConversionError, ConvertedDocument, convert_each
from ingestion.processes import batched, in_order, processes_for
from ingestion.reading.records import Deposit, Record
from ingestion.resolution.decided import NOTHING_DECIDED, Decided

MANY: Final = 20_000
"""Records from which a process beside this one is worth its start (two seconds) and what it sends back."""

PIECE: Final = 500
"""Records made at once: what is made and not judged yet is held twice, as it is sent back and as it comes."""

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
    national: bool = True
    examples: bool = False
    decided: Decided = NOTHING_DECIDED


def prepare(deposit: Deposit, task: Task, size: int) -> Iterator[list[Prepared]]:
    """Return the records of a deposit, prepared, in batches of `size`, in order."""
    # A JSON record carries the text it stands in: it stays in this process. One beside is enough: what this one does
    # with what was made takes as long as making it.
    processes = min(1, processes_for(deposit.count, MANY)) if deposit.columns else 0
    pieces = in_order(partial(prepare_batch, task=task), batched(deposit.records, min(size, PIECE)), processes)
    return batched((one for piece in pieces for one in _prepared(*piece)), size)


def _prepared(records: list[Record], made: list[Made]) -> Iterator[Prepared]:
    return (Prepared(record, built, graph) for record, (built, graph) in zip(records, made, strict=True))


def prepare_batch(records: list[Record], task: Task) -> list[Made]:
    """Build and convert some records."""
    built = [
        build_document(
            record, academie=task.academie, base=task.base, kind=task.kind, national=task.national,
            examples=task.examples, decided=task.decided,
        )
        for record in records
    ]
    there = [one for one in built if one.document]
    documents, contexts = [one.document for one in there], [one.context for one in there]
    graphs = iter(convert_each(documents, task.base, contexts))
    return [(one, next(graphs) if one.document else None) for one in built]
