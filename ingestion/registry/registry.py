"""The registry: which documents exist, in which state, who did what (docs/decisions/registry.md). It is the truth.

Knows documents, versions, events, agents and editions. Knows nothing of RDF: the store is derived from it (law 2).
Personal data lives here and nowhere else (law 7).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final, Self

import sqlalchemy as sa

from ingestion.registry.accounts import Accounts, known_agent
from ingestion.registry.apart import Apart, deposited_again, registered_apart
from ingestion.registry.copies import Copies
from ingestion.registry.deposits import PASSAGES_READ, batches, register_batch
from ingestion.registry.drafts import Drafts
from ingestion.registry.editions import EditionRecords
from ingestion.registry.findings import reviews_of
from ingestion.registry.happened import EventRecords
from ingestion.registry.judged import Judgements
from ingestion.registry.labels import LabelRecords
from ingestion.registry.projects import ProjectRecords
from ingestion.registry.received import Received
from ingestion.registry.selection import ListWanted, Page, page_of
from ingestion.registry.sign_ins import SignIns
from ingestion.registry.tables.model import ALL_STATES, Event, NewDocument, Outcome, Registered, State, Waited, now
from ingestion.registry.tables.rows import empty, event_row, is_held, latest, named, record
from ingestion.registry.tables.schema import documents, events, findings, remarks, versions
from ingestion.registry.tables.sessions import Sessions
from ingestion.registry.tables.upgrade import Migrated, copies_of
from ingestion.registry.transitions import RefusedTransition
from ingestion.registry.waiting import replaced, waiting
from ingestion.rights.decision import Forbidden, Permit, decide, refusal, require
from ingestion.rights.model import Action, Agent, Matter
from ingestion.settings import Settings
from ingestion.words.examples import PROJECT

_ACTS: Final[Mapping[Event, Action]] = {
    "validated": "validate", "returned": "return", "withdrawn": "withdraw", "erased": "erase", "opinion": "opinion",
    "confirmed": "finding", "dismissed": "finding", "reopened": "finding",
}  # fmt: skip
_MAY_BE_VALIDATED: Final[frozenset[State]] = frozenset(("depose", "retourne", "retire"))
_MAY_BE_RETURNED: Final[frozenset[State]] = frozenset(("depose", "valide"))
_MAY_BE_WITHDRAWN: Final[frozenset[State]] = frozenset(("depose", "valide", "publie", "retourne"))


class Registry:
    """Registers, reviews and erases; each call is one transaction. Close it, or use it as a context.

    `editions` is what publication asks of it, and tells it; `accounts` who may act; `received` what came of deposits
    over HTTP; `drafts` what was begun in forms; `sign_ins` who signed in from a browser; `labels` what nothing knows,
    and what was decided of it; `judged` by which rules; `events` what happened last; `copies` moves it whole. Of an
    agent that is given, the name alone counts: what it may do is what the registry says when it acts.
    """

    def __init__(self, settings: Settings, migrated: Migrated = lambda copy: None) -> None:
        """Open the registry; its tables are made at the first write, so that reading touches nothing.

        One of an earlier version of this program is brought to this one when it is first asked something, which
        raises NewerRegistry where a later program made it; `migrated` is then told.
        """
        self._sessions = Sessions(settings, migrated)
        self.editions = EditionRecords(self._sessions)
        self.accounts = Accounts(self._sessions)
        self.copies = Copies(self._sessions)
        self.projects = ProjectRecords(self._sessions)
        self.received = Received(self._sessions)
        self.drafts = Drafts(self._sessions)
        self.labels = LabelRecords(self._sessions)
        self.judged = Judgements(self._sessions)
        self.events = EventRecords(self._sessions)
        self.sign_ins = SignIns(self._sessions)

    def __enter__(self) -> Self:
        """Return the registry."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self._sessions.engine.dispose()

    # Deposit and review

    def register(
        self, found: Iterable[NewDocument], agent: Agent, *, validate: bool = False, waited: list[Waited] | None = None
    ) -> dict[Outcome, int]:
        """Register documents in one transaction: same content, no new version; new content, a new one.

        With `validate`, what is deposited is validated in the same step, and the event says so. What was sent
        back or withdrawn stays so when the same content comes again. `waited` is told the versions that waited for a
        reviewer and are no longer the latest. Raises Forbidden, and then nothing is registered.
        """
        counts: dict[Outcome, int] = {"created": 0, "new-version": 0, "unchanged": 0}
        with self._sessions.writing() as connection:
            acting = known_agent(connection, agent.name)
            moment = now()
            for batch in batches(found):
                before = None if waited is None else waiting(connection, batch)
                for outcome, count in register_batch(connection, batch, acting, validate, moment).items():
                    counts[outcome] += count
                if before and waited is not None:
                    waited.extend(replaced(connection, before))
        return counts

    def permit(self, agent: Agent, *, validate: bool = False) -> Permit:
        """Return what tells, of each document, why an agent may not deposit it, nor validate it where asked.

        An id that another académie's document has is refused as that document would be: no draft tells of itself.
        """
        acting = self.accounts.known(agent.name)
        actions: tuple[Action, ...] = ("deposit", "validate") if validate else ("deposit",)

        def permit(kind: str, identifier: str, academie: str | None) -> Forbidden | None:
            why = refusal(acting, actions, Matter(kind, identifier, academie))
            # The id of a project begins with its académie: nobody else comes by it.
            if why is not None or kind == PROJECT:
                return why
            theirs = self._whose(kind, identifier)
            if theirs is None or decide(acting, "deposit", theirs).allowed:
                return None
            return Forbidden("other-academie", acting, "deposit", theirs)

        return permit

    def validate(
        self, kind: str, identifier: str, agent: Agent, *, passages_read: bool = False, version: int | None = None
    ) -> None:
        """Validate a document's latest version; raises RefusedAct, LookupError where it is unknown.

        What was sent back or withdrawn may be validated after all: a person says so. What has passages that may be
        personal is validated by who says that they were read, and the event says so. `version` is the one that was
        looked at: where another came meanwhile, RefusedTransition.
        """
        told: dict[str, Any] = {"passages_read": passages_read, "version": version}
        with self._act(kind, identifier, agent, _MAY_BE_VALIDATED, "validated", **told) as (connection, row):
            state: State = "publie" if row.version == row.published_version else "valide"
            _change(connection, row, state=state, validated_version=row.version)

    def send_back(
        self, kind: str, identifier: str, agent: Agent, reason: str, fields: Mapping[str, str] = MappingProxyType({}),
        version: int | None = None,
    ) -> None:  # fmt: skip
        """Send the latest version back with the reason, and those of single fields; what is public stays public."""
        told: dict[str, Any] = {"fields": fields, "version": version}
        acting = self._act(kind, identifier, agent, _MAY_BE_RETURNED, "returned", reason, **told)
        with acting as (connection, row):
            kept = row.validated_version if row.state == "depose" else _wanted_before(connection, row)
            _change(connection, row, state="retourne", validated_version=kept)

    def set_apart(
        self, kind: str, identifier: str, agent: Agent, reason: str, apart: Apart,
        fields: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Send the latest version back, and make it a document of its own, to be validated; return its identifier.

        For a row that was taken for another fiche by its page. The version before it is the latest again where nobody
        had validated it. Raises RefusedTransition where the row was not taken so.
        """
        acting = self._act(kind, identifier, agent, _MAY_BE_RETURNED, "returned", reason, fields=fields)
        with acting as (connection, row):
            (found,) = self._read(*named(documents, kind, identifier))
            by, moment = known_agent(connection, agent.name), now()
            name = registered_apart(connection, found, by, apart, moment)
            kept = row.validated_version if row.state == "depose" else _wanted_before(connection, row)
            _change(connection, row, state="retourne", validated_version=kept)
            if kept is None and (number := deposited_again(connection, found, by, moment)) is not None:
                _change(connection, row, state="depose", version=number)
        return name

    def withdraw(
        self, kind: str, identifier: str, agent: Agent, reason: str = "", version: int | None = None
    ) -> None:
        """Withdraw a document: it leaves the next edition."""
        acting = self._act(kind, identifier, agent, _MAY_BE_WITHDRAWN, "withdrawn", reason, version=version)
        with acting as (connection, row):
            _change(connection, row, state="retire", validated_version=None)

    def give_opinion(self, kind: str, identifier: str, agent: Agent, text: str, version: int | None = None) -> None:
        """Note what an inspector thinks of a document, for its reviewer; it stays in its state."""
        with self._act(kind, identifier, agent, ALL_STATES, "opinion", text, version=version):
            pass

    def decide_finding(
        self, kind: str, identifier: str, agent: Agent, decided: Event, finding: str, basis: str, version: int,
        reason: str = "", language: str = "fr",
    ) -> None:  # fmt: skip
        """Note that a finding is `confirmed` or `dismissed` on the facts of a version, or take that back (`reopened`).

        What is published of it names the organisation of who decides, so that one is asked for. Raises as `validate`.
        """
        about = {"finding": finding, "basis": basis, "language": language}
        acting = self._act(kind, identifier, agent, _MAY_BE_WITHDRAWN, decided, reason, finding=about, version=version)
        with acting as (connection, row):
            by = known_agent(connection, agent.name)
            of = require(by, "finding", Matter(kind, identifier, row.academie)).academie
            if of is None and by.organisation is None:
                raise RefusedTransition("finding-organisation", identifier, row.state)
            stands = reviews_of(connection, kind, [identifier]).get(identifier, ())
            if decided == "reopened" and (finding, basis) not in {(one.finding, one.basis) for one in stands}:
                raise RefusedTransition("finding-undecided", identifier, row.state)

    def erase(self, kind: str, identifier: str, agent: Agent) -> None:
        """Erase payloads, personal data and remarks of a document; the fact of the events stays (GDPR art. 17).

        The editions that hold it are made anew by the next publication or rebuild (`publication.redaction`). The
        copies that an upgrade of the registry left go too. What was erased already has no second event.
        """
        last = self.events.ended(kind, [identifier]).get(identifier)
        if last is not None and last.event == "erased":
            require(self.accounts.known(agent.name), "erase", Matter(kind, identifier, last.academie))
        else:
            with self._act(kind, identifier, agent, ALL_STATES, "erased") as (connection, row):
                _change(connection, row, state="retire", validated_version=None)
                empty(connection, kind, identifier)
        for copy in copies_of(self._sessions.engine):
            copy.unlink()

    def compact(self) -> None:
        """Leave nothing of emptied rows in the database's file: it keeps them in free pages and in its log."""
        self._sessions.compact()

    # Reading

    def readable(self, found: Iterable[Registered], agent: Agent) -> list[Registered]:
        """Return those of some documents that an agent may read."""
        acting = self.accounts.known(agent.name)
        return [one for one in found if decide(acting, "read", Matter(one.kind, one.identifier, one.academie)).allowed]

    def made_fiches(self, academie: str | None) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the projects of an académie, None for national ones, whose identifier was made: (it, its document)."""
        if not self._sessions.exists():
            return []
        with self._sessions.snapshot() as connection:
            asked = (
                sa.select(documents.c.identifier, versions.c.payload)
                .select_from(latest(documents.c.version))
                .where(documents.c.kind == "projet", documents.c.academie == academie)
                .where(documents.c.identifier.like(f"{academie or 'n'}-r-%"), versions.c.payload.is_not(None))
            )
            return [(row.identifier, json.loads(row.payload)) for row in connection.execute(asked)]

    def listed(
        self, *, state: str | None = None, academie: str | None = None, kind: str | None = None
    ) -> Iterator[Registered]:
        """Yield documents with their latest version, by kind and identifier."""
        wanted = {documents.c.state: state, documents.c.academie: academie, documents.c.kind: kind}
        yield from self._read(*(column == value for column, value in wanted.items() if value is not None))

    def page(self, wanted: ListWanted, agent: Agent) -> Page:
        """Return a part of the documents that an agent may read, those that have waited for longest first."""
        if not self._sessions.exists():
            return Page(0, ())
        with self._sessions.snapshot() as connection:
            total, names = page_of(connection, wanted, known_agent(connection, agent.name))
        return Page(total, tuple((self.get(kind, name), at) for kind, name, at in names))

    def get(self, kind: str, identifier: str) -> Registered:
        """Return a document with its latest version; raises LookupError."""
        for found in self._read(*named(documents, kind, identifier)):
            return found
        raise LookupError(f"{kind}/{identifier}")

    def history(self, kind: str, identifier: str) -> list[dict[str, Any]]:
        """Return the events of a document, the oldest first, each with its remark and the finding that it is about."""
        if not self._sessions.exists():
            return []
        joined = events.outerjoin(remarks, remarks.c.event == events.c.id)
        joined = joined.outerjoin(findings, findings.c.event == events.c.id)
        more = remarks.c.text.label("remark"), remarks.c.fields, findings.c.finding, findings.c.basis
        asked = sa.select(events, *more).select_from(joined)
        with self._sessions.engine.connect() as connection:
            rows = connection.execute(asked.where(*named(events, kind, identifier)).order_by(events.c.id))
            told = [{key: value for key, value in row._mapping.items() if value is not None} for row in rows]
        return [one | ({"fields": json.loads(one["fields"])} if "fields" in one else {}) for one in told]

    def content(self, kind: str, identifier: str, number: int) -> tuple[Mapping[str, Any] | None, str]:
        """Return a version's document, None where it was erased, and the version of its context; raises LookupError."""
        asked = sa.select(versions.c.payload, versions.c.context)
        with self._sessions.snapshot() as connection:
            mine = *named(versions, kind, identifier), versions.c.number == number
            row = connection.execute(asked.where(*mine)).one_or_none()
        if row is None:
            raise LookupError(f"{kind}/{identifier} {number}")
        return None if row.payload is None else json.loads(row.payload), row.context

    def contact(self, kind: str, identifier: str, agent: Agent) -> dict[str, str]:
        """Return how to reach who deposited the latest version of a document, by column, to an agent who may know."""
        with self._sessions.snapshot() as connection:
            asked = sa.select(documents.c.academie, versions.c.personal).select_from(latest(documents.c.version))
            row = connection.execute(asked.where(*named(documents, kind, identifier))).one()
            acting = known_agent(connection, agent.name)
        may = decide(acting, "contact", Matter(kind, identifier, row.academie)).allowed
        return json.loads(row.personal) if may and row.personal else {}

    def _whose(self, kind: str, identifier: str) -> Matter | None:
        if not self._sessions.exists():
            return None
        with self._sessions.snapshot() as connection:
            asked = sa.select(documents.c.academie).where(*named(documents, kind, identifier))
            row = connection.execute(asked).one_or_none()
        return None if row is None else Matter(kind, identifier, row.academie)

    # Transactions

    def _read(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Registered]:
        if not self._sessions.exists():
            return
        asked = (
            sa.select(documents, versions.c.payload, versions.c.entries, versions.c.context, versions.c.held)
            .select_from(latest(documents.c.version))
            .where(*conditions)
            .order_by(documents.c.kind, documents.c.identifier)
        )
        with self._sessions.engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(asked):
                yield _registered(row)

    @contextmanager
    def _act(
        self, kind: str, identifier: str, agent: Agent, states: frozenset[State], event: Event, remark: str = "",
        *, fields: Mapping[str, str] = MappingProxyType({}), passages_read: bool = False,
        finding: Mapping[str, str] | None = None, version: int | None = None,
    ) -> Iterator[tuple[sa.Connection, Any]]:
        """Open the transaction of an act on a document, where this agent may act on it, and record its event.

        Raises LookupError, Forbidden, RefusedTransition, where the latest version is not `version` too.
        """
        if not self._sessions.exists():
            raise LookupError(f"{kind}/{identifier}")
        with self._sessions.writing() as connection:
            row = connection.execute(sa.select(documents).where(*named(documents, kind, identifier))).one_or_none()
            if row is None:
                raise LookupError(f"{kind}/{identifier}")
            acting = known_agent(connection, agent.name)
            decision = require(acting, _ACTS[event], Matter(kind, identifier, row.academie))
            if row.state not in states:
                raise RefusedTransition("wrong-state", identifier, row.state)
            held = event == "validated" and is_held(connection, kind, identifier, row.version)
            if held is None:
                raise RefusedTransition("erased-version", identifier, row.state)
            if held and not passages_read:
                raise RefusedTransition("passages-unread", identifier, row.state)
            if version not in (None, row.version):
                raise RefusedTransition("other-version", identifier, row.state)
            yield connection, row
            of = {"academie": decision.academie, "detail": PASSAGES_READ if held else None}
            record(connection, [event_row(kind, identifier, row.version, event, now(), acting, **of)])
            number = connection.execute(sa.select(sa.func.max(events.c.id))).scalar_one()
            if finding is not None:
                connection.execute(findings.insert().values(event=number, **finding))
            if remark or fields:
                said = json.dumps(dict(fields), ensure_ascii=False) if fields else None
                connection.execute(remarks.insert().values(event=number, text=remark, fields=said))


def _change(connection: sa.Connection, row: Any, **values: Any) -> None:
    connection.execute(documents.update().where(*named(documents, row.kind, row.identifier)).values(**values))


def _wanted_before(connection: sa.Connection, row: Any) -> int | None:
    """Return the version that stays public when the latest, validated one is sent back after all."""
    ended = ("withdrawn", "erased")
    taken_up = sa.and_(events.c.event == "validated", events.c.version == row.published_version)
    told = sa.or_(events.c.event.in_(("published", *ended)), taken_up)
    asked = sa.select(events.c.event).where(*named(events, row.kind, row.identifier), told)
    last = connection.execute(asked.order_by(events.c.id.desc()).limit(1)).scalar()
    return None if last in ended else row.published_version


def _registered(row: Any) -> Registered:
    return Registered(
        kind=row.kind, identifier=row.identifier, academie=row.academie, state=row.state, version=row.version,
        validated_version=row.validated_version, published_version=row.published_version,
        document=None if row.payload is None else json.loads(row.payload), entries=json.loads(row.entries),
        context=row.context, held=row.held,
    )  # fmt: skip
