"""The registry: which documents exist, in which state, who did what (DESIGN §7). It is the truth.

Knows documents, versions, events and agents. Knows nothing of RDF: the store is derived from it (law 2).
Personal data lives here and nowhere else (law 7).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from ingestion.registry_schema import agents, documents, events, metadata, versions
from ingestion.settings import Settings
from ingestion.transitions import RefusedTransition

State = Literal["depose", "valide", "publie", "retourne", "retire"]
Outcome = Literal["created", "new-version", "unchanged"]
BATCH: Final = 500


@dataclass(frozen=True)
class Agent:
    """Who acts: a service or a role, never named in the graph. No `academie` means national."""

    name: str
    role: str = "valideur"
    academie: str | None = None


@dataclass(frozen=True)
class NewDocument:
    """A document to register: its JSON, whose it is, what was said of it, and the personal columns apart."""

    kind: str
    identifier: str
    academie: str | None
    document: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]] = ()
    personal: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> str:
        """The document as canonical JSON: same content, same bytes."""
        return json.dumps(self.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Registered:
    """A document as the registry has it; `document` is None where it was erased."""

    kind: str
    identifier: str
    academie: str | None
    state: State
    version: int
    validated_version: int | None
    published_version: int | None
    document: Mapping[str, Any] | None
    entries: Sequence[Mapping[str, Any]]
    deposited_at: str
    validated_at: str | None
    validated_by: str | None


class Registry:
    """Registers, reviews and erases; each call is one transaction."""

    def __init__(self, settings: Settings) -> None:
        """Open the registry; its tables are made at the first write, so that reading touches nothing."""
        url = settings.database_url or f"sqlite:///{settings.registry_path.absolute()}"
        self._path = None if settings.database_url else settings.registry_path
        self._engine = sa.create_engine(url)
        self._ready = False
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _harden_sqlite)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def register(
        self, found: Iterable[NewDocument], agent: Agent, *, validate: bool = False, at: str | None = None
    ) -> dict[Outcome, int]:
        """Register documents in one transaction: same content, no new version; new content, a new one.

        With `validate`, what is deposited is validated in the same step, and the event says so.
        """
        moment = at or now()
        counts: dict[Outcome, int] = {"created": 0, "new-version": 0, "unchanged": 0}
        with self._write() as connection:
            _know(connection, agent)
            for batch in _batches(found):
                _register(connection, batch, agent, validate, moment, counts)
        return counts

    def validate(self, kind: str, identifier: str, agent: Agent, *, at: str | None = None) -> None:
        """Validate a document's latest version; raises RefusedTransition, LookupError where it is unknown."""
        moment = at or now()
        with self._write() as connection:
            row = _reviewable(connection, kind, identifier, agent, {"depose", "retourne"})
            _know(connection, agent)
            connection.execute(
                documents.update()
                .where(*_named(documents, kind, identifier))
                .values(state="valide", validated_version=row.version)
            )
            connection.execute(
                versions.update()
                .where(*_named(versions, kind, identifier), versions.c.number == row.version)
                .values(validated_at=moment, validated_by=agent.name)
            )
            _record(connection, kind, identifier, row.version, "validated", moment, agent)

    def send_back(self, kind: str, identifier: str, agent: Agent, reason: str) -> None:
        """Send a deposit back with the reason; what is already public stays public."""
        with self._write() as connection:
            row = _reviewable(connection, kind, identifier, agent, {"depose", "valide"})
            kept = row.published_version
            changes: dict[str, Any] = {"state": "retourne", "validated_version": kept}
            connection.execute(
                documents.update().where(*_named(documents, kind, identifier)).values(**changes)
            )
            _record(connection, kind, identifier, row.version, "returned", now(), agent, reason)

    def withdraw(self, kind: str, identifier: str, agent: Agent, reason: str = "") -> None:
        """Withdraw a document: it leaves the next edition."""
        with self._write() as connection:
            row = _reviewable(connection, kind, identifier, agent, {"depose", "valide", "publie", "retourne"})
            connection.execute(
                documents.update()
                .where(*_named(documents, kind, identifier))
                .values(state="retire", validated_version=None)
            )
            _record(connection, kind, identifier, row.version, "withdrawn", now(), agent, reason)

    def erase(self, kind: str, identifier: str, agent: Agent) -> None:
        """Erase payloads and personal data of a document; the fact of the events stays (GDPR art. 17)."""
        with self._write() as connection:
            row = _reviewable(connection, kind, identifier, agent, set(_ALL_STATES))
            connection.execute(
                documents.update()
                .where(*_named(documents, kind, identifier))
                .values(state="retire", validated_version=None)
            )
            connection.execute(
                versions.update()
                .where(*_named(versions, kind, identifier))
                .values(payload=None, personal=None, entries="[]")
            )
            _record(connection, kind, identifier, row.version, "erased", now(), agent)

    def mark_published(self, edition: int) -> None:
        """Note that an edition holds every validated version, and nothing withdrawn."""
        waiting = documents.c.published_version.is_distinct_from(documents.c.validated_version)
        columns = documents.c.kind, documents.c.identifier, documents.c.version, documents.c.validated_version
        with self._write() as connection:
            rows = connection.execute(sa.select(*columns).where(waiting)).all()
            noted = [
                {
                    "kind": row.kind, "identifier": row.identifier, "version": row.validated_version or row.version,
                    "event": "published" if row.validated_version else "unpublished",
                    "at": now(), "agent": PUBLISHER.name, "detail": str(edition),
                }
                for row in rows
            ]  # fmt: skip
            if noted:
                connection.execute(events.insert(), noted)
            connection.execute(
                documents.update().where(waiting).values(published_version=documents.c.validated_version)
            )
            both = documents.c.validated_version == documents.c.version
            connection.execute(
                documents.update().where(documents.c.state == "valide", both).values(state="publie")
            )

    def publishable(self) -> Iterator[Registered]:
        """Yield, by kind and identifier, what the next edition holds: each with its validated version."""
        yield from self._read(documents.c.validated_version, documents.c.validated_version.is_not(None))

    def listed(
        self, *, state: str | None = None, academie: str | None = None, kind: str | None = None
    ) -> Iterator[Registered]:
        """Yield documents with their latest version, by kind and identifier."""
        wanted = {documents.c.state: state, documents.c.academie: academie, documents.c.kind: kind}
        conditions = [column == value for column, value in wanted.items() if value is not None]
        yield from self._read(documents.c.version, *conditions)

    def get(self, kind: str, identifier: str) -> Registered:
        """Return a document with its latest version; raises LookupError."""
        for found in self._read(documents.c.version, *_named(documents, kind, identifier)):
            return found
        raise LookupError(f"{kind}/{identifier}")

    def history(self, kind: str, identifier: str) -> list[dict[str, Any]]:
        """Return the events of a document, the oldest first."""
        if not self._exists():
            return []
        asked = sa.select(events).where(*_named(events, kind, identifier)).order_by(events.c.id)
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(asked)]

    def _read(self, number: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> Iterator[Registered]:
        if not self._exists():
            return
        asked = (
            sa.select(documents, versions.c.payload, versions.c.entries, versions.c.deposited_at,
                      versions.c.validated_at, versions.c.validated_by)
            .join(versions, sa.and_(versions.c.kind == documents.c.kind,
                                    versions.c.identifier == documents.c.identifier, versions.c.number == number))
            .where(*conditions)
            .order_by(documents.c.kind, documents.c.identifier)
        )  # fmt: skip
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(asked):
                yield _registered(row)

    def _exists(self) -> bool:
        """Tell whether there is anything to read, without making a file."""
        if self._path is not None and not self._path.exists():
            return False
        if not self._ready:
            self._ready = sa.inspect(self._engine).has_table("documents")
        return self._ready

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._engine.begin() as connection:
            if not self._ready:
                metadata.create_all(connection)
            yield connection
        self._ready = True


PUBLISHER: Final = Agent("publication", "operateur")
_ALL_STATES: Final = ("depose", "valide", "publie", "retourne", "retire")


def now() -> str:
    """Return this moment in UTC, to the second, as xsd:dateTime writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_of(payload: str) -> str:
    """Return the SHA-256 of a payload, in hexadecimal."""
    return hashlib.sha256(payload.encode()).hexdigest()


def _register(
    connection: sa.Connection,
    batch: Sequence[NewDocument],
    agent: Agent,
    validate: bool,
    moment: str,
    counts: dict[Outcome, int],
) -> None:
    known = _known_versions(connection, batch)
    fresh: dict[str, list[dict[str, Any]]] = {"documents": [], "versions": [], "events": []}
    for new in batch:
        payload = new.payload
        sha256 = digest_of(payload)
        name = {"kind": new.kind, "identifier": new.identifier}
        before = known.get((new.kind, new.identifier))
        same = before is not None and before.sha256 == sha256 and before.state != "retire"
        if same and not (validate and before is not None and before.state in ("depose", "retourne")):
            counts["unchanged"] += 1
            continue
        number = before.version + (0 if same else 1) if before else 1
        if not same:
            fresh["versions"].append(
                {**name, "number": number, "payload": payload, "sha256": sha256,
                 "entries": json.dumps(list(new.entries), ensure_ascii=False),
                 "personal": json.dumps(dict(new.personal), ensure_ascii=False) if new.personal else None,
                 "deposited_at": moment, "deposited_by": agent.name,
                 "validated_at": moment if validate else None, "validated_by": agent.name if validate else None}
            )  # fmt: skip
            fresh["events"].append(_event(name, number, "deposited", moment, agent))
        if validate:
            detail = "registered and validated in one step by the operator"
            fresh["events"].append(_event(name, number, "validated", moment, agent, detail))
        state = "valide" if validate else "depose"
        counts["new-version" if before else "created"] += 1
        if before is None:
            row = {**name, "academie": new.academie, "state": state, "version": number,
                   "validated_version": number if validate else None}  # fmt: skip
            fresh["documents"].append(row)
            continue
        changes: dict[str, Any] = {"state": state, "version": number, "academie": new.academie}
        if validate:
            changes["validated_version"] = number
        where = _named(documents, new.kind, new.identifier)
        connection.execute(documents.update().where(*where).values(**changes))
        if same:
            stamp = {"validated_at": moment, "validated_by": agent.name}
            where = [*_named(versions, new.kind, new.identifier), versions.c.number == number]
            connection.execute(versions.update().where(*where).values(**stamp))
    for table in (documents, versions, events):
        if fresh[table.name]:
            connection.execute(table.insert(), fresh[table.name])


def _known_versions(connection: sa.Connection, batch: Sequence[NewDocument]) -> dict[tuple[str, str], Any]:
    names = [(new.kind, new.identifier) for new in batch]
    asked = (
        sa.select(documents.c.kind, documents.c.identifier, documents.c.state, documents.c.version, versions.c.sha256)
        .join(versions, sa.and_(versions.c.kind == documents.c.kind,
                                versions.c.identifier == documents.c.identifier,
                                versions.c.number == documents.c.version))
        .where(sa.tuple_(documents.c.kind, documents.c.identifier).in_(names))
    )  # fmt: skip
    return {(row.kind, row.identifier): row for row in connection.execute(asked)}


def _reviewable(connection: sa.Connection, kind: str, identifier: str, agent: Agent, states: set[str]) -> Any:
    """Return a document's row where this agent may act on it; raises LookupError, RefusedTransition."""
    row = connection.execute(sa.select(documents).where(*_named(documents, kind, identifier))).one_or_none()
    if row is None:
        raise LookupError(f"{kind}/{identifier}")
    if agent.academie is not None and agent.academie != row.academie:
        raise RefusedTransition("other-academie", identifier, row.state)
    if row.state not in states:
        raise RefusedTransition("state", identifier, row.state)
    return row


def _know(connection: sa.Connection, agent: Agent) -> None:
    if connection.execute(sa.select(agents.c.name).where(agents.c.name == agent.name)).first() is None:
        values = {"name": agent.name, "role": agent.role, "academie": agent.academie}
        connection.execute(agents.insert().values(**values))


def _named(table: sa.Table, kind: str, identifier: str) -> list[sa.ColumnElement[bool]]:
    return [table.c.kind == kind, table.c.identifier == identifier]


def _event(
    name: Mapping[str, str], version: int, what: str, at: str, agent: Agent, detail: str | None = None
) -> dict[str, Any]:
    return {**name, "version": version, "event": what, "at": at, "agent": agent.name, "detail": detail}


def _record(
    connection: sa.Connection, kind: str, identifier: str, version: int, what: str, at: str, agent: Agent,
    detail: str | None = None,
) -> None:  # fmt: skip
    name = {"kind": kind, "identifier": identifier}
    connection.execute(events.insert().values(**_event(name, version, what, at, agent, detail)))


def _registered(row: Any) -> Registered:
    return Registered(
        kind=row.kind, identifier=row.identifier, academie=row.academie, state=row.state, version=row.version,
        validated_version=row.validated_version, published_version=row.published_version,
        document=None if row.payload is None else json.loads(row.payload), entries=json.loads(row.entries),
        deposited_at=row.deposited_at, validated_at=row.validated_at, validated_by=row.validated_by,
    )  # fmt: skip


def _batches(found: Iterable[NewDocument]) -> Iterator[list[NewDocument]]:
    batch: list[NewDocument] = []
    seen: set[tuple[str, str]] = set()
    for new in found:
        name = (new.kind, new.identifier)
        if len(batch) == BATCH or name in seen:
            yield batch
            batch, seen = [], set()
        batch.append(new)
        seen.add(name)
    if batch:
        yield batch


def _harden_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")
