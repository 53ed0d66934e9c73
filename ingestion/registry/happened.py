"""What happened last to the documents of a registry: their ends, decisions on their findings, an event of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.findings import reviews_of
from ingestion.registry.tables.model import Ended, Event, FindingReview
from ingestion.registry.tables.schema import documents, events, remarks
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.decision import decide
from ingestion.rights.model import Agent, Matter

_ENDS: Final[tuple[Event, ...]] = ("erased", "returned", "withdrawn")


LOOKED_AT: Final = 20_000
"""Events that are looked at for those that an agent may know of."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What put a document where it stands, and when."""

    kind: str
    identifier: str
    event: Event
    at: str
    version: int


class EventRecords:
    """What is asked of events over many documents; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def ended(self, kind: str, identifiers: Sequence[str]) -> dict[str, Ended]:
        """Return which of these documents were erased, sent back or withdrawn and not deposited again since."""
        if not self._sessions.exists():
            return {}
        mine = documents.c.kind == kind, documents.c.identifier.in_(identifiers)
        last = (
            sa.select(documents.c.academie, sa.func.max(events.c.id).label("id"))
            .join(events, sa.and_(events.c.kind == documents.c.kind, events.c.identifier == documents.c.identifier))
            .where(*mine, documents.c.state.in_(("retourne", "retire")), events.c.event.in_(_ENDS))
            .group_by(documents.c.identifier, documents.c.academie)
            .subquery()
        )
        asked = sa.select(events.c.identifier, events.c.event, events.c.at, remarks.c.text, last.c.academie)
        said = last.join(events, events.c.id == last.c.id).outerjoin(remarks, remarks.c.event == events.c.id)
        with self._sessions.snapshot() as connection:
            rows = connection.execute(asked.select_from(said))
            return {row.identifier: Ended(row.event, row.at, row.text or "", row.academie) for row in rows}

    def happened(self, agent: Agent, most: int) -> list[Happened]:
        """Return what put the documents that an agent may read where they stand, the last first, `most` at most."""
        if not self._sessions.exists():
            return []
        of = documents.c
        there = [
            sa.and_(of.state == state, events.c.event == event, events.c.version == version)
            for state, event, version in (
                ("depose", "deposited", of.version), ("retourne", "returned", of.version),
                ("publie", "published", of.published_version),
            )
        ]  # fmt: skip
        same = sa.and_(events.c.kind == of.kind, events.c.identifier == of.identifier, sa.or_(*there))
        columns = events.c.kind, events.c.identifier, events.c.event, events.c.at, events.c.version, of.academie
        asked = sa.select(*columns).select_from(events.join(documents, same)).order_by(events.c.id.desc())
        found: dict[tuple[str, str], Happened] = {}
        with self._sessions.snapshot() as connection:
            for row in connection.execution_options(yield_per=500).execute(asked.limit(LOOKED_AT)):
                matter = Matter(row.kind, row.identifier, row.academie)
                if (row.kind, row.identifier) not in found and decide(agent, "read", matter).allowed:
                    found[row.kind, row.identifier] = Happened(*row[:5])
                if len(found) == most:
                    break
        return list(found.values())

    def reviews(self, kind: str, identifier: str) -> tuple[FindingReview, ...]:
        """Return the decisions on findings of a document that stand, whatever the facts that each rested on."""
        with self._sessions.snapshot() as connection:
            return reviews_of(connection, kind, [identifier]).get(identifier, ())

    def latest(self, event: Event) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the last event of a kind of each document that had one, by (kind, identifier), with its remark."""
        if not self._sessions.exists():
            return {}
        last = sa.select(sa.func.max(events.c.id)).where(events.c.event == event)
        last = last.group_by(events.c.kind, events.c.identifier)
        joined = events.outerjoin(remarks, remarks.c.event == events.c.id)
        asked = sa.select(events, remarks.c.text.label("remark")).select_from(joined).where(events.c.id.in_(last))
        with self._sessions.engine.connect() as connection:
            return {(row.kind, row.identifier): dict(row._mapping) for row in connection.execute(asked)}
