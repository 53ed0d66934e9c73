"""Keeps each redaction of an edition: until then, an edition that held what was erased was served no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ingestion.registry.tables.schema import only_grow

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table, whose rows never change either."""
    op.create_table(
        "redactions",
        sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("former", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
    )
    for statement in only_grow("redactions", op.get_bind().dialect.name):
        op.execute(statement)
