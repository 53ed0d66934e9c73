"""A registry as rows that move: all of one moment into a new SQLite file, all of such a file into a registry.

Knows no table by name but events and erasures' part of them: a table that is added is copied with the others. Between
SQLite and PostgreSQL it makes no difference which one rows come from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.accounts import known_agent
from ingestion.registry.tables.model import now
from ingestion.registry.tables.rows import event_row, record
from ingestion.registry.tables.schema import connect, documents, events, metadata, signed_in
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.decision import require
from ingestion.rights.model import Agent
from ingestion.words.errors import IngestionError

REGISTRY: Final = "registre"
"""The kind of an event that bears on the registry as a whole."""

_ROWS: Final = 1000

Erasure = tuple[str, str, str]
"""A document's kind and identifier, and the moment when it was erased."""


class NotEmpty(IngestionError):
    """The registry holds something, which nobody said may be lost."""


class Copies:
    """Writes a registry into a file, and takes one from a file; each is one transaction on either side."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def holds(self) -> bool:
        """Tell whether anything ever happened in the registry."""
        if not self._sessions.exists():
            return False
        with self._sessions.snapshot() as connection:
            return _holds(connection)

    def counted(self) -> int:
        """Return how many documents there are."""
        with self._sessions.snapshot() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(documents)).scalar_one()

    def write(self, path: Path) -> None:
        """Write all that the registry holds at this moment into a new SQLite file, while others write to it."""
        engine = connect(f"sqlite:///{path}")
        try:
            with self._sessions.snapshot() as source, engine.connect() as connection:
                writing = connection.execution_options(writes=True)
                with writing.begin():
                    _put(source, writing)
        finally:
            engine.dispose()

    def take(self, other: Copies, agent: Agent, token: str, *, replace: bool) -> None:
        """Put all that another registry holds in the place of what this one does; the event has `token` by it.

        Raises Forbidden, and NotEmpty where something would be lost without `replace`.
        """
        with other._sessions.snapshot() as source, self._sessions.writing() as connection:
            acting = known_agent(connection, agent.name)
            require(acting, "restore")
            if not replace and _holds(connection):
                raise NotEmpty
            metadata.drop_all(connection)
            _put(source, connection)
            _count_on(connection)
            record(connection, [event_row(REGISTRY, "", 0, "restored", now(), acting, detail=token)])

    def was_taken(self, token: str) -> bool:
        """Tell whether what has this token was put in the place of what was there."""
        if not self._sessions.exists():
            return False
        with self._sessions.snapshot() as connection:
            asked = sa.select(events.c.id).where(events.c.kind == REGISTRY, events.c.detail == token)
            return connection.execute(asked.limit(1)).scalar() is not None

    def erasures(self) -> set[Erasure]:
        """Return every erasure that this registry knows of."""
        if not self._sessions.exists():
            return set()
        with self._sessions.snapshot() as connection:
            asked = sa.select(events.c.kind, events.c.identifier, events.c.at).where(events.c.event == "erased")
            return {(kind, identifier, at) for kind, identifier, at in connection.execute(asked)}


def _holds(connection: sa.Connection) -> bool:
    return connection.execute(sa.select(events.c.id).limit(1)).scalar() is not None


def _put(source: sa.Connection, target: sa.Connection) -> None:
    """Make the tables in a database without any, and fill them."""
    metadata.create_all(target)
    # A session that was ended since must not come back: none does.
    for table in (one for one in metadata.sorted_tables if one is not signed_in):
        found = source.execute(sa.select(table), execution_options={"yield_per": _ROWS})
        for rows in found.partitions():
            target.execute(table.insert(), [dict[str, Any](row._mapping) for row in rows])


def _count_on(connection: sa.Connection) -> None:
    """Let the next event follow the last one: PostgreSQL counts apart from rows, SQLite by them."""
    if connection.dialect.name != "postgresql":
        return
    last = sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0) + 1).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("events", "id"), last, sa.false())))
