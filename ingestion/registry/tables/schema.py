"""The registry's tables (docs/decisions/registry.md) and its connection, for SQLite and PostgreSQL alike.

Events only grow, and the database itself holds that. What erasure must empty (payloads, personal columns, the
words of a remark) stands in columns that are not events.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from ingestion.words.errors import IngestionError

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
"""One row a document: `state` is that of `version`, its latest; `validated_version` is the one that ought to be
public, `published_version` the one that the last edition holds."""

versions: Final = Table(
    "versions",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("identifier", String(96), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("payload", Text),
    Column("sha256", String(64), nullable=False),
    Column("graph", LargeBinary),
    Column("entries", Text, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("personal", Text),
    Column("context", String(16), nullable=False, server_default="1.0.0"),
    Column("held", Boolean, nullable=False, server_default=sa.false()),
    Column("judged_by", String(40)),
    ForeignKeyConstraint(["kind", "identifier"], ["documents.kind", "documents.identifier"]),
    Index("versions_judged", "kind", "identifier", "number", "judged_by"),
)
"""Every content a document had: the payload as JSON, the version of the `context` by which it is converted for ever,
and what was said of it (`entries`, JSON, nothing personal). `sha256` is that of its graph's canonical N-Quads: what
says the same in another order is the same content.

`judged_by` is a digest of the rules and of the words that it was judged by, nothing where that is not known.

`held` says that it has passages that may be personal: it is validated only by who says that they were read.

`graph` is what conversion made of the payload, kept packed so that a document is converted once; it is never the
truth: `rebuild` does not look at it."""

events: Final = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("identifier", String(96), nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", String(16), nullable=False),
    Column("at", String(20), nullable=False),
    Column("agent", String(96), nullable=False),
    Column("academie", String(8)),
    Column("organisation", String(96)),
    Column("edition", Integer),
    Column("detail", String(64)),
    Index("events_by_document", "kind", "identifier"),
    sqlite_autoincrement=True,
)
"""What happened: deposited, validated, returned, withdrawn, published, unpublished, erased; of a finding confirmed,
dismissed, reopened; of an account (its kind is `agent`) declared, bound, revoked, token; of a label (`label`) decided,
the decision withdrawn; of a document relabelled by a decision, the decision refused, unlabelled by its withdrawal; of
the registry itself restored. `academie` is the one in whose name it was done, `organisation` that of who acted, at
that moment; `detail` is one of a few fixed words, or a token of a restore, never free text."""

remarks: Final = Table(
    "remarks",
    metadata,
    Column("event", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("fields", Text),
)
"""The words a reviewer sent with an event, and those of single `fields` (JSON, by the name of a column); apart, because
erasure removes them."""

findings: Final = Table(
    "findings",
    metadata,
    Column("event", Integer, primary_key=True, autoincrement=False),
    Column("finding", String(64), nullable=False),
    Column("basis", String(64), nullable=False),
    Column("language", String(2), nullable=False),
)
"""Which `finding` of a document an event decided on, the hash of the facts that it rested on (`basis`), and the
language of the reason, a remark; apart, because erasure removes them."""

deposits: Final = Table(
    "deposits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(20), nullable=False),
    Column("agent", String(96), nullable=False),
    Column("state", String(16), nullable=False),
    Column("report", Text),
    sqlite_autoincrement=True,
)
"""What came of each deposit over HTTP, for its `agent` alone: its `report` (JSON by language), for a while. An erasure
empties every report."""

label_uses: Final = Table(
    "label_uses",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("identifier", String(96), primary_key=True),
    Column("label", String(16), primary_key=True),
    Index("label_uses_by_label", "label"),
)
"""The labels that the latest version of each document does not say in concepts, by their names: hashes, no words."""

label_refusals: Final = Table(
    "label_refusals",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("identifier", String(96), primary_key=True),
    Column("label", String(16), primary_key=True),
)
"""The documents of which an académie refused what was decided of a label: it is not asked again."""

label_decisions: Final = Table(
    "label_decisions",
    metadata,
    Column("label", String(16), primary_key=True),
    Column("field", String(32), nullable=False),
    Column("choice", String(16), nullable=False),
    Column("concepts", Text, nullable=False),
    Column("event", Integer, nullable=False),
    Column("words", Text),
)
"""What was decided of a label of the column `field`, once: the `concepts` that it says (JSON, by key of documents),
none where it stays as it is; `event` says who and when. Of its `words` nothing is kept but the name, unless they were
made a name of a concept, for the vocabulary."""

agents: Final = Table(
    "agents",
    metadata,
    Column("name", String(96), primary_key=True),
    Column("organisation", String(96)),
    Column("token_hash", String(64)),
    Column("expires", String(10)),
    Column("revoked", String(20)),
)
"""Who may act: `token_hash` is the SHA-256 of a token that was shown once, `expires` the last day of the account,
`revoked` when it was ended. A name that was revoked is never given again."""

roles: Final = Table(
    "roles",
    metadata,
    Column("agent", String(96), ForeignKey("agents.name"), primary_key=True),
    Column("role", String(32), primary_key=True),
    Column("scope", String(96), primary_key=True),
)
"""What each agent may do, by `ingestion/rights/rights.csv`; an empty `scope` is the whole country."""

drafts: Final = Table(
    "drafts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("agent", String(96), ForeignKey("agents.name"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("about", String(128), nullable=False),
    Column("at", String(20), nullable=False),
    Column("content", Text, nullable=False),
    Index("drafts_by_agent", "agent"),
    sqlite_autoincrement=True,
)
"""What an `agent` began to write in a form and did not deposit yet, for that agent alone: the type of document, what it
is about (`projet/10-A1`, or nothing), the fields as they were written (JSON). An erasure of what it is about removes
it."""

identities: Final = Table(
    "identities",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("agent", String(96), ForeignKey("agents.name"), nullable=False),
)
"""Which account stands for whom a sign-on service (`issuer`) calls `subject`."""

signed_in: Final = Table(
    "signed_in",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("agent", String(96), ForeignKey("agents.name"), nullable=False),
    Column("until", String(20), nullable=False),
    Index("signed_in_by_agent", "agent"),
)
"""The sessions of browsers: the SHA-256 of what each holds, whose it is, its end. In no backup."""

editions: Final = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(20), nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("manifest", Text, nullable=False),
)
"""Every edition: its date, the last event it took into account, its hash, and its manifest with the hashes of
vocabularies, rules and shapes. An edition exists once its row does."""

redactions: Final = Table(
    "redactions",
    metadata,
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(20), nullable=False),
    Column("former", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("manifest", Text, nullable=False),
)
"""Every time an edition was made anew without what was erased, by its number from 1: when, the hash that the edition
had and the one it has since, and its manifest since. The row of the edition itself stays as it was."""

schema_version: Final = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""One row: the version of these tables, as alembic keeps it."""

_SQLITE: Final = """CREATE TRIGGER {table}_only_grow_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the {table} of the registry are append-only'); END"""
_POSTGRESQL: Final = (
    """CREATE OR REPLACE FUNCTION only_grow() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the %% of the registry are append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql""",
    "CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION only_grow()",
)


def only_grow(table: str, dialect: str) -> list[sa.DDL]:
    """Return the statements by which a database itself holds that the rows of a table stay as they are."""
    if dialect == "sqlite":
        said = [_SQLITE.format(table=table, verb=verb) for verb in ("update", "delete")]
    else:
        said = [statement.format(table=table) for statement in _POSTGRESQL]
    return [sa.DDL(statement) for statement in said]  # type: ignore[no-untyped-call]


for _table in (events, editions, redactions):
    for _dialect in ("sqlite", "postgresql"):
        for _ddl in only_grow(_table.name, _dialect):
            sa.event.listen(_table, "after_create", _ddl.execute_if(dialect=_dialect))

_WRITERS: Final = 0x0B5E_4A70
"""The advisory lock of PostgreSQL that writers of the registry take in turn: an event's number then grows with
the moment it is seen, on which the editions' `last_event` rests."""


class DriverMissing(IngestionError):
    """The driver of the database that a URL names is not installed."""


def connect(url: str) -> sa.Engine:
    """Return the engine of a registry's database; SQLite is made to keep what it was told, through a power cut.

    Raises DriverMissing.
    """
    try:
        engine = sa.create_engine(url)
    except ModuleNotFoundError as error:
        raise DriverMissing(error.name) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _harden_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def begin_writing(connection: sa.Connection) -> None:
    """Make this transaction the only one that writes until it ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))


def _harden_sqlite(connection: Any, _record: object) -> None:
    # The driver would open transactions late and by itself; `_begin_sqlite` does, and says which kind.
    connection.isolation_level = None
    for pragma in ("busy_timeout=20000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
