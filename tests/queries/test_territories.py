"""What is counted by territory, worked out from the rows of the usages and of the analyses."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pyoxigraph as ox
import pytest

from queries import catalogue
from tests.queries.asking import SCALE, ask, columns, table, usages
from tests.queries.assessors import assessors
from tests.queries.understood import by_project

ACADEMIES = table("territoires", "academies.csv")


@pytest.mark.parametrize("name", [name for name, one in catalogue().items() if one.mapped])
def test_a_map_shows_columns_that_the_question_has(name: str) -> None:
    mapped = catalogue()[name].mapped
    assert mapped is not None
    assert {mapped.territory, mapped.value, *filter(None, [mapped.observations])} <= set(columns(name))


def test_a_project_counts_once_in_each_region_of_its_academies(store: ox.Store) -> None:
    region = {row["academie"]: row["region_academique"] for row in ACADEMIES}
    projects = defaultdict(set)
    for row in usages():
        for academie in filter(None, row["academie"].split("|")):
            projects[region[academie]].add(row["id"])
    rows = ask(store, "projets-par-region-academique")
    assert {row["nom"]: int(row["projets"]) for row in rows} == {name: len(projects[name]) for name in set(region.values())}


@pytest.mark.parametrize("criterion", ["C-D1-1", "C-D1-2", "C-D2-3"])
def test_the_mean_of_an_academie_is_that_of_its_real_analyses(store: ox.Store, assessed: ox.Store, criterion: str) -> None:
    names = {row["code_academie"]: row["academie"] for row in ACADEMIES}
    values = defaultdict(list)
    for one in assessors():
        usage = next(row for row in usages() if one.project.endswith(f"-{row['id']}"))
        if one.steps.get(criterion) in SCALE:
            for academie in usage["academie"].split("|"):
                values[academie].append(SCALE[one.steps[criterion]])
    assert values
    rows = {row["nom"]: row for row in ask(assessed, "moyenne-par-academie", critere=f"critere/{criterion}")}
    assert set(rows) == set(names.values())
    assert {name: int(row["analyses"]) for name, row in rows.items()} == {name: len(values[name]) for name in rows}
    for name in [name for name in rows if values[name]]:
        mean = Fraction(sum(values[name]), len(values[name]))
        assert float(rows[name]["moyenne"]) == pytest.approx(float(mean), abs=1e-12)
    assert not any("moyenne" in row for row in ask(store, "moyenne-par-academie"))


def test_what_is_chosen_is_counted_in_each_territory_among_all_of_its_projects(store: ox.Store) -> None:
    region = {row["academie"]: row["region_academique"] for row in ACADEMIES}
    users = {project for project, tools in by_project("outil").items() if "ChatGPT" in tools}
    chosen = {row["id"] for row in usages() if any(project.endswith(f"-{row['id']}") for project in users)}
    assert 0 < len(chosen) < len(usages())
    for kind, where in (("academie", {name: name for name in region}), ("region", region)):
        held, kept = defaultdict(set), defaultdict(set)
        for row in usages():
            for academie in filter(None, row["academie"].split("|")):
                held[where[academie]].add(row["id"])
                kept[where[academie]] |= {row["id"]} & chosen
        rows = {row["nom"]: row for row in ask(store, "projets-par-territoire", par=kind, outil="outil/chatgpt", seuil="6")}
        assert {name: int(row["total"]) for name, row in rows.items()} == {name: len(held[name]) for name in where.values()}
        assert {name: int(row["projets"]) for name, row in rows.items()} == {name: len(kept[name]) for name in where.values()}
        for name, row in rows.items():
            assert ("part" in row) == (len(held[name]) >= 6)
            if "part" in row:
                assert abs(float(row["part"]) - 100 * len(kept[name]) / len(held[name])) <= 0.5
