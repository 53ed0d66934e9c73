"""Which documents a reviewer asks for, a page at a time: those that the agent may read, without reading any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ingestion.registry.tables.model import MAKING_VERSIONS, Registered
from ingestion.registry.tables.schema import documents, events, versions
from ingestion.rights.decision import decide
from ingestion.rights.model import Agent, Matter


@dataclass(frozen=True)
class ListWanted:
    """Which documents: of a state, an académie, a type, each None for any; `size` of them, after the first `skip`."""

    state: str | None = None
    academie: str | None = None
    kind: str | None = None
    skip: int = 0
    size: int = 50
    held: bool | None = None
    """Whether a passage waits for a person to read it; None for either."""


@dataclass(frozen=True)
class Page:
    """A part of the documents wanted, each with the moment of its last deposit, and how many there are of them."""

    total: int
    found: Sequence[tuple[Registered, str]]


def page_of(connection: sa.Connection, wanted: ListWanted, agent: Agent) -> tuple[int, list[tuple[str, str, str]]]:
    """Return how many documents an agent may read of those wanted, and (type, identifier, deposited at) of the page."""
    same = sa.and_(
        events.c.kind == documents.c.kind, events.c.identifier == documents.c.identifier,
        events.c.event.in_(MAKING_VERSIONS), events.c.version == documents.c.version,
    )  # fmt: skip
    of = documents.c
    since = sa.func.coalesce(sa.func.max(events.c.at), "").label("since")
    asked = sa.select(of.kind, of.identifier, of.academie, since).select_from(documents.outerjoin(events, same))
    for column, value in ((of.state, wanted.state), (of.academie, wanted.academie), (of.kind, wanted.kind)):
        asked = asked if value is None else asked.where(column == value)
    if wanted.held is not None:
        latest = versions.c.kind == of.kind, versions.c.identifier == of.identifier, versions.c.number == of.version
        asked = asked.where(sa.exists().where(*latest, versions.c.held == wanted.held))
    asked = asked.group_by(of.kind, of.identifier, of.academie).order_by("since", of.kind, of.identifier)
    readable = [
        (row.kind, row.identifier, row.since)
        for row in connection.execute(asked)
        if decide(agent, "read", Matter(row.kind, row.identifier, row.academie)).allowed
    ]
    return len(readable), readable[wanted.skip : wanted.skip + wanted.size]
