"""A seeded generator of deposits that draws from the real vocabularies and the real usages; and of planted faults.

    python -m bench.fiches 10000 --seed 1 --faulty 0.02 --out /tmp/fiches.csv --faults /tmp/fautes.csv

Rows have the columns of the canonical CSV. The same seed makes the same rows, and the first rows of a longer run are
those of a shorter one. Nothing here is real data: ids start with `G`.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ontologie import read_table

Row = dict[str, str]


@dataclass(frozen=True)
class PlantedFault:
    """A fault planted in a row: its physical line (the header being 1), the field, and what is wrong."""

    line: int
    identifier: str
    field: str
    what: str


FAULTS = {
    "sans-titre": ("titre", ""),
    "academie-inconnue": ("academie", "Atlantide"),
    "titre-trop-long": ("titre", "x" * 400),
    "courriel": ("resume", "Écrire à jeanne.martin@exemple.fr pour en savoir plus."),
    "telephone": ("objectifs", "Appeler le 06 12 34 56 78"),
}
"""What a planted fault does to a row: the field it touches and what it writes there. Each one refuses the row."""


def rows(count: int, seed: int = 1, faulty: float = 0.0) -> Iterator[tuple[Row, PlantedFault | None]]:
    """Yield `count` rows, each with the fault planted in it if any; about `faulty` of them have one."""
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        row = make_row(number, chance)
        fault = None
        if chance.random() < faulty:
            what = chance.choice(sorted(FAULTS))
            field, value = FAULTS[what]
            row[field] = value
            fault = PlantedFault(number + 2, row["id"], field, what)
        yield row, fault


def make_row(number: int, chance: random.Random) -> Row:
    """Return one good row: a real usage's shape, with values drawn from everywhere."""
    real = usages()
    row = dict(chance.choice(real))
    name, region = chance.choice(academies())
    row |= {
        "id": f"G{number:07d}",
        "titre": f"{row['titre']} ({number})"[:290],
        "academie": name,
        "region_academique": region,
        "niveaux": "|".join(sorted(set(chance.sample(levels(), chance.randint(1, 2))))),
        "disciplines": "|".join(sorted(set(chance.sample(subjects(), chance.randint(1, 3))))),
        "outils_ia": "|".join(chance.sample(tools(), chance.randint(0, 2))),
        "type_ia": chance.choice(kinds()),
        "date": f"{chance.randint(2021, 2026)}-{chance.randint(1, 12):02d}",
    }
    for field in ("objectifs", "competences", "plus_values", "points_vigilance"):
        row[field] = "|".join(chance.sample(pool(field), chance.randint(0, 3)))
    return row


@cache
def usages() -> list[Row]:
    """Return the real usages, as they are bundled."""
    text = files("ingestion").joinpath("demo", "usages.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@cache
def pool(field: str) -> list[str]:
    """Return every item that the real usages have in a field."""
    return sorted({item for row in usages() for item in row[field].split("|") if item})


@cache
def academies() -> list[tuple[str, str]]:
    """Return (académie, région académique)."""
    table = read_table("donnees", "territoires", "academies.csv")
    return [(row["academie"], row["region_academique"]) for row in table]


def levels() -> list[str]:
    """Return the level labels of the reviewed table that resolve to a level."""
    return labels("niveaux", "niveau")


def subjects() -> list[str]:
    """Return the subject labels of the reviewed table that resolve to a subject."""
    return labels("disciplines", "discipline")


@cache
def labels(field: str, key: str) -> list[str]:
    """Return the labels of `libelles.csv` for a field and a key."""
    table = read_table("donnees", "libelles.csv")
    return sorted({row["libelle"] for row in table if row["champ"] == field and row["cle"] == key and row["concepts"]})


@cache
def tools() -> list[str]:
    """Return the names of the tools."""
    return sorted(row["nom"] for row in read_table("donnees", "outils-ia", "outils.csv"))


@cache
def kinds() -> list[str]:
    """Return the ids of the kinds of AI."""
    return sorted(row["id"] for row in read_table("donnees", "instruments", "types_ia.csv"))


def write(path: Path, count: int, seed: int, faulty: float, faults: Path | None = None) -> int:
    """Write the rows as CSV, and the planted faults beside; return how many faults."""
    planted = []
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(usages()[0]), lineterminator="\n")
        writer.writeheader()
        for row, fault in rows(count, seed, faulty):
            writer.writerow(row)
            if fault:
                planted.append(fault)
    if faults is not None:
        with faults.open("w", encoding="utf-8", newline="") as out:
            plain = csv.writer(out, lineterminator="\n")
            plain.writerow(["line", "id", "field", "what"])
            plain.writerows([one.line, one.identifier, one.field, one.what] for one in planted)
    return len(planted)


def main() -> None:
    """Write a generated deposit."""
    parser = argparse.ArgumentParser(prog="python -m bench.fiches", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faulty", type=float, default=0.0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faults", type=Path)
    asked = parser.parse_args()
    print(write(asked.out, asked.count, asked.seed, asked.faulty, asked.faults), "faults planted")


if __name__ == "__main__":
    main()
