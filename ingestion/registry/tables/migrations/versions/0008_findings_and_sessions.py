"""Keeps what reviewers decide of findings; who signed in from a browser, and whose identity elsewhere an account is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "findings",
        sa.Column("event", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("finding", sa.String(64), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(200), primary_key=True),
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("agent", sa.String(96), sa.ForeignKey("agents.name"), nullable=False),
    )
    op.create_table(
        "signed_in",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("agent", sa.String(96), sa.ForeignKey("agents.name"), nullable=False),
        sa.Column("until", sa.String(20), nullable=False),
    )
    op.create_index("signed_in_by_agent", "signed_in", ["agent"])
