"""Which versions waited for a reviewer when another deposit came over them: nothing replaces in silence what waits.

Asked inside the transaction of the deposit, so that of two at once the second is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from ingestion.registry.tables.model import MAKING_VERSIONS, NewDocument, Waited
from ingestion.registry.tables.schema import documents, events


def waiting(connection: sa.Connection, batch: Iterable[NewDocument]) -> list[Waited]:
    """Return the versions that wait among those of some documents about to be registered."""
    names = sa.tuple_(documents.c.kind, documents.c.identifier)
    theirs = sa.and_(
        events.c.kind == documents.c.kind, events.c.identifier == documents.c.identifier,
        events.c.version == documents.c.version, events.c.event.in_(MAKING_VERSIONS),
    )  # fmt: skip
    asked = (
        sa.select(documents.c.kind, documents.c.identifier, documents.c.version, events.c.at, events.c.agent)
        .join(events, theirs)
        .where(documents.c.state == "depose", names.in_([(one.kind, one.identifier) for one in batch]))
    )
    return [Waited(*row) for row in connection.execute(asked)]


def replaced(connection: sa.Connection, before: Collection[Waited]) -> list[Waited]:
    """Return those of the versions that waited which are no longer the latest."""
    names = sa.tuple_(documents.c.kind, documents.c.identifier)
    asked = sa.select(documents.c.kind, documents.c.identifier, documents.c.version)
    asked = asked.where(names.in_([(one.kind, one.identifier) for one in before]))
    now = {(row.kind, row.identifier): row.version for row in connection.execute(asked)}
    return [one for one in before if now.get((one.kind, one.identifier)) != one.version]
