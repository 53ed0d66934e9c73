"""How many projects have a subject, a level, a tool, an académie: counted over the bundled rows."""

from __future__ import annotations

from collections import Counter, defaultdict

import pyoxigraph as ox
import pytest

from tests.queries.asking import ask, table, usages
from tests.queries.understood import by_project, said


def pairs(first: str, second: str) -> Counter[tuple[str, str]]:
    """Return how many projects have each pair of labels under two keys."""
    return Counter(
        (one, other)
        for project, ones in by_project(first).items()
        for one in ones
        for other in by_project(second).get(project, ())
    )


def test_the_projects_of_each_academie_are_counted(store: ox.Store) -> None:
    counted = Counter(name for row in usages() for name in set(row["academie"].split("|")))
    expected = {row["academie"]: str(counted[row["academie"]]) for row in table("territoires", "academies.csv")}
    assert sum(counted.values()) >= len(usages())
    for question in ("projets-par-academie", "carte-des-academies"):
        rows = ask(store, question)
        assert len(rows) == len(expected)
        assert {row["nom"]: row["projets"] for row in rows} == expected
    assert all("POLYGON" in row["contour"] for row in rows)


def test_the_projects_of_the_academies_of_one_region_are_counted(store: ox.Store) -> None:
    rows = ask(store, "projets-par-academie", region="region-academique/bretagne")
    mine = [row["academie"] for row in table("territoires", "academies.csv") if row["region_academique"] == "Bretagne"]
    counted = Counter(name for row in usages() for name in set(row["academie"].split("|")))
    assert {row["nom"]: int(row["projets"]) for row in rows} == {name: counted[name] for name in mine}


def test_the_projects_of_each_school_year_are_counted(store: ox.Store) -> None:
    counted: Counter[str] = Counter()
    for row in usages():
        year, _, month = row["date"].partition("-")
        start = int(year or 0) - (month[:2] < "09")
        counted[f"{start}-{start + 1}" if month else ""] += 1
    rows = ask(store, "projets-par-annee-scolaire")
    assert {row.get("anneeScolaire", ""): int(row["projets"]) for row in rows} == counted
    assert len(counted) > 3 and counted[""]


def test_the_projects_of_each_tool_and_subject_are_counted(store: ox.Store) -> None:
    rows = ask(store, "outils-par-discipline")
    answered = {(row["nom"], row["disciplineLibelle"]): int(row["projets"]) for row in rows}
    assert len(rows) == len(answered)
    assert answered == pairs("outil", "discipline")


def test_the_projects_of_each_kind_of_ai_and_level_are_counted(store: ox.Store) -> None:
    rows = ask(store, "types-d-ia-par-niveau")
    answered = {(row["niveauLibelle"], row["typeLibelle"]): int(row["projets"]) for row in rows}
    assert len(rows) == len(answered)
    assert answered == pairs("niveau", "typeIA")


def test_the_rank_of_a_level_is_that_of_its_table(store: ox.Store) -> None:
    ranks = {row["iri"]: row["rang_min"] for row in table("niveaux_rangs.csv")}
    ranks |= {f"concept/niveau/{row['id']}": row["rang_min"] for row in table("niveaux.csv")}
    rows = ask(store, "types-d-ia-par-niveau")
    assert [row.get("rang") for row in rows] == [ranks.get(row["niveau"]) for row in rows]
    assert [int(row.get("rang", -1)) for row in rows] == sorted(int(row.get("rang", -1)) for row in rows)


def test_the_projects_of_each_digital_competence_are_counted(store: ox.Store) -> None:
    counted = Counter(label for labels in by_project("competenceCRCN").values() for label in labels)
    rows = ask(store, "competences-numeriques")
    assert {f"{row['code']} {row['libelle']}": int(row["projets"]) for row in rows} == counted


@pytest.mark.parametrize("column", ["niveaux", "disciplines", "outils_ia"])
def test_the_projects_that_write_a_label_are_counted_by_what_it_stands_for(store: ox.Store, column: str) -> None:
    written: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in said():
        if one.column == column:
            for _, concept in one.concepts:
                written[one.label, concept].add(one.project)
    rows = ask(store, "libelles-et-concepts", champ=column)
    answered = {(row["libelle"], row["conceptLibelle"]): int(row["projets"]) for row in rows}
    assert len(rows) == len(answered)
    assert answered == {key: len(projects) for key, projects in written.items()}


def test_the_projects_that_write_a_label_which_stands_for_nothing_are_counted(store: ox.Store) -> None:
    written: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in said():
        if not one.concepts:
            written[one.column, one.label].add(one.project)
    rows = ask(store, "libelles-sans-concept")
    answered = {(row["champ"], row["libelle"]): int(row["projets"]) for row in rows}
    assert answered == {key: len(projects) for key, projects in written.items()}
