"""Parameters that are lists: what any of two values finds is what each finds, no row twice."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from queries import catalogue
from tests.queries.asking import Row, ask, columns

TWO = {
    "academie": ("academie/18", "academie/09"), "outil": ("outil/chatgpt", "outil/lalilo"), "regle": ("regle/CU-R08", "regle/CU-R12"),
    "region": ("region-academique/bretagne", "region-academique/ile-de-france"), "projet": ("projet/18-UR005", "projet/03-UR020"),
    "principe": ("principe/cadre-usage/CU-P2", "principe/cadre-usage/CU-P5"), "grille": ("grille/nationale-1", "grille/hleg-1"),
    "instrument": ("instrument/cadre-usage", "instrument/ai-act"), "champ": ("niveaux", "disciplines"),
    "polarite": ("concept/polarite/signale-un-manque", "concept/polarite/aborde"),
    "discipline": ("concept/discipline/svt", "concept/discipline/anglais"),
    "finalite": ("concept/finalite/personnalisation", "concept/finalite/evaluer"),
    "version": ("instrument/ai-act", "instrument/ai-act-omnibus-2026"),
}  # fmt: skip
MEETING = {
    ("regles-sans-critere", "grille"), ("principes-sans-projet-par-region", "region"),
    ("comparer-deux-groupes", "premier"), ("comparer-deux-groupes", "second"),
    *(("projets-par-territoire", one) for one in ("niveau", "discipline", "outil", "type_ia", "finalite", "annee_scolaire", "principe")),
}  # fmt: skip
"""Where all the values are looked at together: what is left once they all are, a group made of several."""
LISTS = [(name, one.name) for name, question in catalogue().items() for one in question.parameters if one.several]


def bag(rows: list[Row]) -> set[tuple[tuple[str, str], ...]]:
    return {tuple(sorted(row.items())) for row in rows}


@pytest.mark.parametrize(("name", "parameter"), [one for one in LISTS if one not in MEETING])
def test_any_of_two_values_finds_what_each_finds(store: ox.Store, name: str, parameter: str) -> None:
    if parameter not in TWO:  # A question without a value of it asks for all.
        assert parameter in columns(name)
        return
    both = ask(store, name, **{parameter: TWO[parameter]})
    assert bag(both) == bag(ask(store, name, **{parameter: TWO[parameter][0]})) | bag(ask(store, name, **{parameter: TWO[parameter][1]}))
    assert len(bag(both)) == len(both)


def test_a_region_more_leaves_fewer_principles_without_a_project(store: ox.Store) -> None:
    one, other = (bag(ask(store, "principes-sans-projet-par-region", region=region)) for region in TWO["region"])
    assert bag(ask(store, "principes-sans-projet-par-region", region=TWO["region"])) == one & other != one | other
