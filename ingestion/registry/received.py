"""The deposits that came over HTTP, by number: what came of each, for who made it.

A report is kept for some days, and among a bounded number of others; what was registered does not depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from ingestion.registry.accounts import known_agent
from ingestion.registry.tables.model import now
from ingestion.registry.tables.schema import deposits
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.decision import standing
from ingestion.rights.model import Agent

State = Literal["waiting", "done", "unusable", "failed"]
"""Not examined yet; examined; a file that cannot be used; a deposit that could not be examined to its end."""

KEPT_DAYS: Final = 30
KEPT_REPORTS: Final = 2000
FORGOTTEN_DAYS: Final = 365
"""After which the fact of a deposit goes too; what it registered has its events."""


@dataclass(frozen=True)
class ReceivedDeposit:
    """A deposit: when it came, its state; `report` by language, None before, and where it is kept no more."""

    number: int
    at: str
    agent: str
    state: State
    report: Mapping[str, Any] | None


class Received:
    """Numbers deposits and keeps their reports; each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def note(self, agent: Agent) -> int:
        """Return the number of a deposit that has come, and let go of what was kept for long enough."""
        with self._sessions.writing() as connection:
            row = {"at": now(), "agent": agent.name, "state": "waiting"}
            number = int(connection.execute(deposits.insert().returning(deposits.c.number), row).scalar_one())
            old = sa.or_(deposits.c.at < _before(KEPT_DAYS), deposits.c.number <= number - KEPT_REPORTS)
            kept = deposits.c.report.is_not(None)
            connection.execute(deposits.update().where(kept, old).values(report=None))
            connection.execute(deposits.delete().where(deposits.c.at < _before(FORGOTTEN_DAYS)))
        return number

    def end(self, number: int, state: State, report: Mapping[str, Any]) -> None:
        """Keep the report of a deposit, by language."""
        told = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
        with self._sessions.writing() as connection:
            ended = deposits.update().where(deposits.c.number == number)
            connection.execute(ended.values(state=state, report=told))

    def get(self, number: int, agent: Agent) -> ReceivedDeposit:
        """Return a deposit; raises LookupError where there is none, or none that this agent may know of."""
        if not self._sessions.exists():
            raise LookupError(number)
        with self._sessions.snapshot() as connection:
            row = connection.execute(sa.select(deposits).where(deposits.c.number == number)).one_or_none()
            if row is None:
                raise LookupError(number)
            acting = known_agent(connection, agent.name)
        # A report tells of all the rows of a file, and of what its agent alone may know.
        if row.agent != acting.name or standing(acting, "read"):
            raise LookupError(number)
        report = None if row.report is None else json.loads(row.report)
        return ReceivedDeposit(row.number, row.at, row.agent, row.state, report)


def _before(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
