"""The gold set of indices: hits read one by one, would a person sign the tie, and in which way the words speak.

`indices_or.csv` came with the corrections of the knowledge; `indices_or_projet.csv` holds siblings of the same kinds,
written before the rules were changed. A row that is not signed is met where no indice of the rule, and none
that speaks to the principle, quotes the item: a rule of its own may say that it is what is studied.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from ingestion.derivation.indices import Found, find_indices
from ontologie import read_table

HERE = Path(__file__).parent
DEMO = Path(__file__).parents[3] / "ingestion" / "demo" / "usages.csv"
COLUMNS = {
    "titre": "titre",
    "resume": "resume",
    "objectifs": "objectif",
    "competences": "competence",
    "plus_values": "plusValue",
    "points_vigilance": "pointVigilance",
    "outils_ia": "outil",
}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((HERE / name).open(encoding="utf-8", newline="")))


GOLD = rows("indices_or.csv")
SIBLINGS = rows("indices_or_projet.csv")


@cache
def demo() -> dict[str, list[tuple[str, str]]]:
    """Return the (field, item) pairs of each bundled fiche, by the last part of its id."""
    found = defaultdict(list)
    for row in csv.DictReader(DEMO.open(encoding="utf-8", newline="")):
        for column, field in COLUMNS.items():
            items = [row[column]] if column in ("titre", "resume") else row[column].split("|")
            found[row["id"]] += [(field, item) for item in items if item]
    return found


def verdict(row: dict[str, str], found: list[Found]) -> bool:
    """Tell whether what was found in a fiche is what a row says."""
    there = [find for find in found if find.field == row["champ"] and find.passage == row["mots"]]
    same = [find for find in there if find.rule.identifier == row["regle"]]
    to_it = [find for find in there if (find.rule.principle or "").endswith(f"/{row['principe']}")]
    if row["signe"] == "non":
        return not same and not to_it
    return any(find in to_it and find.polarity == row["polarite"] for find in same)


def sibling(row: dict[str, str]) -> list[tuple[str, str]]:
    """Return the items of a fiche made for a row."""
    others = [tuple(one.split("=", 1)) for one in filter(None, row["faits"].split("|"))]
    return [(row["champ"], row["mots"]), *((field, item) for field, item in others)]


@pytest.mark.parametrize("row", GOLD, ids=lambda row: f"{row['projet']}-{row['mots']}")
def test_the_gold_set_is_found_as_it_was_read(row: dict[str, str]) -> None:
    assert verdict(row, find_indices(demo()[row["projet"].partition("-")[2]]))


@pytest.mark.parametrize("row", SIBLINGS, ids=lambda row: row["cas"])
def test_siblings_of_the_gold_set_are_found_as_they_were_read(row: dict[str, str]) -> None:
    assert verdict(row, find_indices(sibling(row)))


def test_no_rule_names_a_project() -> None:
    projects = set(demo()) | {row["projet"] for row in GOLD}
    cells = " ".join(cell for row in read_table("donnees", "regles_indices.csv") for cell in row.values())
    assert not [project for project in projects if project in cells]
