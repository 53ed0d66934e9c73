"""Keeps what reviewers decide of findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "findings",
        sa.Column("event", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("finding", sa.String(64), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
    )
