"""What happened last to the documents of a registry: their ends, decisions on their findings, an event of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.findings import reviews_of
from ingestion.registry.model import Ended, Event, FindingReview
from ingestion.registry.schema import documents, events, remarks
from ingestion.registry.sessions import Sessions

_ENDS: Final[tuple[Event, ...]] = ("erased", "returned", "withdrawn")


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
