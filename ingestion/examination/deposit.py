"""From an examined deposit to the registry: what is accepted is registered, what is refused leaves no trace.

Knows `--strict` and the personal columns' way (law 7); reading and judging are the pipeline's, states the
registry's.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ingestion.examination.alike import ALIKE, Alike
from ingestion.examination.judged_by import judged_by
from ingestion.examination.named import Named
from ingestion.examination.pipeline import (
    Examination,
    ExaminedDocument,
    Options,
    Summary,
    examine_batches,
    keep_agreements,
    open_deposit,
)
from ingestion.examination.rejects import Rejected
from ingestion.graphs.compression import pack
from ingestion.reading.records import Deposit
from ingestion.registry.tables.model import NewDocument, Outcome, Waited, digest_of
from ingestion.rights.decision import Permit
from ingestion.rights.model import Agent, Matter
from ingestion.words.messages import Issue, Place, issue
from ingestion.words.owned import PARTNERS
from ontologie import BASE
from shapes import Report

if TYPE_CHECKING:
    from ingestion.registry.registry import Registry


_FEW: Final = 1 << 20
"""Bytes of documents that may wait in memory."""


@dataclass(frozen=True)
class Deposited:
    """What came of one file: counts, all that is to be said, and how the registry took it.

    `reports` are those of the shapes that say something, and `rejected` the refused records, where asked for;
    `separator` is that of a table written as text.
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
    path: Path | Deposit, registry: Registry | None, agent: Agent, options: Options, *, validate: bool = False,
    strict: bool = False, progress: Callable[[int, int], None] | None = None,
    registered: dict[Outcome, int] | None = None, permit: Permit | None = None, alike: Alike | None = None,
    named: Named | None = None,
) -> Deposited:  # fmt: skip
    """Examine a file, or what was read already, and register what may be taken; without a registry, only examine.

    With `strict`, one refusal leaves the registry as it was. `progress` is told how many records were read so far, of
    how many; `registered` is counted up at each batch that the registry took, which stays there whatever comes after.
    `alike` tells what is likely the same usage, `named` which projects there are, by default the registry. What the
    agent may not deposit, nor validate where asked, is refused at its place: `permit` says so, by default the registry.
    Raises UnreadableDeposit, and Forbidden where the agent lost a right meanwhile.
    """
    options = replace(options, decided=registry.labels.decided() if registry else options.decided)
    deposit = open_deposit(path, replace(options, strict=strict))
    notes = deposit.notes if registry is None else (*deposit.notes, *keep_agreements(deposit, options))
    total = Deposited(path if isinstance(path, Path) else Path(path.file), Summary(), (), notes, (), none_yet())
    summary, entries, reports, held = Summary(), list[Issue](), list[Report](), _Held()
    rejected, places, taken, counted = list[Rejected](), _Places(), list[Matter](), (total.registered, registered)
    known, ended = (registry.made_fiches, registry.events.ended) if registry else (None, None)
    permit = permit or (registry.permit(agent, validate=validate) if registry else None)
    alike = alike or alike_in(registry, agent, options)
    named = named or (registry.projects.named if registry else None)
    asked: dict[str, Any] = {"known": known, "ended": ended, "permit": permit, "alike": alike, "named": named}
    others = partial(_of_partners, registry) if registry else None
    for part in examine_batches(deposit, options, **asked, others=others):
        summary += part.summary
        entries.extend(part.entries)
        rejected.extend(part.rejected)
        reports.extend(report for report in part.reports if report.results and options.keep_reports)
        accepted, there = [new_document(one, options.base) for one in part.documents], _places(part, deposit.file)
        taken.extend(Matter(one.kind, one.identifier, one.academie) for one in accepted)
        if strict:
            held.add(accepted)
            places.update(there)
        elif registry is not None and accepted:
            entries.extend(_registered(registry, accepted, there, agent, validate, counted))
        if progress is not None:
            progress(summary.read, deposit.count)
    if strict and summary.refused:
        entries.extend(issue("non-prise", place, document=name) for place, name in places.values())
    elif strict and registry is not None and places:
        entries.extend(_registered(registry, held, places, agent, validate, counted))
    if registry is not None and options.memory is not None and summary.accepted:
        _follow(registry, options.memory)
    return Deposited(
        total.file, summary, tuple(entries), notes, tuple(reports), total.registered, deposit.separator,
        tuple(rejected), () if strict and summary.refused else tuple(taken),
    )  # fmt: skip


def together(file: Path, parts: Sequence[Deposited], faults: Iterable[Issue] = ()) -> Deposited:
    """Return what came of parts of one deposit as what came of one; `faults` are what none of them holds."""
    registered = none_yet()
    for one in parts:
        _count((registered,), one.registered)
    return Deposited(
        file,
        sum((one.summary for one in parts), Summary()),
        (*faults, *(entry for one in parts for entry in one.entries)),
        tuple(note for one in parts for note in one.notes),
        tuple(report for one in parts for report in one.reports),
        registered,
        taken=tuple(matter for one in parts for matter in one.taken),
    )


_Places = dict[tuple[str, str], tuple[Place, str]]
"""Where each document of a file stands, by kind and identifier, and its name."""


class _Held:
    """Documents that wait for the last row of their file; many are on the disk, in a file without a name."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_FEW)  # noqa: SIM115 (lives as long as this)
        self._batches = 0

    def add(self, batch: Sequence[NewDocument]) -> None:
        pickle.dump(batch, self._file, pickle.HIGHEST_PROTOCOL)
        self._batches += 1

    def __iter__(self) -> Iterator[NewDocument]:
        self._file.seek(0)
        for _ in range(self._batches):
            yield from pickle.load(self._file)


def _places(part: Examination, file: str) -> _Places:
    built = (one.built for one in part.documents)
    return {(one.kind, one.identifier): (Place(file, one.line), one.name) for one in built}


def _registered(
    registry: Registry, accepted: Iterable[NewDocument], places: _Places, agent: Agent, validate: bool,
    counted: tuple[dict[Outcome, int] | None, ...],
) -> list[Issue]:  # fmt: skip
    """Register documents and count what came of them; return what is said of those that came over one that waited."""
    waited: list[Waited] = []
    _count(counted, registry.register(accepted, agent, validate=validate, waited=waited))
    said = []
    for one in waited:
        place, name = places[one.kind, one.identifier]
        words = {"date": one.at[:10], "agent": one.agent, "version": str(one.version), "identifier": one.identifier}
        said.append(issue("remplace-en-attente", place, document=name, words=words))
    return said


def _of_partners(registry: Registry) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield what partners deposited, in its latest version, but what was erased or withdrawn."""
    for kind in PARTNERS:
        for one in registry.listed(kind=kind):
            if one.document is not None and one.state != "retire":
                yield kind, one.identifier, one.document


def alike_in(registry: Registry | None, agent: Agent, options: Options) -> Alike | None:
    """Return what tells which projects are alike, where there is a registry and a state folder to keep keys in."""
    if registry is None or options.memory is None:
        return None
    # Here, not above: a dry run never loads the database's library.
    from ingestion.examination.neighbours import NEIGHBOURS, Neighbours

    return partial(Neighbours(options.memory / NEIGHBOURS, registry).of, agent=registry.accounts.known(agent.name))


def _follow(registry: Registry, memory: Path) -> None:
    from ingestion.examination.neighbours import follow  # as above

    follow(registry, memory)


def new_document(examined: ExaminedDocument, base: str = BASE) -> NewDocument:
    """Return what the registry keeps of an accepted document; its entries quote no personal value."""
    built = examined.built
    entries = [
        {"severity": one.severity, "rule": one.rule, "field": one.field, "value": one.value, "message": {**one.message}}
        for one in examined.issues
        if one.rule != ALIKE  # told by the rights of who deposits; who reviews has another list
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
        judged_by(base),
    )


def none_yet() -> dict[Outcome, int]:
    """Return the counts of a registry that has taken nothing yet."""
    return {"created": 0, "new-version": 0, "unchanged": 0}


def _count(totals: tuple[dict[Outcome, int] | None, ...], more: dict[Outcome, int]) -> None:
    for total in filter(None, totals):
        for outcome, number in more.items():
            total[outcome] += number
