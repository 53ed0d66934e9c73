"""What the bundled rows say, by the table of labels that a person has signed (`etiquettes_attendues.csv`)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.queries.asking import table, usages

SIGNED = Path(__file__).parents[1] / "ingestion_lecture" / "etiquettes_attendues.csv"


@dataclass(frozen=True)
class Said:
    """One label of a row: which project, in which column, and what it stands for: (key of a document, label)."""

    project: str
    column: str
    label: str
    concepts: tuple[tuple[str, str], ...]


@cache
def signed() -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Return what each label of each column stands for; nothing where it is left unresolved."""
    with SIGNED.open(encoding="utf-8", newline="") as source:
        return {(row["champ"], row["libelle"]): tuple(concepts(row["concepts"])) for row in csv.DictReader(source)}


def concepts(cell: str) -> Iterator[tuple[str, str]]:
    """Yield (key, label) of a signed cell: `niveau : 5e | niveau : 4e`."""
    for part in filter(None, cell.split(" | ")):
        key, _, label = part.partition(" : ")
        yield key, label


@cache
def said() -> tuple[Said, ...]:
    """Return every label of the bundled rows that the signed table knows."""
    codes = {row["academie"]: row["code_academie"] for row in table("territoires", "academies.csv")} | {"": "n"}
    return tuple(
        Said(f"projet/{codes[row['academie'].split('|')[0]]}-{row['id']}", column, label, signed()[column, label])
        for row in usages()
        for column, cell in row.items()
        for label in filter(None, map(str.strip, cell.split("|")))
        if (column, label) in signed()
    )


@cache
def by_project(key: str) -> dict[str, set[str]]:
    """Return the labels that each project has under a key of documents (`niveau`, `discipline`, `outil`…)."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in said():
        found[one.project].update(label for name, label in one.concepts if name == key)
    return found
