"""The projects of a registry as they are compared: the latest version of each, those that changed since an event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.tables.model import MAKING_VERSIONS
from ingestion.registry.tables.rows import latest
from ingestion.registry.tables.schema import documents, events, versions
from ingestion.registry.tables.sessions import Sessions
from ingestion.words.examples import PROJECT

_CHANGING: Final = (*MAKING_VERSIONS, "returned", "erased")
"""Events after which the latest version of a document may be another."""


@dataclass(frozen=True, slots=True)
class RecordedProject:
    """The latest version of a project, whose it is, and whether one of its versions is public."""

    identifier: str
    academie: str | None
    public: bool
    document: Mapping[str, Any] | None


class ProjectRecords:
    """What is asked of projects to compare them; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def named(self, identifiers: Sequence[str]) -> Iterator[RecordedProject]:
        """Yield some projects."""
        if identifiers:
            yield from self._read(documents.c.identifier.in_(identifiers))

    def since(self, event: int) -> Iterator[RecordedProject]:
        """Yield the projects whose latest version may be another than it was at an event."""
        changed = sa.select(events.c.identifier).where(
            events.c.kind == PROJECT, events.c.id > event, events.c.event.in_(_CHANGING)
        )
        yield from self._read(documents.c.identifier.in_(changed) if event else sa.true())

    def last_event(self) -> tuple[int, str]:
        """Return the last event's number and moment; 0 before the first."""
        if not self._sessions.exists():
            return 0, ""
        with self._sessions.snapshot() as connection:
            asked = sa.select(events.c.id, events.c.at).order_by(events.c.id.desc()).limit(1)
            row = connection.execute(asked).one_or_none()
            return (0, "") if row is None else (row.id, row.at)

    def has_event(self, number: int, at: str) -> bool:
        """Tell whether an event is one of this registry, and was at that moment."""
        if not self._sessions.exists():
            return False
        with self._sessions.snapshot() as connection:
            return connection.execute(sa.select(events.c.at).where(events.c.id == number)).scalar() == at

    def _read(self, condition: sa.ColumnElement[bool]) -> Iterator[RecordedProject]:
        if not self._sessions.exists():
            return
        columns = documents.c.identifier, documents.c.academie, documents.c.published_version, versions.c.payload
        asked = sa.select(*columns).select_from(latest(documents.c.version))
        asked = asked.where(documents.c.kind == PROJECT, condition)
        with self._sessions.snapshot() as connection:
            for row in connection.execute(asked, execution_options={"yield_per": 1000}):
                document = None if row.payload is None else json.loads(row.payload)
                yield RecordedProject(row.identifier, row.academie, row.published_version is not None, document)
