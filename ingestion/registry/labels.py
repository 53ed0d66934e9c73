"""The labels that nothing knows: which documents hold them, what was decided of each, what came of it.

Keeps the names of labels, hashes, and none of their words: these stand in the documents alone, and go with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import sqlalchemy as sa

from ingestion.documents.wordings import unresolved, wordings
from ingestion.registry.accounts import known_agent
from ingestion.registry.editions import INHERITED
from ingestion.registry.tables.model import MAKING_VERSIONS, Event, NewDocument, Registered, digest_of, now
from ingestion.registry.tables.rows import event_row, latest, named, note_labels, record
from ingestion.registry.tables.schema import (
    documents,
    events,
    label_decisions,
    label_refusals,
    label_uses,
    remarks,
    versions,
)
from ingestion.registry.tables.sessions import Sessions
from ingestion.registry.transitions import RefusedTransition
from ingestion.resolution.decided import NOTHING_DECIDED, Decided, LabelDecision
from ingestion.rights.decision import Forbidden, decide, require, standing
from ingestion.rights.model import VOCABULARY, Agent, Matter
from ingestion.words.errors import RefusedAct, refusal_in_words
from ontologie import Word, in_both

LABEL: Final = "label"
"""The kind of an event that bears on a label, whose name is its identifier."""

LIVING: Final = ("depose", "valide", "publie")
"""The states of documents that a decision changes: one that was sent back is read anew when it comes again."""

_ROWS: Final = 200
_ALL: Final = 10_000_000

Became = Literal["inherited", "waits"]
"""What a document changed by a decision is: as valid as it was, or waiting for a reviewer, as it was or once more."""


class AlreadyDecided(RefusedTransition):
    """Something else was decided of a label before."""

    def __init__(self, label: str, choice: str, at: str, agent: str) -> None:
        self.reason = "label-decided"
        said = in_both("relecture", f"choice-{choice}")
        words: dict[str, Word] = {"label": label, "choice": said, "date": at[:10], "agent": agent}
        RefusedAct.__init__(self, *refusal_in_words("label-decided", **words))


@dataclass(frozen=True, slots=True)
class HeldUp:
    """A label that waits: how many documents that an agent may read hold it, of how many académies, one of them."""

    label: str
    documents: int
    academies: int
    sample: tuple[str, str]


@dataclass(frozen=True, slots=True)
class DecidedLabel:
    """What was decided of a label of a column, by whom and when; and a document that holds it still, if any."""

    label: str
    field: str
    decision: LabelDecision
    at: str
    agent: str
    documents: int
    words: str | None


class LabelRecords:
    """What the registry knows of labels; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._decided: tuple[tuple[int, ...], Decided] = ((), NOTHING_DECIDED)

    def decided(self) -> Decided:
        """Return every decision; read again only where there are others than when it was last asked."""
        if not self._sessions.exists():
            return NOTHING_DECIDED
        with self._sessions.snapshot() as connection:
            last = sa.func.coalesce(sa.func.max(label_decisions.c.event), 0)
            count = sa.select(sa.func.count()).select_from(label_refusals).scalar_subquery()
            asked = sa.select(sa.func.count(), last, count).select_from(label_decisions)
            known = tuple(connection.execute(asked).one())
            if known != self._decided[0]:
                rows = connection.execute(sa.select(label_decisions))
                decisions = {row.label: LabelDecision(row.choice, _concepts(row.concepts)) for row in rows}
                refused = connection.execute(sa.select(label_refusals))
                pairs = frozenset((f"{row.kind}/{row.identifier}", row.label) for row in refused)
                self._decided = known, Decided(decisions, pairs)
        return self._decided[1]

    def held_up(self, agent: Agent, most: int) -> list[HeldUp]:
        """Return the undecided labels of documents that an agent may ask after, those that hold up the most first."""
        if not self._sessions.exists():
            return []
        of = documents.c
        undecided = label_uses.c.label.not_in(sa.select(label_decisions.c.label))
        asked = (
            sa.select(label_uses.c.label, of.kind, of.academie, sa.func.count(), sa.func.min(of.identifier))
            .select_from(label_uses.join(documents, _same()))
            .where(of.state.in_(LIVING), undecided)
            .group_by(label_uses.c.label, of.kind, of.academie)
        )
        found: dict[str, tuple[int, set[str | None], tuple[str, str]]] = {}
        with self._sessions.snapshot() as connection:
            acting = known_agent(connection, agent.name)
            require_some(acting)
            for label, kind, academie, count, identifier in connection.execute(asked):
                if decide(acting, "queue", Matter(kind, identifier, academie)).allowed:
                    before, places, sample = found.get(label, (0, set(), (kind, identifier)))
                    found[label] = before + count, places | {academie}, min(sample, (kind, identifier))
        ordered = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))[:most]
        return [HeldUp(label, count, len(places), sample) for label, (count, places, sample) in ordered]

    def listed(self) -> list[DecidedLabel]:
        """Return what was decided, the latest first."""
        if not self._sessions.exists():
            return []
        living = documents.c.state.in_(LIVING)
        uses = sa.select(label_uses.c.label, sa.func.count().label("held"))
        uses = uses.select_from(label_uses.join(documents, _same())).where(living).group_by(label_uses.c.label)
        held = uses.subquery()
        asked = (
            sa.select(label_decisions, events.c.at, events.c.agent, held.c.held)
            .select_from(
                label_decisions.join(events, events.c.id == label_decisions.c.event)
                .outerjoin(held, held.c.label == label_decisions.c.label)
            )
            .order_by(label_decisions.c.event.desc())
        )  # fmt: skip
        with self._sessions.snapshot() as connection:
            return [
                DecidedLabel(
                    row.label, row.field, LabelDecision(row.choice, _concepts(row.concepts)), row.at, row.agent,
                    row.held or 0, row.words,
                )
                for row in connection.execute(asked)
            ]

    def one_that_holds(self, label: str) -> tuple[str, str] | None:
        """Return a living document that holds a label, by kind and identifier."""
        found = self.concerned(label, ("", ""), 1, refused=True)
        return found[0] if found else None

    def concerned(
        self, label: str, after: tuple[str, str], size: int, *, refused: bool = False
    ) -> list[tuple[str, str]]:
        """Return living documents that hold a label, in their order; where asked, those that refused the decision."""
        if not self._sessions.exists():
            return []
        of = documents.c
        wanted = [label_uses.c.label == label, of.state.in_(LIVING), sa.tuple_(of.kind, of.identifier) > after]
        if not refused:
            said = sa.select(label_refusals.c.kind, label_refusals.c.identifier).where(label_refusals.c.label == label)
            wanted.append(sa.tuple_(of.kind, of.identifier).not_in(said))
        asked = sa.select(of.kind, of.identifier).select_from(label_uses.join(documents, _same())).where(*wanted)
        with self._sessions.snapshot() as connection:
            rows = connection.execute(asked.order_by(of.kind, of.identifier).limit(size))
            return [(row.kind, row.identifier) for row in rows]

    def decide(self, label: str, said: tuple[str, str], decision: LabelDecision, agent: Agent) -> bool:
        """Note what was decided of a label, (column, words); return whether that is new.

        Its words are kept where they become a name of a concept. Raises Forbidden, AlreadyDecided.
        """
        field, words = said
        with self._sessions.writing() as connection:
            acting = known_agent(connection, agent.name)
            require(acting, "labels", Matter(LABEL, label))
            asked = sa.select(label_decisions, events.c.at, events.c.agent)
            asked = asked.join(events, events.c.id == label_decisions.c.event)
            before = connection.execute(asked.where(label_decisions.c.label == label)).one_or_none()
            concepts = json.dumps(decision.concepts)
            if before is not None:
                if (before.choice, before.concepts) != (decision.choice, concepts):
                    raise AlreadyDecided(label, before.choice, before.at, before.agent)
                return False
            record(connection, [event_row(LABEL, label, 0, "decided", now(), acting, detail=decision.choice)])
            event = connection.execute(sa.select(sa.func.max(events.c.id))).scalar_one()
            row: dict[str, Any] = {
                "label": label, "field": field, "choice": decision.choice, "concepts": concepts, "event": event,
            }  # fmt: skip
            row["words"] = words if decision.choice == "alias" else None
            connection.execute(label_decisions.insert().values(row))
            return True

    def withdraw(self, label: str, agent: Agent, reason: str) -> bool:
        """Forget what was decided of a label and who refused it; return whether it was not forgotten before.

        Raises Forbidden, LookupError where nothing was ever decided of it.
        """
        with self._sessions.writing() as connection:
            acting = known_agent(connection, agent.name)
            require(acting, "labels", Matter(LABEL, label))
            if not _last(connection, "decided", LABEL, label):
                raise LookupError(label)
            if not connection.execute(label_decisions.delete().where(label_decisions.c.label == label)).rowcount:
                return False
            connection.execute(label_refusals.delete().where(label_refusals.c.label == label))
            record(connection, [event_row(LABEL, label, 0, "withdrawn", now(), acting)])
            event = connection.execute(sa.select(sa.func.max(events.c.id))).scalar_one()
            connection.execute(remarks.insert().values(event=event, text=reason))
            return True

    def understood(self, label: str) -> list[tuple[str, str]]:
        """Return the living documents that say a label in concepts and may do so by what was last decided of it."""
        with self._sessions.snapshot() as connection:
            # By the decision, or by a deposit since.
            by_it = sa.and_(events.c.event == "relabelled", events.c.detail == label)
            since = sa.and_(events.c.event == "deposited", events.c.id > _last(connection, "decided", LABEL, label))
            names = sa.select(events.c.kind, events.c.identifier).where(sa.or_(by_it, since))
            of = documents.c
            asked = sa.select(of.kind, of.identifier, versions.c.payload).select_from(latest(of.version))
            asked = asked.where(of.state.in_(LIVING), versions.c.payload.is_not(None))
            asked = asked.where(sa.tuple_(of.kind, of.identifier).in_(names)).order_by(of.kind, of.identifier)
            return [
                (row.kind, row.identifier)
                for row in connection.execution_options(yield_per=500).execute(asked)
                for document in [json.loads(row.payload)]
                if label in wordings(document) and label not in unresolved(document)
            ]

    def unlabel(self, found: Registered, new: NewDocument, label: str, *, alone: bool) -> Became | None:
        """Register a version without what was decided of a label, as `relabel`; its history tells the reason."""
        return self._changed(found, new, ("unlabelled", VOCABULARY, None, label), alone=alone)

    def relabel(self, found: Registered, new: NewDocument, label: str, *, alone: bool) -> Became | None:
        """Register the version that a decision makes of a document, None where the document is another by now.

        Where what it changed stands `alone`, a validated version hands its validation on; else a person validates it.
        """
        return self._changed(found, new, ("relabelled", VOCABULARY, None, label), alone=alone)

    def _changed(self, found: Registered, new: NewDocument, by: _By, *, alone: bool) -> Became | None:
        with self._sessions.writing() as connection:
            row = connection.execute(sa.select(documents).where(*named(documents, new.kind, new.identifier))).one()
            if (row.version, row.state) != (found.version, found.state) or row.state not in LIVING:
                return None
            became = _next_version(connection, row, new, by, alone=alone)
            if by[0] == "unlabelled":
                _give_reason(connection, row, label=by[3])
            return became

    def count(self, label: str) -> int:
        """Return how many living documents hold a label, and did not refuse what was decided of it."""
        return len(self.concerned(label, ("", ""), _ALL))

    def samples(self, labels: Iterable[str]) -> list[HeldUp]:
        """Return of decided labels a document that each was changed on, or that holds it still."""
        wanted, of = list(labels), events.c
        changed = sa.select(of.detail, of.kind, of.identifier).where(of.event == "relabelled", of.detail.in_(wanted))
        uses = sa.select(label_uses.c.label, label_uses.c.kind, label_uses.c.identifier)
        with self._sessions.snapshot() as connection:
            rows = connection.execute(changed.union(uses.where(label_uses.c.label.in_(wanted))))
            found = {label: (kind, identifier) for label, kind, identifier in rows}
        return [HeldUp(label, 1, 1, sample) for label, sample in found.items()]

    def words(self, held: Sequence[HeldUp]) -> dict[str, tuple[str, str]]:
        """Return (column, words) of labels by their names, as the samples say them; of an erased one, nothing."""
        found: dict[str, tuple[str, str]] = {}
        with self._sessions.snapshot() as connection:
            for start in range(0, len(held), _ROWS):
                asked = sa.select(documents.c.kind, documents.c.identifier, versions.c.payload)
                asked = asked.select_from(latest(documents.c.version))
                part = held[start : start + _ROWS]
                names = sa.tuple_(documents.c.kind, documents.c.identifier)
                asked = asked.where(names.in_({one.sample for one in part}), versions.c.payload.is_not(None))
                rows = connection.execute(asked)
                said = {(row.kind, row.identifier): wordings(json.loads(row.payload)) for row in rows}
                for one in part:
                    if one.label in said.get(one.sample, ()):
                        found[one.label] = said[one.sample][one.label]
        return found

    def deposited(self, found: Registered) -> tuple[Registered, list[str], set[str]]:
        """Return a document as it was last deposited, and the labels that decisions changed since.

        And those of which a decision was withdrawn since: the deposit itself may have been understood by it.
        """
        with self._sessions.snapshot() as connection:
            number, labels, back = _applied(connection, found.kind, found.identifier)
            asked = sa.select(versions).where(*named(versions, found.kind, found.identifier))
            row = connection.execute(asked.where(versions.c.number == number)).one()
        document = None if row.payload is None else json.loads(row.payload)
        of = {"context": row.context, "held": row.held, "entries": json.loads(row.entries)}
        return replace(found, version=number, document=document, **of), labels, back

    def refuse(self, found: Registered, new: NewDocument, label: str, agent: Agent) -> Became:
        """Register the version of a document without what was decided of a label, which it is not asked again.

        Raises Forbidden, and RefusedTransition where the document is another by now.
        """
        with self._sessions.writing() as connection:
            row = connection.execute(sa.select(documents).where(*named(documents, new.kind, new.identifier))).one()
            acting = known_agent(connection, agent.name)
            decision = require(acting, "return", Matter(row.kind, row.identifier, row.academie))
            if (row.version, row.state) != (found.version, found.state):
                raise RefusedTransition("other-version", row.identifier, row.state)
            if row.state not in LIVING or label not in _applied(connection, row.kind, row.identifier)[1]:
                raise RefusedTransition("label-not-applied", row.identifier, row.state)
            names = {"kind": row.kind, "identifier": row.identifier, "label": label}
            connection.execute(label_refusals.insert().values(names))
            by: _By = ("refused", acting, decision.academie, label)
            return _next_version(connection, row, new, by, alone=True)


def require_some(agent: Agent) -> None:
    """Require that an agent may ask after the labels of some documents. Raises Forbidden."""
    if why := standing(agent, "queue"):
        raise Forbidden(why, agent, "queue")


def _same() -> sa.ColumnElement[bool]:
    return sa.and_(documents.c.kind == label_uses.c.kind, documents.c.identifier == label_uses.c.identifier)


def _concepts(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, tuple(iris)) for key, iris in json.loads(text))


def _last(connection: sa.Connection, event: Event, kind: str, identifier: str) -> int:
    """Return the last event of a sort of a document or a label, 0 where there was none."""
    asked = sa.select(sa.func.max(events.c.id)).where(*named(events, kind, identifier), events.c.event == event)
    return connection.execute(asked).scalar() or 0


def _applied(connection: sa.Connection, kind: str, identifier: str) -> tuple[int, list[str], set[str]]:
    wanted = events.c.event.in_(MAKING_VERSIONS)
    asked = sa.select(events.c.event, events.c.version, events.c.detail).where(*named(events, kind, identifier), wanted)
    base, labels, back = 0, dict[str, None](), set[str]()
    for event, version, label in connection.execute(asked.order_by(events.c.id)):
        if event == "deposited":
            base, labels, back = version, {}, set()
        elif event == "relabelled":
            labels[label] = None
        else:
            labels.pop(label, None)
            back |= {label} if event == "unlabelled" else set()
    return base, list(labels), back


def _give_reason(connection: sa.Connection, row: Any, label: str) -> None:
    """Note why a decision was withdrawn beside what that changed of a document: an erasure removes it there."""
    withdrawn = _last(connection, "withdrawn", LABEL, label)
    mine = _last(connection, "unlabelled", row.kind, row.identifier)
    reason = connection.execute(sa.select(remarks.c.text).where(remarks.c.event == withdrawn)).scalar_one()
    connection.execute(remarks.insert().values(event=mine, text=reason))


_By = tuple[Literal["relabelled", "refused", "unlabelled"], Agent, str | None, str]
"""The event that makes a version, who makes it, in the name of which académie, and because of which label."""


def _next_version(connection: sa.Connection, row: Any, new: NewDocument, by: _By, *, alone: bool) -> Became:
    """Register a version with the personal columns of the one before it, and its validation where it hands it on."""
    event, agent, academie, label = by
    mine = *named(versions, row.kind, row.identifier), versions.c.number == row.version
    before = connection.execute(sa.select(versions).where(*mine)).one()
    number, moment, graph = row.version + 1, now(), new.graph_sha256 or digest_of(new.payload)
    values = {
        **before._mapping, "number": number, "payload": new.payload, "sha256": graph, "graph": new.graph,
        "entries": json.dumps(list(new.entries), ensure_ascii=False), "warnings": new.warnings,
        "held": new.held, "judged_by": new.judged_by,
    }  # fmt: skip
    connection.execute(versions.insert().values(values))
    told = [event_row(row.kind, row.identifier, number, event, moment, agent, academie=academie, detail=label)]
    inherits = alone and row.validated_version == row.version and row.state != "depose"
    change: dict[str, Any] = {"version": number, "state": "depose"}
    if inherits:
        of = _validation(connection, row)
        given = {"academie": of.academie, "organisation": of.organisation, "detail": INHERITED}
        told.append(event_row(row.kind, row.identifier, number, "validated", moment, VOCABULARY, **given))
        change |= {"state": "valide", "validated_version": number}
    record(connection, told)
    connection.execute(documents.update().where(*named(documents, row.kind, row.identifier)).values(change))
    note_labels(connection, {(row.kind, row.identifier): new.document})
    return "inherited" if inherits else "waits"


def _validation(connection: sa.Connection, row: Any) -> Any:
    """Return the event by which the latest version was validated."""
    asked = sa.select(events).where(*named(events, row.kind, row.identifier), events.c.event == "validated")
    asked = asked.where(events.c.version == row.version).order_by(events.c.id.desc()).limit(1)
    return connection.execute(asked).one()

