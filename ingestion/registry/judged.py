"""By which rules and words what is public was judged: which documents were judged by others than those of today."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ingestion.registry.editions import Planned
from ingestion.registry.tables.rows import latest
from ingestion.registry.tables.schema import documents, versions
from ingestion.registry.tables.sessions import Sessions

Judged = tuple[Planned, str | None, str | None]
"""A public version, whose it is, and by what it was judged, None where that is not known."""


class Judgements:
    """What the registry knows of judgements; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def count(self, today: str) -> int:
        """Return how many public documents were judged by others."""
        if not self._sessions.exists():
            return 0
        with self._sessions.snapshot() as connection:
            asked = sa.select(sa.func.count()).select_from(latest(documents.c.published_version)).where(_others(today))
            return connection.execute(asked).scalar_one()

    def others(self, today: str, after: tuple[str, str], size: int) -> list[Judged]:
        """Return public documents that were judged by others, in their order, after one of them."""
        if not self._sessions.exists():
            return []
        of = documents.c
        columns = of.kind, of.identifier, of.published_version, of.academie, versions.c.judged_by
        asked = sa.select(*columns).select_from(latest(of.published_version)).where(_others(today))
        asked = asked.where(sa.tuple_(of.kind, of.identifier) > after).order_by(of.kind, of.identifier).limit(size)
        with self._sessions.snapshot() as connection:
            return [(Planned(*row[:3], fresh=False), row[3], row[4]) for row in connection.execute(asked)]

    def note(self, found: Sequence[Planned], today: str) -> None:
        """Note that versions were judged by the rules and words of today, and are as good as they were."""
        if not found:
            return
        mine = [
            getattr(versions.c, name) == sa.bindparam(f"of_{name}") for name in ("kind", "identifier", "number")
        ]
        rows = [{"of_kind": one.kind, "of_identifier": one.identifier, "of_number": one.version} for one in found]
        with self._sessions.writing() as connection:
            connection.execute(versions.update().where(*mine).values(judged_by=today), rows)


def _others(today: str) -> sa.ColumnElement[bool]:
    return sa.or_(versions.c.judged_by.is_(None), versions.c.judged_by != today)
