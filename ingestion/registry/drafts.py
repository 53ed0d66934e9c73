"""What agents began to write in forms and did not deposit yet: each for its agent alone, for some weeks.

A draft is no document: nobody judged it, nothing of it is public. It may hold personal data, as a deposit may.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.tables.model import now
from ingestion.registry.tables.schema import drafts
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.model import Agent

KEPT_DAYS: Final = 60
"""Days after its last change for which a draft is kept."""
MOST: Final = 50
"""Drafts that an agent may have; one more removes the oldest."""
LONGEST: Final = 400_000
"""Characters of a draft."""


@dataclass(frozen=True)
class KeptDraft:
    """A draft: its number, the type of document, what it is about, when it was kept last, its fields."""

    number: int
    kind: str
    about: str
    at: str
    content: Mapping[str, Any]


class Drafts:
    """Keeps, gives and drops drafts; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def keep(
        self, agent: Agent, kind: str, content: Mapping[str, Any], about: str = "", number: int | None = None
    ) -> int:
        """Keep the fields of a draft, in the place of those that `number` had; return its number.

        Raises LookupError where `number` is no draft of this type and agent, ValueError where the fields are too long.
        """
        written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        if len(written) > LONGEST:
            raise ValueError(len(written))
        row = {"kind": kind, "about": about, "at": now(), "content": written}
        with self._sessions.writing() as connection:
            if number is not None:
                changed = drafts.update().where(*_one(number, agent), drafts.c.kind == kind).values(row)
                if connection.execute(changed).rowcount != 1:
                    raise LookupError(number)
                return number
            mine = drafts.c.agent == agent.name
            kept = sa.select(drafts.c.number).where(mine).order_by(drafts.c.at.desc(), drafts.c.number.desc())
            names = connection.execute(kept.limit(MOST - 1)).scalars().all()
            over = sa.or_(drafts.c.at < _oldest(), sa.and_(mine, drafts.c.number.not_in(names)))
            connection.execute(drafts.delete().where(over))
            made = drafts.insert().values(agent=agent.name, **row).returning(drafts.c.number)
            return int(connection.execute(made).scalar_one())

    def get(self, number: int, agent: Agent, kind: str) -> KeptDraft:
        """Return a draft of a type; raises LookupError where there is none, or it is another's, or of another."""
        for found in self._read(*_one(number, agent), drafts.c.kind == kind):
            return found
        raise LookupError(number)

    def of(self, agent: Agent) -> list[KeptDraft]:
        """Return the drafts of an agent, the last first."""
        return self._read(drafts.c.agent == agent.name)

    def drop(self, number: int, agent: Agent) -> None:
        """Remove a draft of an agent; nothing where there is none."""
        with self._sessions.writing() as connection:
            connection.execute(drafts.delete().where(*_one(number, agent)))

    def _read(self, *conditions: sa.ColumnElement[bool]) -> list[KeptDraft]:
        if not self._sessions.exists():
            return []
        asked = sa.select(drafts).where(*conditions, drafts.c.at >= _oldest())
        with self._sessions.snapshot() as connection:
            rows = connection.execute(asked.order_by(drafts.c.at.desc(), drafts.c.number.desc()))
            return [KeptDraft(row.number, row.kind, row.about, row.at, json.loads(row.content)) for row in rows]


def _one(number: int, agent: Agent) -> tuple[sa.ColumnElement[bool], ...]:
    return drafts.c.number == number, drafts.c.agent == agent.name


def _oldest() -> str:
    return (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
