"""Keeps the labels that the latest versions do not say in concepts, what was decided of them, and where it was refused.

And by which rules and words each version was judged; of versions that were there, that is not known.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from ingestion.documents.wordings import unresolved

revision = "0007"
down_revision = "0006"

_ROWS = 500


def upgrade() -> None:
    """Add the tables, and fill the one that is made of documents; the column in place."""
    named = [("kind", 32), ("identifier", 96), ("label", 16)]
    uses, _ = (
        op.create_table(table, *(sa.Column(name, sa.String(size), primary_key=True) for name, size in named))
        for table in ("label_uses", "label_refusals")
    )
    op.create_index("label_uses_by_label", "label_uses", ["label"])
    op.create_table(
        "label_decisions",
        sa.Column("label", sa.String(16), primary_key=True),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("concepts", sa.Text, nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("words", sa.Text),
    )
    op.add_column("versions", sa.Column("judged_by", sa.String(40)))
    op.create_index("versions_judged", "versions", ["kind", "identifier", "number", "judged_by"])
    connection = op.get_bind()
    asked = sa.text(
        "SELECT v.kind, v.identifier, v.payload FROM documents d JOIN versions v"
        " ON v.kind = d.kind AND v.identifier = d.identifier AND v.number = d.version WHERE v.payload IS NOT NULL"
    )
    # All of them are read before the first is written: one connection does both.
    names = [
        {"kind": kind, "identifier": identifier, "label": label}
        for kind, identifier, payload in connection.execute(asked)
        for label in unresolved(json.loads(payload))
    ]
    for start in range(0, len(names), _ROWS):
        connection.execute(uses.insert(), names[start : start + _ROWS])
