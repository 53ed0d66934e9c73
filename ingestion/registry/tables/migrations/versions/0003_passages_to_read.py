"""Keeps with each version whether a person must read a passage before it is validated; until then none was held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; in place, since a copied table would lose its triggers."""
    op.add_column("versions", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()))
