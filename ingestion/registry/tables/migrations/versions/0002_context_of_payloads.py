"""Keeps with each payload the version of the context by which it is converted for ever; until then there was one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; in place, since a copied table would lose its triggers."""
    op.add_column("versions", sa.Column("context", sa.String(16), nullable=False, server_default="1.0.0"))
