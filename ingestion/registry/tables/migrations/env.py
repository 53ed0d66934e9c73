"""Runs the migrations of the registry on the connection that `registry_upgrade` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from ingestion.registry.tables.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
