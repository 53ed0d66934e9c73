"""How many projects a principle concerns, and by what: counted over the table of evidence that a person has signed.

`tests/ingestion/derivation/table_concerne.csv` is that table; a test of its own holds it to the graph.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import pyoxigraph as ox
import pytest

from tests.ingestion.derivation.evidence import CONCERNE, HEADER, read, ties
from tests.queries.asking import Row, ask, frameworks, table
from tests.queries.understood import by_project


@cache
def principles() -> dict[str, Row]:
    """Return the row of each principle by its id."""
    rows = [*table("instruments", "principes.csv"), *(row for row in frameworks() if row["id"])]
    return {row["id"]: row for row in rows}


@cache
def evidence() -> list[Row]:
    """Return the signed rows: project, principle, kind of evidence, rule, field, words."""
    header, rows = read(CONCERNE)
    return [dict(zip(header, row, strict=True)) for row in rows]


@cache
def concerned() -> dict[str, set[str]]:
    """Return the projects that each principle concerns."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in evidence():
        if ties([row[name] for name in HEADER]):
            found[row["principe"]].add(row["projet"])
    return found


def of(instrument: str) -> list[str]:
    """Return the principles of an instrument."""
    return [name for name, row in principles().items() if row["instrument"] == instrument]


@pytest.mark.parametrize("instrument", ["cadre-usage", "unesco-ethique-2021", "hleg-2019"])
def test_the_projects_of_each_principle_are_counted(store: ox.Store, instrument: str) -> None:
    rows = ask(store, "couverture-principes", instrument=f"instrument/{instrument}")
    assert {row["principe"]: int(row["projets"]) for row in rows} == {
        f"principe/{instrument}/{name}": len(concerned().get(name, ())) for name in of(instrument)
    }
    assert [int(row["projets"]) for row in rows] == sorted((int(row["projets"]) for row in rows), reverse=True)


def test_the_projects_of_each_subject_and_principle_are_counted(store: ox.Store) -> None:
    counted = Counter(
        (subject, f"principe/cadre-usage/{name}")
        for name in of("cadre-usage")
        for project in concerned().get(name, ())
        for subject in by_project("discipline")[f"projet/{project}"]
    )
    rows = ask(store, "disciplines-et-principes")
    answered = {(row["disciplineLibelle"], row["principe"]): int(row["projets"]) for row in rows}
    assert len(rows) == len(answered)
    assert answered == counted


def test_the_words_that_speak_to_a_principle_are_counted(store: ox.Store) -> None:
    written: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in evidence():
        kind, _, polarity = row["preuve"].partition(" : ")
        if row["principe"] == "CU-P5" and kind == "indice":
            written[f"regle/{row['regle']}", row["mots"], row["champ"], f"concept/polarite/{polarity}"].add(row["projet"])
    rows = ask(store, "mots-d-un-principe")
    answered = {(row["regle"], row["mots"], row["champ"], row["polarite"]): int(row["projets"]) for row in rows}
    assert answered == {key: len(projects) for key, projects in written.items()}


@pytest.mark.parametrize("polarity", ["aborde", "signale-un-manque", "objet-d-enseignement", "visee"])
def test_the_indications_of_a_polarity_are_those_signed(store: ox.Store, polarity: str) -> None:
    signed = {
        (row["projet"], row["principe"], row["mots"], row["champ"], row["regle"])
        for row in evidence()
        if row["preuve"] == f"indice : {polarity}"
    }
    rows = ask(store, "indices-par-polarite", polarite=f"concept/polarite/{polarity}")
    last = [tuple(row.get(name, "").rpartition("/")[2] for name in ("projet", "principe")) for row in rows]
    rule = [row["regle"].rpartition("/")[2] for row in rows]
    answered = {(*ends, row["mots"], row["champ"], name) for ends, row, name in zip(last, rows, rule, strict=True)}
    assert answered == signed and signed


def test_the_projects_of_what_stands_outside_the_pivot_are_counted(store: ox.Store) -> None:
    national = [*table("instruments", "hors_pivot.csv"), *table("hors_pivot_projet.csv")]
    outside = [*national, *(row for row in frameworks() if row.get("hors_pivot@fr"))]
    rows = ask(store, "projets-hors-pivot")
    assert {row["principe"].rpartition("/")[2]: int(row["projets"]) for row in rows} == {
        row["id"]: len(concerned().get(row["id"], ())) for row in outside
    }


def test_an_instrument_has_its_principles_the_criteria_on_them_and_the_projects_they_concern(store: ox.Store) -> None:
    criteria = [*table("instruments", "criteres.csv"), *table("grille_hleg_criteres.csv")]
    expected = {}
    ours = {row["id"] for row in table("instruments", "instruments.csv")}
    for instrument in ours | {row["instrument"] for row in frameworks()}:
        mine = set(of(instrument))
        bearing = [one["id"] for one in criteria if mine & set(one["principes"].split("|"))]
        projects = set().union(*(concerned().get(name, set()) for name in mine))
        expected[f"instrument/{instrument}"] = (len(mine), len(bearing), len(projects))
    rows = ask(store, "instruments")
    answered = {row["instrument"]: tuple(int(row[name]) for name in ("principes", "criteres", "projets")) for row in rows}
    assert answered == expected


def test_neighbours_are_the_projects_with_most_in_common(store: ox.Store) -> None:
    ties: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for key in ("outil", "discipline", "niveau"):
        for project, labels in by_project(key).items():
            ties[project] |= {(key, label) for label in labels}
    for name, projects in concerned().items():
        for project in projects:
            ties[f"projet/{project}"].add(("concerne", name))
    own = ties["projet/18-UR005"]
    common = {project: len(own & theirs) for project, theirs in ties.items() if project != "projet/18-UR005"}
    ranked = sorted(((project, n) for project, n in common.items() if n), key=lambda pair: (-pair[1], pair[0]))
    rows = ask(store, "projets-voisins")
    assert [(row["voisin"], int(row["pointsCommuns"])) for row in rows] == ranked[:20]
