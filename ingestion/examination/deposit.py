"""From an examined deposit to the registry: what is accepted is registered, what is refused leaves no trace.

Knows `--strict` and the personal columns' way (law 7); reading and judging are the pipeline's, states the
registry's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.examination.pipeline import (
    ExaminedDocument,
    Options,
    Summary,
    examine_batches,
    keep_agreements,
    open_deposit,
)
from ingestion.examination.rejects import Rejected
from ingestion.graphs.compression import pack
from ingestion.registry.model import NewDocument, Outcome, digest_of
from ingestion.rights.decision import Permit
from ingestion.rights.model import Agent, Matter
from ingestion.words.messages import Issue, Place, issue
from ontologie import BASE
from shapes import Report

if TYPE_CHECKING:
    from ingestion.registry.registry import Registry


@dataclass(frozen=True)
class Deposited:
    """What came of one file: counts, all that is to be said, and how the registry took it.

    `reports` are those of the shapes that say something; `separator` is that of a table written as text;
    `rejected` are the refused records, where asked for.
    """

    file: Path
    summary: Summary
    entries: tuple[Issue, ...]
    notes: tuple[Issue, ...]
    reports: tuple[Report, ...]
    registered: dict[Outcome, int]
    separator: str = ""
    rejected: tuple[Rejected, ...] = ()
    taken: tuple[Matter, ...] = ()
    """The documents that were accepted, and whose each is."""

    @property
    def exit_code(self) -> int:
        """Return 1 where something was refused or waits for a reader, else 0."""
        return self.summary.exit_code


def deposit_file(
    path: Path,
    registry: Registry | None,
    agent: Agent,
    options: Options,
    *,
    validate: bool = False,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
    registered: dict[Outcome, int] | None = None,
    permit: Permit | None = None,
) -> Deposited:
    """Examine a file and register what may be taken; without a registry, only examine (`--dry-run`).

    With `strict`, one refusal leaves the registry as it was. `progress` is told how many records were read so far, of
    how many; `registered` is counted up at each batch that the registry took, which stays there whatever comes after.
    What the agent may not deposit, nor validate where asked, is refused at its place: `permit` says so, by default the
    registry. Raises UnreadableDeposit, and Forbidden where the agent lost a right meanwhile.
    """
    deposit = open_deposit(path, replace(options, strict=strict))
    notes = deposit.notes if registry is None else (*deposit.notes, *keep_agreements(deposit, options))
    total = Deposited(path, Summary(), (), notes, (), none_yet())
    summary, entries, reports, held = Summary(), list[Issue](), list[Report](), list[NewDocument]()
    rejected, left, taken = list[Rejected](), list[Issue](), list[Matter]()
    known, erased = (registry.made_fiches, registry.erased_on) if registry else (None, None)
    if permit is None and registry is not None:
        permit = registry.permit(agent, validate=validate)
    for part in examine_batches(deposit, options, known=known, erased=erased, permit=permit):
        summary += part.summary
        entries.extend(part.entries)
        rejected.extend(part.rejected)
        reports.extend(report for report in part.reports if report.results)
        accepted = [new_document(one, options.base) for one in part.documents]
        taken.extend(Matter(one.kind, one.identifier, one.academie) for one in accepted)
        if strict:
            held.extend(accepted)
            left.extend(_not_taken(one, deposit.file) for one in part.documents)
        elif registry is not None and accepted:
            _count((total.registered, registered), registry.register(accepted, agent, validate=validate))
        if progress is not None:
            progress(summary.read, deposit.count)
    if strict and summary.refused:
        entries.extend(left)
    elif strict and registry is not None and held:
        _count((total.registered, registered), registry.register(held, agent, validate=validate))
    return Deposited(
        path, summary, tuple(entries), notes, tuple(reports), total.registered, deposit.separator, tuple(rejected),
        () if strict and summary.refused else tuple(taken),
    )  # fmt: skip


def new_document(examined: ExaminedDocument, base: str = BASE) -> NewDocument:
    """Return what the registry keeps of an accepted document; its entries quote no personal value."""
    built = examined.built
    entries = [
        {"severity": one.severity, "rule": one.rule, "field": one.field, "value": one.value, "message": {**one.message}}
        for one in examined.issues
    ]
    lines = examined.converted.lines
    return NewDocument(
        built.kind,
        built.identifier,
        built.academie,
        built.document,
        tuple(entries),
        built.personal,
        pack(lines, base, built.context),
        digest_of(b"".join(lines)),
        built.context,
        examined.held,
    )


def _not_taken(examined: ExaminedDocument, file: str) -> Issue:
    """Return what is said of a good record where another one is refused and all or nothing is taken."""
    return issue("non-prise", Place(file, examined.built.line), document=examined.built.name)


def none_yet() -> dict[Outcome, int]:
    """Return the counts of a registry that has taken nothing yet."""
    return {"created": 0, "new-version": 0, "unchanged": 0}


def _count(totals: tuple[dict[Outcome, int] | None, ...], more: dict[Outcome, int]) -> None:
    for total in filter(None, totals):
        for outcome, number in more.items():
            total[outcome] += number
