"""Examines a deposit from file to judged documents: read, resolve, build, convert, validate.

Knows the order of the steps, the bounded batches, and what a repeated row or id means. The outcome depends on
the deposit, and on the fiches that its rows without identifier may be: nothing else is looked at, nothing is stored.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from ingestion.documents.build import BuiltDocument
from ingestion.documents.draft import renamed
from ingestion.examination.alike import Alike, told_of_likes
from ingestion.examination.beside import Validate, issues_beside, reports_beside
from ingestion.examination.ended import EndedOnes, told_of_end
from ingestion.examination.judgement import issues_of
from ingestion.examination.named import Named, told_by_name
from ingestion.examination.partners import Others, told_of_partners
from ingestion.examination.permission import permitted
from ingestion.examination.preparation import Prepared, Task, prepare
from ingestion.examination.recognition import Known, Recognition
from ingestion.examination.rejects import Rejected
from ingestion.examination.summary import Summary as Summary
from ingestion.graphs.conversion import ConversionError, ConvertedDocument
from ingestion.partners.opening import read_partner
from ingestion.reading.agreements import agreements, remember
from ingestion.reading.deposits import read_deposit
from ingestion.reading.records import Deposit
from ingestion.resolution.decided import NOTHING_DECIDED, Decided
from ingestion.resolution.resolve import resolve
from ingestion.rights.decision import Permit
from ingestion.words.errors import unreadable
from ingestion.words.examples import PROJECT
from ingestion.words.messages import Issue, Place, issue
from ingestion.words.owned import PARTNERS
from ingestion.words.personal import mask_private
from ontologie import BASE
from shapes import Report, validate, validate_batch

BATCH: Final = 2000
"""Records examined at once: memory stays flat, and the gate is kept busy."""

_FEW: Final = 100
"""Up to so many documents, each is judged alone: waking the screen costs as much as clearing some hundreds."""


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """How a deposit is examined.

    `academie` is the code or the name of the académie that the deposit is made for; `kind` the type of document
    that rows make; `mapping` their headers → ours (a dictionary, or a TOML or CSV file). `sheet` is the one sheet of a
    workbook to read. `accept_mapping` takes the reading of headers that is proposed; `memory` is the state folder where
    accepted ones are remembered. `strict` refuses unknown columns. `keep_refused` keeps refused records, `keep_reports`
    what the shapes say in their own form. `called` is the name of a file whose path does not say it, `named` the
    identifier of a partner's document. Without `national`, a project of no académie is refused. With `examples`, the
    ids of invented examples are taken: those of the observatory's own file. `decided` is what people decided of labels.
    """

    academie: str | None = None
    kind: str = "projet"
    mapping: Mapping[str, str] | str | Path | None = None
    base: str = BASE
    batch: int = BATCH
    national: bool = True
    examples: bool = False
    sheet: str | None = None
    accept_mapping: bool = False
    memory: Path | None = None
    strict: bool = False
    keep_refused: bool = False
    keep_reports: bool = True
    called: str = ""
    named: str = ""
    decided: Decided = NOTHING_DECIDED


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
        """Whether something is to be said of it, but for the passages to read."""
        return any(found.severity == "warning" and not found.holds for found in self.issues)

    @property
    def held(self) -> bool:
        """Whether it waits for a person to read a passage, before it may be validated."""
        return any(found.holds for found in self.issues)


@dataclasses.dataclass(frozen=True, slots=True)
class Examination:
    """What came of a deposit, or of one batch of it: the documents to take, and everything to say.

    `entries` are the report's, in the order of the file; `reports` the shapes' reports of all documents
    judged, refused ones too; `notes` what was noticed while reading; `rejected` the refused records, where asked for.
    """

    documents: tuple[ExaminedDocument, ...]
    entries: tuple[Issue, ...]
    summary: Summary
    notes: tuple[Issue, ...] = ()
    reports: tuple[Report, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 1 where something was refused or held, else 0; an unreadable deposit is 2 and raises before."""
        return self.summary.exit_code


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
        rejected=tuple(one for part in parts for one in part.rejected),
    )


def open_deposit(source: str | Path | Deposit, options: Options) -> Deposit:
    """Return the deposit of a file, read as the options say.

    Raises UnreadableDeposit, also where the options name an académie that does not exist.
    """
    academie = _academie(options)
    if isinstance(source, Deposit):
        return source
    if options.kind in PARTNERS:
        found = read_partner(
            source, kind=options.kind, base=options.base, sheet=options.sheet, called=options.called,
            named=options.named,
        )  # fmt: skip
        if found is not None:
            return found
    return read_deposit(
        source, kind=options.kind, mapping=options.mapping, base=options.base, sheet=options.sheet,
        agreed=agreements(options.memory, academie) if options.memory else {},
        accept=options.accept_mapping, strict=options.strict, called=options.called,
    )  # fmt: skip


def keep_agreements(deposit: Deposit, options: Options) -> tuple[Issue, ...]:
    """Remember the readings of headers that the depositor of a deposit accepts, and return what is to be said of it."""
    if not deposit.agreed or options.memory is None:
        return ()
    remember(options.memory, _academie(options), deposit.agreed)
    return (issue("colonnes-acceptees", Place(deposit.file, 1)),)


def examine_batches(
    source: str | Path | Deposit,
    options: Options | None = None,
    validate: Validate | None = None,
    known: Known | None = None,
    ended: EndedOnes | None = None,
    permit: Permit | None = None,
    alike: Alike | None = None,
    others: Others | None = None,
    named: Named | None = None,
) -> Iterator[Examination]:
    """Examine a deposit in bounded batches, in the order of the file; memory does not grow with it.

    `validate` judges a batch of documents; by default the shapes do. `known` gives the fiches that rows without
    identifier may be, `ended` what was erased, sent back or withdrawn; by default there are none. `permit` tells what
    its agent may not deposit, `alike` what is likely the same usage as a project, `others` what partners deposited,
    `named` the projects of some identifiers; by default nothing is asked.

    Raises UnreadableDeposit before the first batch where the deposit cannot be used.
    """
    options = options or Options()
    deposit = open_deposit(source, options)
    judge = validate or judged_by_shapes(options.base)
    seen = _Seen()
    whose = deposit.kind, _academie(options), options.base, options.national, options.examples
    task = Task(*whose, options.decided)
    recognition = Recognition(deposit, task, known) if known else None
    for prepared in prepare(deposit, task, options.batch):
        prepared = recognition.recognised(prepared) if recognition else prepared
        prepared = told_by_name(prepared, task, named, permit) if named else prepared
        prepared = told_of_partners(prepared, others, options.base)
        prepared = permitted(prepared, permit) if permit else prepared
        prepared = told_of_end(prepared, deposit.kind, ended, permit) if ended else prepared
        prepared = told_of_likes(prepared, alike) if alike and deposit.kind == PROJECT else prepared
        part = _examine(prepared, options.base, judge, seen)
        yield part if options.keep_refused else dataclasses.replace(part, rejected=())


def _academie(options: Options) -> str | None:
    """Return the code of the académie that the options name."""
    if not options.academie:
        return None
    answer = resolve("academie", options.academie, options.base)
    if answer.state != "found":
        place, near = Place("--academie"), answer.suggestions
        raise unreadable("academie-inconnue", place, value=options.academie, suggestions=near)
    return answer.iris[0].rpartition("/")[2]


def judged_by_shapes(base: str) -> Validate:
    """Return what judges documents by the shapes: the lines of each, by its IRI."""
    def judge(documents: Mapping[str, bytes]) -> Mapping[str, Report]:
        if len(documents) <= _FEW:
            return {name: validate(lines, base=base) for name, lines in documents.items()}
        return validate_batch(documents, base=base)

    return judge


def _examine(batch: list[Prepared], base: str, judge: Validate, seen: _Seen) -> Examination:
    """Judge the documents of a batch that are new, and gather all that is to be said."""
    kept = [admitted for one in batch if (admitted := seen.admit(one)) is not None]
    graphs = [one.graph for one in kept if isinstance(one.graph, ConvertedDocument)]
    found = judge({graph.iri: b"".join(graph.lines) for graph in graphs}) if graphs else {}
    reports, beside = _without_private(found, kept), issues_beside(kept, judge, base)
    accepted: list[ExaminedDocument] = []
    rejected: list[Rejected] = []
    entries: list[Issue] = []
    for rank, one in enumerate(kept):
        issues = _in_order((*_issues(one, reports, base), *beside.get(rank, ())))
        entries.extend(issues)
        if isinstance(one.graph, ConvertedDocument) and not any(found.refuses for found in issues):
            accepted.append(ExaminedDocument(one.built, one.graph, issues, reports.get(one.graph.iri)))
        else:
            rejected.append(Rejected(one.record, issues, one.built.identifier))
    held, warned = sum(one.held for one in accepted), sum(one.warned for one in accepted)
    summary = Summary(len(kept), len(accepted), held, warned, len(kept) - len(accepted))
    told = (*reports.values(), *reports_beside(beside, base))
    return Examination(tuple(accepted), tuple(entries), summary, reports=told, rejected=tuple(rejected))


def _without_private(reports: Mapping[str, Report], kept: list[Prepared]) -> dict[str, Report]:
    """Return the reports of documents without what their records give in private columns (law 7)."""
    graphs = [(one.record, one.graph.iri) for one in kept if isinstance(one.graph, ConvertedDocument)]
    # To look for what is not to be quoted costs a tenth of a deposit: only where something is said.
    private = {iri: record.unquoted for record, iri in graphs if iri in reports and reports[iri].results}
    return {
        iri: report.shown(partial(mask_private, private=private[iri])) if private.get(iri) else report
        for iri, report in reports.items()
    }


def _issues(one: Prepared, reports: Mapping[str, Report], base: str) -> tuple[Issue, ...]:
    """Return all that is to be said of a record, what building said first."""
    said, graph = one.built.issues, one.graph
    if isinstance(graph, ConversionError):
        words = {"detail": graph.detail}
        failed = issue("conversion-impossible", one.record.place(), document=one.built.name, words=words)
        return (*said, failed)
    if graph is None or graph.iri not in reports:
        return said
    return (*said, *issues_of(reports[graph.iri], one.record, one.built, base))


def _in_order(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Return the issues of one record as the eye meets them in the file."""
    return tuple(sorted(issues, key=lambda found: (found.line or 0, found.column or 1_000)))


class _Seen:
    """The documents of one deposit so far, by name, and the rows that made none; digests, to stay small."""

    def __init__(self) -> None:
        self._documents: dict[str, tuple[bytes, int, str]] = {}
        self._nameless: set[bytes] = set()

    def admit(self, one: Prepared) -> Prepared | None:
        """Return a record as it stands, refused where its name is taken; None where it repeats another."""
        record, built = one.record, one.built
        if not built.document:
            digest = _digest([record.values, record.members])
            repeated = digest in self._nameless
            self._nameless.add(digest)
            return None if repeated else one
        name, digest = built.document["id"], _digest([built.document, built.personal])
        known, first, sheet = self._documents.setdefault(name, (digest, record.line, record.sheet))
        if known == digest:
            return one if (first, sheet) == (record.line, record.sheet) else None
        external = record.values.get("id") or built.identifier
        words = {"first": str(first)}
        taken = issue("identifiant-double", record.place("id"), value=str(external), document=built.name, words=words)
        judged = renamed(built.document, f"{built.kind}/{digest.hex()}")
        refused = dataclasses.replace(built, document={}, judged=judged, issues=(*built.issues, taken))
        return Prepared(record, refused, None)


def _digest(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, default=dict)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
