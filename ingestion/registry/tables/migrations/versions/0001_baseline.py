"""The tables of release 0.1.0, which had no version yet: they are recognised, never made here."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Do nothing: a registry at this version has its tables already."""
