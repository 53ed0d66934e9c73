"""The registry's tables (DESIGN §7), for SQLite and PostgreSQL alike.

Events are append-only, and the database itself holds that. Personal data has columns of its own, which
erasure empties.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)

metadata: Final = MetaData()

documents: Final = Table(
    "documents",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("identifier", String(96), primary_key=True),
    Column("academie", String(8)),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("validated_version", Integer),
    Column("published_version", Integer),
    Index("documents_by_state", "state", "academie"),
)
"""One row a document; `version` is its latest, `validated_version` the one that is or will be public."""

versions: Final = Table(
    "versions",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("identifier", String(96), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("payload", Text),
    Column("sha256", String(64), nullable=False),
    Column("entries", Text, nullable=False),
    Column("personal", Text),
    Column("deposited_at", String(32), nullable=False),
    Column("deposited_by", String(96), nullable=False),
    Column("validated_at", String(32)),
    Column("validated_by", String(96)),
    ForeignKeyConstraint(["kind", "identifier"], ["documents.kind", "documents.identifier"]),
)
"""Every content a document had: the payload as JSON, what was said of it (`entries`, JSON, no personal data)."""

events: Final = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("identifier", String(96), nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    Column("agent", String(96), nullable=False),
    Column("detail", Text),
    Index("events_by_document", "kind", "identifier"),
)

agents: Final = Table(
    "agents",
    metadata,
    Column("name", String(96), primary_key=True),
    Column("role", String(32), nullable=False),
    Column("academie", String(8)),
    Column("token_hash", String(128)),
)
"""Who may do what: `role` is operateur, deposant or valideur; no `academie` means national."""

_SQLITE: Final = """CREATE TRIGGER events_only_grow_{verb} BEFORE {VERB} ON events
BEGIN SELECT RAISE(ABORT, 'the events of the registry are append-only'); END"""
_POSTGRESQL: Final = """CREATE OR REPLACE FUNCTION events_only_grow() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the events of the registry are append-only'; END $$ LANGUAGE plpgsql"""

for _verb in ("update", "delete"):
    event.listen(
        events,
        "after_create",
        DDL(_SQLITE.format(verb=_verb, VERB=_verb.upper())).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )
event.listen(events, "after_create", DDL(_POSTGRESQL).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
event.listen(
    events,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER events_only_grow BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_only_grow()"
    ).execute_if(dialect="postgresql"),
)
