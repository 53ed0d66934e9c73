"""Gives agents roles with a scope, a token, an end; until then whoever gave a name was an agent, and none is kept.

Their names stay in the events.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make both tables anew: no trigger stands on them. The operator is declared with them."""
    op.drop_table("agents")
    agents = op.create_table(
        "agents",
        sa.Column("name", sa.String(96), primary_key=True),
        sa.Column("organisation", sa.String(96)),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("expires", sa.String(10)),
        sa.Column("revoked", sa.String(20)),
    )
    roles = op.create_table(
        "roles",
        sa.Column("agent", sa.String(96), sa.ForeignKey("agents.name"), primary_key=True),
        sa.Column("role", sa.String(32), primary_key=True),
        sa.Column("scope", sa.String(96), primary_key=True),
    )
    op.bulk_insert(agents, [{"name": "opérateur"}])
    op.bulk_insert(roles, [{"agent": "opérateur", "role": "operateur", "scope": ""}])
