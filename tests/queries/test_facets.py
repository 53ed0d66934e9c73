"""How many projects have a subject, a level, a tool, an académie: counted over the bundled rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import pyoxigraph as ox
import pytest

from ontologie import vocabularies
from queries import catalogue
from tests.queries.asking import ask, table, usages
from tests.queries.understood import by_project, said

BROADER = {"broader": (0, 2), "narrower": (2, 0), "couvre": (2, 0)}
"""By the local name of a property, where a triple holds the narrower concept and the broader one."""


@cache
def above() -> dict[str, set[str]]:
    """Return the labels of what stands one step above each label, in the vocabularies that levels and kinds come from."""
    labels: dict[str, str] = {}
    displayed: dict[str, str] = {}
    links: set[tuple[str, str]] = set()
    for one in vocabularies():
        for quad in ox.parse(b"".join(one.lines), format=ox.RdfFormat.N_QUADS):
            name = quad.predicate.value.replace("#", "/").rpartition("/")[2]
            if name == "prefLabel" and isinstance(quad.object, ox.Literal) and quad.object.language == "fr":
                labels[quad.subject.value] = quad.object.value
            elif name == "libelleAffiche" and isinstance(quad.object, ox.Literal) and quad.object.language == "fr":
                displayed[quad.subject.value] = quad.object.value
            elif name in BROADER and isinstance(quad.object, ox.NamedNode):
                ends = (quad.subject.value, "", quad.object.value)
                narrow, broad = BROADER[name]
                links.add((ends[narrow], ends[broad]))
    labels |= displayed
    found: dict[str, set[str]] = defaultdict(set)
    for narrow, broad in links:
        if narrow in labels and broad in labels:
            found[labels[narrow]].add(labels[broad])
    return found


def widened(key: str) -> dict[str, set[str]]:
    """Return the labels under a key of each project, and those above them that some project has itself."""
    held = set().union(*by_project(key).values())

    def rise(label: str, seen: frozenset[str] = frozenset()) -> set[str]:
        higher = above().get(label, set()) - seen
        return {label}.union(*(rise(one, seen | {label}) for one in higher))

    return {project: {up for label in labels for up in rise(label)} & held for project, labels in by_project(key).items()}


def pairs(first: dict[str, set[str]], second: dict[str, set[str]]) -> Counter[tuple[str, str]]:
    """Return how many projects have each pair of labels."""
    return Counter(
        (one, other) for project, ones in first.items() for one in ones for other in second.get(project, ())
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


@pytest.mark.parametrize(
    "question", [name for name, one in catalogue().items() if "academie" in {parameter.name for parameter in one.parameters}]
)
def test_what_is_asked_of_an_academie_is_of_its_own_projects_and_those_it_is_associated_with(
    store: ox.Store, question: str
) -> None:
    for row in table("territoires", "academies.csv"):
        mine = sum(row["academie"] in usage["academie"].split("|") for usage in usages())
        assert len(ask(store, question, academie=f"academie/{row['code_academie']}")) == mine
    assert len(ask(store, question)) == len(usages())


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
    assert answered == pairs(by_project("outil"), widened("discipline"))


def test_the_projects_of_each_kind_of_ai_and_level_are_counted(store: ox.Store) -> None:
    rows = ask(store, "types-d-ia-par-niveau")
    answered = {(row["niveauLibelle"], row["typeLibelle"]): int(row["projets"]) for row in rows}
    assert len(rows) == len(answered)
    assert answered == pairs(widened("niveau"), widened("typeIA"))


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
