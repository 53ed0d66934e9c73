"""Registers deposits in bulk: which are new, which are new versions, which change nothing (docs/decisions/registry.md).

Everything goes to the database in few statements a batch, whatever its size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.tables.model import Event, NewDocument, Outcome, digest_of
from ingestion.registry.tables.rows import event_row, latest, note_labels, record
from ingestion.registry.tables.schema import documents, versions
from ingestion.rights.decision import require
from ingestion.rights.model import Agent, Matter

BATCH: Final = 500


@dataclass
class _Writes:
    """The rows of a batch, by the statement that takes them."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


def register_batch(
    connection: sa.Connection, batch: Sequence[NewDocument], agent: Agent, validate: bool, moment: str
) -> dict[Outcome, int]:
    """Register documents of distinct names; return how many were created, got a new version, stayed.

    What has passages to read is deposited, and not validated.

    Raises Forbidden where the agent may not take one of them, as it is or as it was.
    """
    counts: dict[Outcome, int] = {"created": 0, "new-version": 0, "unchanged": 0}
    known = _known(connection, batch)
    writes = _Writes()
    for new in batch:
        before = known.get((new.kind, new.identifier))
        theirs = _names_of(agent, new, before, validate)
        # Whoever validates in the step of the deposit has read nothing yet.
        counts[_add(writes, new, before, theirs, validate and not new.held, moment)] += 1
    _write(connection, writes)
    return counts


def batches(found: Iterable[NewDocument]) -> Iterator[list[NewDocument]]:
    """Yield documents in batches where no name comes twice."""
    batch: list[NewDocument] = []
    seen: set[tuple[str, str]] = set()
    for new in found:
        name = (new.kind, new.identifier)
        if len(batch) == BATCH or name in seen:
            yield batch
            batch, seen = [], set()
        batch.append(new)
        seen.add(name)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Acting:
    """Who deposits and perhaps validates a document, and in the name of which académie each of both."""

    agent: Agent
    deposited: str | None
    validated: str | None


def _names_of(agent: Agent, new: NewDocument, before: Any, validate: bool) -> _Acting:
    """Decide on a deposit, for whose the document is and for whose it was. Raises Forbidden."""
    matter = Matter(new.kind, new.identifier, new.academie)
    if before is not None and before.academie != new.academie:
        require(agent, "deposit", Matter(new.kind, new.identifier, before.academie))
    deposited = require(agent, "deposit", matter).academie
    return _Acting(agent, deposited, require(agent, "validate", matter).academie if validate else None)


def _add(writes: _Writes, new: NewDocument, before: Any, acting: _Acting, validate: bool, moment: str) -> Outcome:
    payload = new.payload
    # Versions noted before graphs had a hash have that of their payload.
    digests = [new.graph_sha256, digest_of(payload)] if new.graph_sha256 else [digest_of(payload)]
    # What was erased is not there: the same content again is a new version, for a person to validate.
    if before is not None and not before.erased and before.sha256 in digests:
        # What was sent back or withdrawn stays so until someone says otherwise: the same file again is no such word.
        if validate and before.state == "depose" and not before.held:
            writes.changes.append(_change(new, before.version, "valide", before.version))
            writes.events.append(_event(new, before.version, "validated", moment, acting))
        return "unchanged"
    number = before.version + 1 if before else 1
    writes.versions.append(_version(new, number, payload, digests[0]))
    writes.contents[new.kind, new.identifier] = new.document
    writes.events.append(_event(new, number, "deposited", moment, acting))
    if validate:
        writes.events.append(_event(new, number, "validated", moment, acting))
    state = "valide" if validate else "depose"
    if before is None:
        row: dict[str, Any] = {"kind": new.kind, "identifier": new.identifier, "academie": new.academie}
        row |= {"state": state, "version": number, "validated_version": number if validate else None}
        writes.documents.append(row)
        return "created"
    writes.changes.append(_change(new, number, state, number if validate else before.validated_version))
    return "new-version"


DIRECT: Final = "direct"
"""Marks a validation that an operator made in the step of the deposit (`--validated-by`)."""

PASSAGES_READ: Final = "passages-read"
"""Marks a validation by who said that the passages that may be personal were read."""


def _event(new: NewDocument, number: int, event: Event, moment: str, acting: _Acting) -> dict[str, Any]:
    validated = event == "validated"
    of = {"academie": acting.validated if validated else acting.deposited, "detail": DIRECT if validated else None}
    return event_row(new.kind, new.identifier, number, event, moment, acting.agent, **of)


def _change(new: NewDocument, number: int, state: str, validated: int | None) -> dict[str, Any]:
    return {
        "of_kind": new.kind, "of_identifier": new.identifier,
        "academie": new.academie, "version": number, "state": state, "validated_version": validated,
    }  # fmt: skip


def _version(new: NewDocument, number: int, payload: str, sha256: str) -> dict[str, Any]:
    return {
        "kind": new.kind, "identifier": new.identifier, "number": number,
        "payload": payload, "sha256": sha256, "graph": new.graph, "context": new.context,
        "entries": json.dumps(list(new.entries), ensure_ascii=False),
        "warnings": new.warnings,
        "personal": json.dumps(dict(new.personal), ensure_ascii=False) if new.personal else None,
        "held": new.held, "judged_by": new.judged_by,
    }  # fmt: skip


def _write(connection: sa.Connection, writes: _Writes) -> None:
    if writes.documents:
        connection.execute(documents.insert(), writes.documents)
    if writes.versions:
        connection.execute(versions.insert(), writes.versions)
    if writes.changes:
        mine = documents.c.kind == sa.bindparam("of_kind"), documents.c.identifier == sa.bindparam("of_identifier")
        connection.execute(documents.update().where(*mine), writes.changes)
    note_labels(connection, writes.contents)
    record(connection, writes.events)


def _known(connection: sa.Connection, batch: Sequence[NewDocument]) -> dict[tuple[str, str], Any]:
    """Return what the registry has of these names: state, versions, and the latest content's digest."""
    found = {}
    of = documents.c
    columns = of.kind, of.identifier, of.academie, of.state, of.version, of.validated_version
    erased = versions.c.payload.is_(None).label("erased")
    for kind in sorted({new.kind for new in batch}):
        names = [new.identifier for new in batch if new.kind == kind]
        asked = (
            sa.select(*columns, versions.c.sha256, versions.c.held, erased)
            .select_from(latest(documents.c.version))
            .where(documents.c.kind == kind, documents.c.identifier.in_(names))
        )
        found.update({(row.kind, row.identifier): row for row in connection.execute(asked)})
    return found
