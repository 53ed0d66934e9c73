"""Keeps what agents began to write in forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "drafts",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("agent", sa.String(96), sa.ForeignKey("agents.name"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("about", sa.String(128), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("drafts_by_agent", "drafts", ["agent"])
