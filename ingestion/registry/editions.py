"""What publication asks of the registry, and tells it: what ought to be public, since when, by whom validated.

An edition is a function of the events up to one of them (`last_event`) and of the editions before it. So what is
deposited or reviewed while an edition is made waits for the next one, and an old edition can be derived again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.findings import reviews_of
from ingestion.registry.tables.model import Event, FindingReview
from ingestion.registry.tables.rows import event_row, latest, record
from ingestion.registry.tables.schema import documents, editions, events, redactions, versions
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.model import Agent
from ingestion.words.examples import EXAMPLE_PREFIX, PROJECT
from ingestion.words.owned import PARTNERS

PUBLISHER: Final = Agent("publication")
INHERITED: Final = "inherited"
"""Marks the validation of a version that a decision on a label made: that of the version before it."""

_BY_PUBLISHING: Final = ("published", "unpublished")


@dataclass(frozen=True, slots=True)
class Planned:
    """A version that an edition is to hold; `fresh` where the edition before did not."""

    kind: str
    identifier: str
    version: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """What is to be put and removed, and the last event that was taken into account."""

    last_event: int
    put: tuple[Planned, ...]
    remove: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RegisteredEdition:
    """An edition as the registry noted it, and as it is since it was last redacted: hash and manifest."""

    number: int
    at: str
    last_event: int
    sha256: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CutEdition:
    """An edition as it was cut, whatever was redacted of it since; `sha256` is None of the one being cut."""

    number: int
    at: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """What review and publication know of a version: dates (xsd:dateTime), and for whom it was validated."""

    kind: str
    identifier: str
    version: int
    submitted: str
    accepted: str
    academie: str | None
    organisation: str | None
    issued: str
    modified: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """A version's JSON and what conversion made of it, both None once erased; and the version of its context."""

    payload: str | None
    graph: bytes | None
    context: str


class EditionRecords:
    """The editions of a registry, and what the next one is to hold; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def plan(self, since: int | None = None) -> EditionPlan:
        """Return what the next edition must put and remove; `since` leaves out what no later event touched."""
        if not self._sessions.exists():
            return EditionPlan(0, (), ())
        with self._sessions.snapshot() as connection:
            last_event = connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))).scalar_one()
            columns = (
                documents.c.kind,
                documents.c.identifier,
                documents.c.validated_version,
                documents.c.published_version,
            )
            asked = sa.select(*columns).order_by(documents.c.kind, documents.c.identifier)
            if since is not None:
                touched = (
                    sa.select(events.c.kind, events.c.identifier)
                    .where(events.c.id > since, events.c.event.not_in(_BY_PUBLISHING))
                    .distinct()
                    .subquery()
                )
                # What ought to be public differs from what is by an event alone: nothing else need be looked at.
                same = sa.and_(touched.c.kind == documents.c.kind, touched.c.identifier == documents.c.identifier)
                asked = asked.join(touched, same)
            put, remove = [], []
            for kind, identifier, validated, published in connection.execute(asked):
                if validated is not None:
                    put.append(Planned(kind, identifier, validated, validated != published))
                elif published is not None:
                    remove.append((kind, identifier))
            return EditionPlan(last_event, tuple(put), tuple(remove))

    def plan_again(self, edition: RegisteredEdition) -> EditionPlan:
        """Return the plan that makes the last edition from nothing."""
        with self._sessions.snapshot() as connection:
            columns = documents.c.kind, documents.c.identifier, documents.c.published_version
            asked = sa.select(*columns).where(documents.c.published_version.is_not(None))
            rows = connection.execute(asked.order_by(documents.c.kind, documents.c.identifier))
            return EditionPlan(edition.last_event, tuple(Planned(*row, fresh=False) for row in rows), ())

    def contents(self, batch: Sequence[Planned]) -> list[Content]:
        """Return the content of each version of a batch, in its order."""
        with self._sessions.engine.connect() as connection:
            found: dict[tuple[str, str, int], Content] = {}
            for kind, names in _by_kind(batch).items():
                columns = versions.c.payload, versions.c.graph, versions.c.context
                asked = sa.select(versions.c.identifier, versions.c.number, *columns).where(
                    versions.c.kind == kind,
                    versions.c.identifier.in_(names),
                    versions.c.number.in_({one.version for one in batch}),
                )
                for identifier, number, *content in connection.execute(asked):
                    found[kind, identifier, number] = Content(*content)
            return [found[one.kind, one.identifier, one.version] for one in batch]

    def facts(self, batch: Sequence[Planned], last_event: int, moment: str) -> list[ReviewFacts]:
        """Return what is known of each version of a batch, in its order; `moment` is that of a fresh publication."""
        with self._sessions.engine.connect() as connection:
            told: dict[tuple[str, str], list[Any]] = {(one.kind, one.identifier): [] for one in batch}
            for kind, names in _by_kind(batch).items():
                asked = (
                    sa.select(events)
                    .where(events.c.kind == kind, events.c.identifier.in_(names))
                    .where(sa.or_(events.c.id <= last_event, events.c.event == "published"))
                    .order_by(events.c.id)
                )
                for row in connection.execute(asked):
                    told[kind, row.identifier].append(row)
            return [_facts_of(one, told[one.kind, one.identifier], moment) for one in batch]

    def reviews(self, projects: Collection[str], last_event: int) -> dict[str, tuple[FindingReview, ...]]:
        """Return, by identifier, what was decided of the findings of projects up to an event and stands."""
        with self._sessions.snapshot() as connection:
            return reviews_of(connection, PROJECT, projects, last_event)

    def warned(self) -> tuple[int, int]:
        """Return (documents with warnings, warnings) among the versions that ought to be public, examples left out."""
        with self._sessions.engine.connect() as connection:
            asked = (
                sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(versions.c.warnings), 0))
                .select_from(latest(documents.c.validated_version))
                .where(versions.c.warnings > 0)
                .where(sa.not_(sa.and_(versions.c.kind == PROJECT, versions.c.identifier.startswith(EXAMPLE_PREFIX))))
            )
            count, total = connection.execute(asked).one()
            return int(count), int(total)

    def last(self) -> RegisteredEdition | None:
        """Return the last edition, None before the first publication."""
        if not self._sessions.exists():
            return None
        with self._sessions.engine.connect() as connection:
            number = connection.execute(sa.select(sa.func.max(editions.c.number))).scalar()
            return None if number is None else _registered(connection, number)

    def cut(self) -> list[CutEdition]:
        """Return all editions as they were cut, the oldest first."""
        if not self._sessions.exists():
            return []
        with self._sessions.engine.connect() as connection:
            columns = editions.c.number, editions.c.at, editions.c.sha256
            return [CutEdition(*row) for row in connection.execute(sa.select(*columns).order_by(editions.c.number))]

    def get(self, number: int) -> RegisteredEdition:
        """Return an edition that was published."""
        with self._sessions.engine.connect() as connection:
            return _registered(connection, number)

    def of_erased(self) -> dict[int, dict[tuple[str, str], int]]:
        """Return the editions that were cut with a version erased since: which documents, each with its warnings.

        An edition holds a version from the one that published it until another version is, or none any more.
        """
        if not self._sessions.exists():
            return {}
        with self._sessions.engine.connect() as connection:
            erased = (
                sa.select(events.c.kind, events.c.identifier).where(events.c.event == "erased").distinct().subquery()
            )
            theirs = sa.and_(erased.c.kind == events.c.kind, erased.c.identifier == events.c.identifier)
            same = sa.and_(
                versions.c.kind == events.c.kind,
                versions.c.identifier == events.c.identifier,
                versions.c.number == events.c.version,
            )
            told = (
                sa.select(events, versions.c.payload.is_(None).label("emptied"), versions.c.warnings)
                .join(erased, theirs)
                .join(versions, same)
                .where(events.c.event.in_(_BY_PUBLISHING))
            )
            end = connection.execute(sa.select(sa.func.coalesce(sa.func.max(editions.c.number), 0))).scalar_one() + 1
            since: dict[tuple[str, str], tuple[int, int]] = {}
            found: dict[int, dict[tuple[str, str], int]] = {}

            def ends(name: tuple[str, str], edition: int) -> None:
                first, warnings = since.pop(name, (edition, 0))
                for number in range(first, edition):
                    found.setdefault(number, {})[name] = warnings

            for row in connection.execute(told.order_by(events.c.id)):
                name = (row.kind, row.identifier)
                ends(name, row.edition)
                if row.event == "published" and row.emptied:
                    since[name] = (row.edition, row.warnings)
            for name in [*since]:
                ends(name, end)
            return found

    def erased(self) -> list[tuple[str, str]]:
        """Return the documents that were public, were erased, and ought not to be public again."""
        return self._left("erased")

    def withdrawn(self) -> list[tuple[str, str]]:
        """Return the documents of partners that were public, were withdrawn, and ought not to be public again."""
        erased = self._left("erased")
        return [name for name in self._left("withdrawn") if name[0] in PARTNERS and name not in erased]

    def _left(self, event: Event) -> list[tuple[str, str]]:
        with self._sessions.engine.connect() as connection:
            of = sa.select(events.c.kind, events.c.identifier).distinct()
            theirs, public = (of.where(events.c.event == event).subquery() for event in (event, "published"))
            held = documents
            for table in (theirs, public):
                same = sa.and_(table.c.kind == documents.c.kind, table.c.identifier == documents.c.identifier)
                held = held.join(table, same)  # type: ignore[assignment]
            columns = documents.c.kind, documents.c.identifier
            asked = sa.select(*columns).select_from(held).where(documents.c.validated_version.is_(None))
            return [(kind, identifier) for kind, identifier in connection.execute(asked.order_by(*columns))]

    def redact(self, edition: RegisteredEdition, number: int, at: str, former: str) -> None:
        """Note that an edition is another from now on, for the `number`th time: without what was erased."""
        manifest = json.dumps(edition.manifest, ensure_ascii=False, sort_keys=True)
        row = {"edition": edition.number, "number": number, "at": at, "former": former, "sha256": edition.sha256}
        with self._sessions.writing() as connection:
            connection.execute(redactions.insert().values(**row, manifest=manifest))

    def commit(self, edition: RegisteredEdition, made: EditionPlan) -> None:
        """Note an edition, and that it holds its plan; from here on it exists."""
        with self._sessions.writing() as connection:
            row = {
                "number": edition.number,
                "at": edition.at,
                "last_event": edition.last_event,
                "sha256": edition.sha256,
            }
            manifest = json.dumps(edition.manifest, ensure_ascii=False, sort_keys=True)
            connection.execute(editions.insert().values(**row, manifest=manifest))
            fresh = [one for one in made.put if one.fresh]
            told = (_told(one.kind, one.identifier, one.version, "published", edition) for one in fresh)
            record(connection, told)
            mine = documents.c.kind == sa.bindparam("of_kind"), documents.c.identifier == sa.bindparam("of_identifier")
            now_public = sa.and_(documents.c.state == "valide", documents.c.version == sa.bindparam("held"))
            state = sa.case((now_public, "publie"), else_=documents.c.state)
            held = documents.update().where(*mine).values(published_version=sa.bindparam("held"), state=state)
            if fresh:
                rows = [{"of_kind": one.kind, "of_identifier": one.identifier, "held": one.version} for one in fresh]
                connection.execute(held, rows)
            for kind, identifier in made.remove:
                mine = documents.c.kind == kind, documents.c.identifier == identifier
                version = connection.execute(sa.select(documents.c.published_version).where(*mine)).scalar_one()
                record(connection, [_told(kind, identifier, version, "unpublished", edition)])
                connection.execute(documents.update().where(*mine).values(published_version=None))


def _registered(connection: sa.Connection, number: int) -> RegisteredEdition:
    """Return an edition by its number, as its last redaction left it."""
    row = connection.execute(sa.select(editions).where(editions.c.number == number)).one()
    asked = sa.select(redactions.c.sha256, redactions.c.manifest).where(redactions.c.edition == number)
    now = connection.execute(asked.order_by(redactions.c.number.desc()).limit(1)).one_or_none() or row
    return RegisteredEdition(row.number, row.at, row.last_event, now.sha256, json.loads(now.manifest))


def _facts_of(one: Planned, told: Sequence[Any], moment: str) -> ReviewFacts:
    mine = [row for row in told if row.version == one.version]
    # A version that a decision on a label made has the deposit, and perhaps the validation, of the one before it.
    submitted = [row.at for row in told if row.event == "deposited" and row.version <= one.version][-1]
    validated = [row for row in mine if row.event == "validated"][-1]
    if validated.detail == INHERITED:
        own = (row for row in told if row.event == "validated" and row.version <= one.version)
        validated = [row for row in own if row.detail != INHERITED][-1]
    # The clock of another machine may be behind: nothing is published before it was published.
    this = min((row.at for row in mine if row.event == "published"), default=moment)
    first = min((row.at for row in told if row.event == "published"), default=this)
    return ReviewFacts(
        one.kind, one.identifier, one.version, submitted, validated.at, validated.academie, validated.organisation,
        issued=min(first, this), modified=this if this > first else None,
    )  # fmt: skip


def _told(kind: str, identifier: str, version: int, event: Event, edition: RegisteredEdition) -> dict[str, Any]:
    return event_row(kind, identifier, version, event, edition.at, PUBLISHER, edition=edition.number)


def _by_kind(batch: Sequence[Planned]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for one in batch:
        names.setdefault(one.kind, []).append(one.identifier)
    return names
