"""Keeps what came of each deposit over HTTP, and the fields that a reviewer's remark is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; the column in place."""
    op.create_table(
        "deposits",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("agent", sa.String(96), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("report", sa.Text),
        sqlite_autoincrement=True,
    )
    op.add_column("remarks", sa.Column("fields", sa.Text))
