"""Brings the tables of a registry to the version that this program knows: all of the way, or not at all.

Decided in docs/decisions/registry.md.

Knows versions of the schema and the migrations of `migrations/`, which alembic runs. A registry made before there
were versions is recognised by its tables. SQLite does not hold DDL in a transaction unless we begin it ourselves:
the engine of `registry_schema.connect` does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ingestion.registry.tables.schema import agents, begin_writing, documents, metadata, roles, schema_version
from ingestion.rights.model import OPERATOR
from ingestion.words.errors import IngestionError

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""The versions of the schema that this program knows, the oldest first; `metadata` is the last one."""

_BASELINE, CURRENT = REVISIONS[0], REVISIONS[-1]

Migrated = Callable[[Path | None], None]
"""Called once a registry was brought to this version, with the copy of what it was; None on PostgreSQL."""


class NewerRegistry(IngestionError):
    """The registry was brought to a version that this program does not know: a later one made it."""


def version_of(connection: sa.Connection) -> str | None:
    """Return the version of a registry's schema, None where it has no tables yet. Raises NewerRegistry."""
    tables = sa.inspect(connection).get_table_names()
    if schema_version.name in tables:
        found = connection.execute(sa.select(schema_version.c.version_num)).scalar()
        if found is not None and found not in REVISIONS:
            raise NewerRegistry(found)
        return found
    return _BASELINE if documents.name in tables else None


def create(connection: sa.Connection) -> None:
    """Make the tables of an empty database, inside the transaction that is to write first; again: nothing to do.

    The operator is declared with them.
    """
    if version_of(connection) is None:
        metadata.create_all(connection)
        connection.execute(schema_version.insert().values(version_num=CURRENT))
        connection.execute(agents.insert().values(name=OPERATOR.name))
        rows = [{"agent": OPERATOR.name, "role": one.role, "scope": one.scope} for one in OPERATOR.grants]
        connection.execute(roles.insert(), rows)


def bring_up_to_date(engine: sa.Engine, told: Migrated) -> bool:
    """Bring a registry to this version in one transaction; return whether it has tables at all.

    The file of one of SQLite is copied before. Of several processes one does it, the others wait.
    Raises NewerRegistry.
    """
    with engine.connect() as connection:
        found = version_of(connection)
    if found in (None, CURRENT):
        return found is not None
    with engine.connect() as connection:
        writing = connection.execution_options(writes=True)
        with writing.begin():
            begin_writing(writing)
            before = version_of(writing)
            if before in (None, CURRENT):
                return before is not None
            # Nobody else writes while this transaction is open: the copy is of what is about to be changed.
            path = _file(engine)
            copied = None if path is None else _copy(path, str(before))
            _migrate(writing)
    told(copied)
    return True


def copies_of(engine: sa.Engine) -> list[Path]:
    """Return the copies that upgrades left beside a registry's file; they hold what an erasure must remove."""
    path = _file(engine)
    return [] if path is None else sorted(path.parent.glob(f"{path.stem}.avant-*{path.suffix}*"))


def _file(engine: sa.Engine) -> Path | None:
    """Return the file of a registry of SQLite, None of another."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(name).absolute() if name and name != ":memory:" else None


def _copy(path: Path, version: str) -> Path:
    """Copy a registry's file beside it, whole and without its journal, for the same eyes; return where."""
    copy = path.with_name(f"{path.stem}.avant-{version}{path.suffix}")
    draft = copy.with_name(f"{copy.name}.tmp")
    draft.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("VACUUM INTO :draft"), {"draft": str(draft)})
    finally:
        engine.dispose()
    shutil.copymode(path, draft)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    return draft.replace(copy)


def _migrate(connection: sa.Connection) -> None:
    """Run the migrations that are missing, inside the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    if schema_version.name not in sa.inspect(connection).get_table_names():
        schema_version.create(connection)
        connection.execute(schema_version.insert().values(version_num=_BASELINE))
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "ingestion:registry/tables/migrations")
    command.upgrade(config, CURRENT)
