"""What goes into the registry and what comes out of it: agents, documents, their states."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from ingestion.registry_schema import agents, documents, events, versions
from ingestion.transitions import RefusedTransition
from ontologie import newest_context

State = Literal["depose", "valide", "publie", "retourne", "retire"]
Event = Literal["deposited", "validated", "returned", "withdrawn", "published", "unpublished", "erased"]


@dataclass(frozen=True)
class Agent:
    """Who acts: the name of a service or of a role. Without `academie`, a national one.

    `name` stays in the registry. The graph says `academie` or `organisation` (`organisation/{id}`), never a name
    (law 7).
    """

    name: str
    role: str = "valideur"
    academie: str | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class NewDocument:
    """A document to register: its JSON, whose it is, what was said of it, and the personal columns apart.

    `graph` is what conversion made of it, packed; the registry keeps it and does not look inside. `graph_sha256` is
    the hash of its canonical N-Quads, by which a deposit that says the same in another order is known. `context` is
    the version of the context by which it was converted, and always will be.
    """

    kind: str
    identifier: str
    academie: str | None
    document: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]] = ()
    personal: Mapping[str, str] = field(default_factory=dict)
    graph: bytes | None = None
    graph_sha256: str | None = None
    context: str = field(default_factory=newest_context)

    @property
    def payload(self) -> str:
        """The document as canonical JSON: same content, same bytes."""
        return json.dumps(self.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Registered:
    """A document as the registry has it, with its latest version; `document` is None where it was erased."""

    kind: str
    identifier: str
    academie: str | None
    state: State
    version: int
    validated_version: int | None
    published_version: int | None
    document: Mapping[str, Any] | None
    entries: Sequence[Mapping[str, Any]]
    context: str
    """The version of the context by which `document` is converted."""


def now() -> str:
    """Return this moment in UTC, to the second, as xsd:dateTime writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_of(content: str | bytes) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()


def named(table: sa.Table, kind: str, identifier: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a table's row is that of a document."""
    return [table.c.kind == kind, table.c.identifier == identifier]


def latest(number: sa.ColumnElement[Any]) -> sa.FromClause:
    """Return documents joined with one version of each: the one whose number is in this column."""
    same = sa.and_(
        versions.c.kind == documents.c.kind,
        versions.c.identifier == documents.c.identifier,
        versions.c.number == number,
    )
    return documents.join(versions, same)


def event_row(
    kind: str, identifier: str, version: int, event: Event, at: str, agent: Agent, **more: Any
) -> dict[str, Any]:
    """Return an event as a row; what is known of who acts is noted as it was at that moment."""
    return {
        "kind": kind, "identifier": identifier, "version": version, "event": event, "at": at, "agent": agent.name,
        "academie": agent.academie, "organisation": agent.organisation, "edition": None, "detail": None, **more,
    }  # fmt: skip


def known_agent(connection: sa.Connection, agent: Agent) -> Agent:
    """Return the agent as the registry knows it, or as given where it does not yet.

    An agent of an académie does not become national by leaving it out. Raises RefusedTransition where another
    académie is given than the one it is of.
    """
    row = connection.execute(sa.select(agents).where(agents.c.name == agent.name)).one_or_none()
    if row is None:
        return agent
    if agent.academie is not None and agent.academie != row.academie:
        raise RefusedTransition("agent-academie", "", "depose")
    return Agent(row.name, row.role, row.academie, row.organisation)


def note_agent(connection: sa.Connection, agent: Agent) -> None:
    """Add an agent to those the registry knows."""
    if connection.execute(sa.select(agents.c.name).where(agents.c.name == agent.name)).first() is None:
        row = {"name": agent.name, "role": agent.role, "academie": agent.academie}
        connection.execute(agents.insert().values(**row, organisation=agent.organisation))


def record(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add events."""
    found = list(rows)
    if found:
        connection.execute(events.insert(), found)


ALL_STATES: Final[frozenset[State]] = frozenset(("depose", "valide", "publie", "retourne", "retire"))
