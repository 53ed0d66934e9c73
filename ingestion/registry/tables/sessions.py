"""The connections to a registry and their transactions: one that reads a moment, one that writes.

Knows the file and the engine, and that the tables are made at the first write; not what is read or written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from ingestion.registry.tables.schema import begin_writing, connect
from ingestion.registry.tables.upgrade import Migrated, bring_up_to_date, create
from ingestion.settings import Settings


class Sessions:
    """Opens transactions on the registry that the settings name; to open nothing makes nothing."""

    def __init__(self, settings: Settings, migrated: Migrated) -> None:
        self._migrated = migrated
        self._path = None if settings.database_url else settings.registry_path
        self.engine = connect(settings.database_url or f"sqlite:///{settings.registry_path.absolute()}")
        self._ready = False

    def exists(self) -> bool:
        """Tell whether there is anything to read, without making a file; raises NewerRegistry."""
        if self._path is not None and not self._path.exists():
            return False
        if not self._ready:
            self._ready = bring_up_to_date(self.engine, self._migrated)
        return self._ready

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Read a single moment of the registry, whatever is written meanwhile."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write in one transaction, which is the first to make the tables."""
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        exists = self.exists()
        if self._path is not None and not exists:
            self._path.touch(mode=0o600)  # it holds names and addresses; its journals are made in its likeness
        with self.engine.connect() as connection:
            writing = connection.execution_options(writes=True)
            with writing.begin():
                begin_writing(writing)
                if not exists:
                    create(writing)
                yield writing
        self._ready = True

    def compact(self) -> None:
        """Write the tables that hold texts anew, so that nothing of emptied rows stays in the database's files."""
        if not self.exists():
            return
        # Other connections of ours would hold the log back.
        self.engine.dispose()
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "postgresql":
                for table in ("versions", "remarks", "deposits"):
                    connection.exec_driver_sql(f"VACUUM FULL {table}")
                return
            plain = connection.connection.driver_connection
            assert plain is not None
            plain.rollback()  # "begin" was said for us; a whole file is not written anew inside a transaction.
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                plain.execute(statement).fetchall()
