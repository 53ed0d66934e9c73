"""Where the data of the comparison stand for one size. Imports nothing of the project: a peer's start is its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASE = "https://w3id.org/observatoire-ia/"


@dataclass(frozen=True)
class Files:
    """What is made for one size.

    The fiches (N-Quads); the same with the vocabularies' facts as N-Triples; the shapes; the planted faults; and a
    deposit of as many rows with faults of its own.
    """

    folder: Path

    @property
    def documents(self) -> Path:
        return self.folder / "fiches.nq"

    @property
    def triples(self) -> Path:
        return self.folder / "fiches-et-faits.nt"

    @property
    def shapes(self) -> Path:
        return self.folder / "formes.ttl"

    @property
    def faults(self) -> Path:
        return self.folder / "fautes.json"

    @property
    def deposit(self) -> Path:
        return self.folder / "depot.csv"

    @property
    def deposit_faults(self) -> Path:
        return self.folder / "fautes-du-depot.csv"

    def planted(self) -> dict[str, str]:
        """Return the planted faults by document."""
        found: dict[str, Any] = json.loads(self.faults.read_text(encoding="utf-8"))
        return found
