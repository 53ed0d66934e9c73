"""The rows that several transactions write and the conditions that they read by: events, versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ingestion.documents.to_read import passages_to_read
from ingestion.documents.wordings import unresolved
from ingestion.registry.tables.model import Event
from ingestion.registry.tables.schema import (
    deposits,
    documents,
    drafts,
    events,
    findings,
    label_refusals,
    label_uses,
    remarks,
    versions,
)
from ingestion.rights.model import Agent


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


def is_held(connection: sa.Connection, kind: str, identifier: str, number: int) -> bool | None:
    """Tell whether a version has passages that a person must read before it is validated; None where it was erased.

    What was deposited before passages were looked for is looked at now.
    """
    asked = sa.select(versions.c.held, versions.c.payload)
    asked = asked.where(*named(versions, kind, identifier), versions.c.number == number)
    held, payload = connection.execute(asked).one()
    if payload is None:
        return None
    return bool(held) or any(passages_to_read(json.loads(payload), "fr"))


def event_row(
    kind: str, identifier: str, version: int, event: Event, at: str, agent: Agent, **more: Any
) -> dict[str, Any]:
    """Return an event as a row, in the name of no académie by default; the service is that of who acts."""
    return {
        "kind": kind, "identifier": identifier, "version": version, "event": event, "at": at, "agent": agent.name,
        "academie": None, "organisation": agent.organisation, "edition": None, "detail": None, **more,
    }  # fmt: skip


def note_labels(connection: sa.Connection, contents: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Note the labels that the latest versions of some documents do not say in concepts, for those of before."""
    if not contents:
        return
    names = sa.tuple_(label_uses.c.kind, label_uses.c.identifier)
    connection.execute(label_uses.delete().where(names.in_(list(contents))))
    rows = [
        {"kind": kind, "identifier": identifier, "label": label}
        for (kind, identifier), document in contents.items()
        for label in unresolved(document)
    ]
    if rows:
        connection.execute(label_uses.insert(), rows)


def empty(connection: sa.Connection, kind: str, identifier: str) -> None:
    """Leave of a document's rows the fact of its events: no content, no personal data, no remark, no report."""
    emptied: dict[str, Any] = {"payload": None, "graph": None, "personal": None, "entries": "[]"}
    connection.execute(versions.update().where(*named(versions, kind, identifier)).values(emptied))
    theirs = sa.select(events.c.id).where(*named(events, kind, identifier))
    for apart in (remarks, findings):
        connection.execute(apart.delete().where(apart.c.event.in_(theirs)))
    for table in (label_uses, label_refusals):
        connection.execute(table.delete().where(*named(table, kind, identifier)))
    connection.execute(drafts.delete().where(drafts.c.about == f"{kind}/{identifier}"))
    # Which of them quotes a document, a row that was refused without an id does not tell.
    connection.execute(deposits.update().values(report=None))


def record(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add events."""
    found = list(rows)
    if found:
        connection.execute(events.insert(), found)
