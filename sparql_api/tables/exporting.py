"""Writes the tables of the current edition into a folder: each whole, and what describes them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from ingestion import Edition
from sparql_api.settings import NoticeSettings
from sparql_api.tables.descriptions import described
from sparql_api.tables.files import make_file, names
from sparql_api.tables.making import write_tables
from sparql_api.tables.parts import has_parts


def export_tables(edition: Edition, place: Path) -> int:
    """Write every file of an edition's tables into a folder, former ones replaced; return how many. Raises OSError."""
    said = described(edition, NoticeSettings().publisher)
    with TemporaryDirectory(prefix="observatoire-") as scratch:
        parts = edition.path
        if not has_parts(parts):
            parts = Path(scratch)
            write_tables(edition, ox.Store.read_only(str(edition.store_path)), parts)
        for name in names():
            (place / name).unlink(missing_ok=True)
        return sum(make_file(parts, place, name, said).is_file() for name in names())
