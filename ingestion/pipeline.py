"""Examines a deposit from file to judged documents: read, resolve, build, convert, validate.

Knows the order of the steps, the bounded batches, and what a repeated row or id means. The outcome depends on
the deposit alone: the registry is not looked at, nothing is stored.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ingestion.conversion import ConversionError, ConvertedDocument, convert_each
from ingestion.documents import BuiltDocument, build_document
from ingestion.judgement import issues_of
from ingestion.messages import Issue, issue
from ingestion.readers import read_deposit
from ingestion.records import Deposit, Record
from ingestion.summary import Summary as Summary
from ontologie import BASE
from shapes import Report, validate, validate_batch

BATCH: Final = 2000
"""Records examined at once: memory stays flat, and the gate is kept busy."""

_FEW: Final = 3
"""Up to so many documents, each is judged alone: the screen is not worth waking."""

Validate = Callable[[Mapping[str, bytes]], Mapping[str, Report]]
"""Judges documents: N-Quads by IRI → report by IRI."""


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """How a deposit is examined.

    `academie` is the code that the deposit is made for; `kind` the type of document that rows make;
    `mapping` their headers → ours (a dictionary, or a TOML or CSV file).
    """

    academie: str | None = None
    kind: str = "projet"
    mapping: Mapping[str, str] | str | Path | None = None
    base: str = BASE
    batch: int = BATCH


@dataclasses.dataclass(frozen=True, slots=True)
class ExaminedDocument:
    """A document that may be taken: built, converted, judged; `issues` hold its warnings and advice.

    `report` is the shapes' report, None where nothing could be judged.
    """

    built: BuiltDocument
    converted: ConvertedDocument
    issues: tuple[Issue, ...]
    report: Report | None = None

    @property
    def warned(self) -> bool:
        """Whether something is to be said of it."""
        return any(found.severity == "warning" for found in self.issues)


@dataclasses.dataclass(frozen=True, slots=True)
class Examination:
    """What came of a deposit, or of one batch of it: the documents to take, and everything to say.

    `entries` are the report's, in the order of the file; `reports` the shapes' reports of all documents
    judged, refused ones too; `notes` what was noticed while reading.
    """

    documents: tuple[ExaminedDocument, ...]
    entries: tuple[Issue, ...]
    summary: Summary
    notes: tuple[Issue, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 1 where something was refused, else 0; an unreadable deposit is 2 and raises before."""
        return 1 if self.summary.refused else 0


def examine(
    source: str | Path | Deposit, options: Options | None = None, validate: Validate | None = None
) -> Examination:
    """Examine a whole deposit. Raises UnreadableDeposit where it cannot be used.

    Holds all documents at once: for large files use `examine_batches`.
    """
    options = options or Options()
    deposit = open_deposit(source, options)
    parts = list(examine_batches(deposit, options, validate))
    return Examination(
        documents=tuple(document for part in parts for document in part.documents),
        entries=tuple(entry for part in parts for entry in part.entries),
        summary=sum((part.summary for part in parts), Summary()),
        notes=deposit.notes,
        reports=tuple(report for part in parts for report in part.reports),
    )


def open_deposit(source: str | Path | Deposit, options: Options) -> Deposit:
    """Return the deposit of a file, read as the options say. Raises UnreadableDeposit."""
    if isinstance(source, Deposit):
        return source
    return read_deposit(source, kind=options.kind, mapping=options.mapping, base=options.base)


def examine_batches(
    source: str | Path | Deposit, options: Options | None = None, validate: Validate | None = None
) -> Iterator[Examination]:
    """Examine a deposit in bounded batches, in the order of the file; memory does not grow with it.

    `validate` judges a batch of documents; by default the shapes do. Raises UnreadableDeposit before the
    first batch where the deposit cannot be used.
    """
    options = options or Options()
    deposit = open_deposit(source, options)
    judge = validate or _judge(options.base)
    seen = _Seen()
    records = iter(deposit.records)
    while batch := list(islice(records, options.batch)):
        yield _examine(batch, deposit.kind, options, judge, seen)


def _judge(base: str) -> Validate:
    def judge(documents: Mapping[str, bytes]) -> Mapping[str, Report]:
        if len(documents) <= _FEW:
            return {name: validate(lines, base=base) for name, lines in documents.items()}
        return validate_batch(documents, base=base)

    return judge


def _examine(records: list[Record], kind: str, options: Options, judge: Validate, seen: _Seen) -> Examination:
    kept: list[tuple[Record, BuiltDocument]] = []
    for record in records:
        document = build_document(record, academie=options.academie, base=options.base, kind=kind)
        known = seen.admit(record, document)
        if known is not None:
            kept.append((record, known))
    graphs = convert_each([one.document for _, one in kept if one.document], options.base)
    results = iter(graphs)
    converted = [next(results) if one.document else None for _, one in kept]
    lines = {one.iri: b"".join(one.lines) for one in converted if isinstance(one, ConvertedDocument)}
    reports = judge(lines) if lines else {}
    accepted: list[ExaminedDocument] = []
    entries: list[Issue] = []
    for (record, built), graph in zip(kept, converted, strict=True):
        issues = _in_order(_issues(record, built, graph, reports, options.base))
        entries.extend(issues)
        if isinstance(graph, ConvertedDocument) and not any(found.refuses for found in issues):
            accepted.append(ExaminedDocument(built, graph, issues, reports.get(graph.iri)))
    warned = sum(one.warned for one in accepted)
    summary = Summary(len(kept), len(accepted), warned, len(kept) - len(accepted))
    return Examination(tuple(accepted), tuple(entries), summary, reports=tuple(reports.values()))


def _issues(
    record: Record,
    built: BuiltDocument,
    graph: ConvertedDocument | ConversionError | None,
    reports: Mapping[str, Report],
    base: str,
) -> tuple[Issue, ...]:
    """Return all that is to be said of a record, what building said first."""
    if isinstance(graph, ConversionError):
        words = {"detail": graph.detail}
        failed = issue("conversion-impossible", record.place(), document=graph.document, words=words)
        return (*built.issues, failed)
    if graph is None or graph.iri not in reports:
        return built.issues
    return (*built.issues, *issues_of(reports[graph.iri], record, built, base))


def _in_order(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Return the issues of one record as the eye meets them in the file."""
    return tuple(sorted(issues, key=lambda found: (found.line or 0, found.column or 1_000)))


class _Seen:
    """The documents of one deposit so far, by name, and the rows that made none; digests, to stay small."""

    def __init__(self) -> None:
        self._documents: dict[str, tuple[bytes, int]] = {}
        self._nameless: set[bytes] = set()

    def admit(self, record: Record, built: BuiltDocument) -> BuiltDocument | None:
        """Return a document as it stands, refused where its name is taken; None where it repeats another."""
        if not built.document:
            digest = _digest([record.values, record.members])
            repeated = digest in self._nameless
            self._nameless.add(digest)
            return None if repeated else built
        name, digest = built.document["id"], _digest([built.document, built.personal])
        known, first = self._documents.setdefault(name, (digest, record.line))
        if first == record.line and known == digest:
            return built
        if known == digest:
            return None
        place = record.place("id")
        external = record.values.get("id") or built.identifier
        words = {"first": str(first)}
        taken = issue("identifiant-double", place, value=str(external), document=built.name, words=words)
        return dataclasses.replace(built, document={}, issues=(*built.issues, taken))


def _digest(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, default=dict)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
