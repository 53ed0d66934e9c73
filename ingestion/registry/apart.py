"""Takes a version out of a document that it does not belong to: a document of its own, and the version before it again.

Knows the rows to read and to write; what makes the new document, it is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ingestion.registry.deposits import register_batch
from ingestion.registry.tables.model import NewDocument, Registered
from ingestion.registry.tables.rows import event_row, named, note_labels, record
from ingestion.registry.tables.schema import documents, versions
from ingestion.registry.transitions import RefusedTransition
from ingestion.rights.model import Agent
from ingestion.words.messages import RECOGNISED

Taken = Callable[[str], bool]
"""Tells whether an identifier is that of a document."""

Apart = Callable[[Registered, Taken], NewDocument]
"""Makes a document of its own of a version, under an identifier that is not taken."""


def registered_apart(connection: sa.Connection, found: Registered, agent: Agent, apart: Apart, moment: str) -> str:
    """Register what a version holds as a document of its own, its personal columns with it; return its identifier.

    Raises RefusedTransition where the version is not one that its page was recognised by, or was erased.
    """
    told = {entry.get("rule") for entry in found.entries}
    if found.document is None or told.isdisjoint(RECOGNISED):
        raise RefusedTransition("not-recognised", found.identifier, found.state)

    def taken(identifier: str) -> bool:
        asked = sa.select(documents.c.identifier).where(*named(documents, found.kind, identifier))
        return connection.execute(asked).first() is not None

    personal = _version(connection, found, found.version).personal
    new = replace(apart(found, taken), personal=json.loads(personal) if personal else {})
    register_batch(connection, [new], agent, False, moment)
    return new.identifier


def deposited_again(connection: sa.Connection, found: Registered, agent: Agent, moment: str) -> int | None:
    """Make the version before the latest one the latest again, to be validated; None where it was erased."""
    before = _version(connection, found, found.version - 1)
    if before is None or before.payload is None:
        return None
    number = found.version + 1
    connection.execute(versions.insert().values({**before._mapping, "number": number}))
    note_labels(connection, {(found.kind, found.identifier): json.loads(before.payload)})
    record(connection, [event_row(found.kind, found.identifier, number, "deposited", moment, agent)])
    return number


def _version(connection: sa.Connection, found: Registered, number: int) -> Any:
    asked = sa.select(versions).where(*named(versions, found.kind, found.identifier), versions.c.number == number)
    return connection.execute(asked).one_or_none()
