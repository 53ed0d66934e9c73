"""The parts of research tables: what rows say, and that any history gives the parts of a build from nothing."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ontologie import BASE
from sparql_api.tables import making as making_tables
from sparql_api.tables import parts
from sparql_api.tables.making import change_tables, write_tables
from sparql_api.tables.parts import read_list
from tests.laws.lengths import examples
from tests.sparql_api.tables.making import World, changed_graphs, edition_of, rows_of

PROJECT = {"titre": "Un conte,\nà \"deux\" \\ voix", "niveaux": ["3e", "4e"], "date": "2025-05", "constats": ["r1"]}
WORLD: World = {
    "projet/a": PROJECT,
    "projet/b": {"titre": "Sans rien", "niveaux": [], "date": "", "constats": []},
    "projet/ex-1": PROJECT,
    "analyse/n2": {"evalue": "projet/a", "steps": [("c1", "e1")]},
    "analyse/n1": {"evalue": "projet/a", "steps": [("c1", "e0"), ("c2", "e1")]},
}


def test_rows_say_what_graphs_say_and_examples_are_no_rows(tmp_path: Path) -> None:
    edition, store = edition_of(tmp_path / "e", WORLD)
    write_tables(edition, store, edition.path)
    asked = ("usage", "titre", "langue", "date", "date_annee", "date_mois", "date_jour", "annee_scolaire", "academie_fr")
    assert rows_of(edition.path, "usages", asked) == [
        (f"{BASE}projet/a", PROJECT["titre"], "fr", "2025-05", 2025, 5, None, "2024-2025", None),
        (f"{BASE}projet/b", "Sans rien", "fr", None, None, None, None, None, None),
    ]
    assert rows_of(edition.path, "usages_niveaux", ("usage", "niveau_id", "niveau_fr", "niveau_en")) == [
        (f"{BASE}projet/a", "3e", "3e, dite « troisième »", None),
        (f"{BASE}projet/a", "4e", "4e", None),
    ]
    said = rows_of(edition.path, "appreciations", ("analyse_iri", "usage", "critere_id", "echelon_id", "valeur", "rang", "organisation_id", "illustrative"))
    one, other, use = f"{BASE}analyse/n1", f"{BASE}analyse/n2", f"{BASE}projet/a"
    assert said == [
        (one, use, "c1", "e0", None, 1, "o", False),
        (one, use, "c2", "e1", 1.0, 1, "o", False),
        (other, use, "c1", "e1", 1.0, 2, "o", False),
    ]
    assert rows_of(edition.path, "constats", ("usage", "regle_id", "verdict_id", "confiance")) == [(use, "r1", "conforme", None)]
    assert rows_of(edition.path, "alignements", ("sujet_fr", "objet_id")) == [("3e, dite « troisième »", "4e")]


def test_any_history_gives_the_parts_of_a_build_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "EACH", 3)
    monkeypatch.setattr(making_tables, "SMALL", 1000)
    chance, world = random.Random(7), dict[str, Any](WORLD)
    before, _ = made(tmp_path / "0", world)
    for step in range(1, examples(24)):
        former, world = world, changed(world, chance)
        edition, store = edition_of(tmp_path / str(step), world)
        assert change_tables(edition, store, changed_graphs(former, world), before)
        whole, listed = made(tmp_path / f"{step}-whole", world)
        assert read_list(edition.path) == listed, step
        names = {path.name for path in (edition.path / "tables").iterdir()}
        assert names == {path.name for path in (whole / "tables").iterdir()}
        before = edition.path
    assert len({one.start for one in read_list(before) if one.table == "usages"}) > 2


def test_a_change_of_words_or_of_the_dictionary_is_no_change_of_parts(tmp_path: Path) -> None:
    before, _ = made(tmp_path / "0", WORLD)
    edition, store = edition_of(tmp_path / "1", WORLD)
    assert not change_tables(edition, store, {f"{BASE}graphe/vocabulaire/v"}, before)
    (before / "tables/layout").write_text("another", "utf-8")
    assert not change_tables(edition, store, {f"{BASE}graphe/projet/a"}, before)
    assert not (edition.path / "tables").exists()


def made(folder: Path, world: World) -> tuple[Path, list[parts.TablePart]]:
    edition, store = edition_of(folder, world)
    write_tables(edition, store, folder)
    return folder, read_list(folder)


def changed(world: World, chance: random.Random) -> dict[str, Any]:
    """Documents come, change and go: at random, always the same."""
    after = dict(world)
    for _ in range(chance.randint(1, 3)):
        name = f"projet/{chance.choice('abcdefghijklmnop')}"
        if name in after and chance.random() < 0.4:
            del after[name]
        else:
            after[name] = {**PROJECT, "titre": f"Titre {chance.randint(0, 9)}", "niveaux": chance.sample(["3e", "4e", "5e"], 2)}
        judged = f"analyse/{chance.choice('mnopq')}"
        if judged in after and chance.random() < 0.5:
            del after[judged]
        else:
            after[judged] = {"evalue": f"projet/{chance.choice('abc')}", "steps": [("c1", chance.choice(["e0", "e1"]))]}
    return after
