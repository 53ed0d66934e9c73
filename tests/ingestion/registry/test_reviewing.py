"""What a reviewer is shown: a deposit in words, what a new version changes, a digest; by `observatoire review`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.making import command, write_csv

HELD = "Projet mené par Mme Santini, en 4e."


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state where 18-A1 is published and changed since, 18-A2 waits to be read, 18-A3 was sent back."""
    folder = tmp_path_factory.mktemp("relecture")
    first = [
        {"id": "A1", "outils_ia": "ChatGPT|Zorglub", "objectifs": "Relire|Écrire"},
        {"id": "A2", "titre": "[bold]Un [/x] titre\u202e", "resume": HELD},
        {"id": "A3", "titre": "Renvoyé"},
    ]
    var = folder / "var"
    command(var, "ingest", str(write_csv(folder / "a.csv", first)))
    command(var, "agent", "add", "Dgesco", "--role", "national")
    command(var, "review", "validate", "18-A1", "--as", "Dgesco")
    command(var, "publish")
    command(var, "review", "return", "18-A3", "--as", "Dgesco", "--reason", "Précisez le niveau.")
    changed = [{"id": "A1", "outils_ia": "Mistral|Zorglub", "objectifs": "Relire|Débattre"}]
    command(var, "ingest", str(write_csv(folder / "b.csv", changed)))
    return var


def shown(var: Path, *arguments: str) -> str:
    done = command(var, "review", *arguments)
    assert done.exit_code == 0, done.stderr
    return re.sub(r"\s+", " ", done.stdout)


def test_a_deposit_is_shown_in_words(var: Path) -> None:
    said = shown(var, "show", "18-A1")
    for expected in ("Orléans-Tours · déposée, à valider · version 2 (en ligne : la version 1)", "titre Écrire un conte",
                     "outils d'IA", "Zorglub (pas dans nos listes)", "objectifs Relire Débattre", "Histoire",
                     "version 1 validée, Dgesco", "observatoire review validate 18-A1"):  # fmt: skip
        assert expected in said
    assert "concept/" not in said and "https://w3id.org" not in said


def test_passages_are_shown_where_they_stand_and_hostile_text_is_harmless(var: Path) -> None:
    said = shown(var, "show", "18-A2")
    assert "À lire avant de valider résumé le nom d'une personne : Projet mené par [[Mme Santini]]" in said
    assert "--passages-read" in said
    assert "[bold]Un [/x] titre[U+202E" in said


def test_as_json_nothing_is_left_out(var: Path) -> None:
    done = command(var, "review", "show", "18-A1", "--format", "json")
    assert set(json.loads(done.stdout)) == {
        "document", "state", "academie", "version", "held", "findings", "passages", "validated_version", "published_version",
        "entries", "history", "alike", "contact",
    }  # fmt: skip


def test_the_list_begins_with_what_waits_and_names_states_and_academies(var: Path) -> None:
    said = shown(var, "list", "--state", "toutes")
    assert said.index("18-A2") < said.index("18-A1") < said.index("18-A3")
    assert "Orléans-Tours" in said and "déposée" in said and "renvoyée" in said


def test_a_difference_is_told_in_words_and_as_triples(var: Path) -> None:
    said = shown(var, "diff", "18-A1")
    assert "de la version 1 (en ligne) à la version 2" in said
    assert "− ChatGPT" in said and "+ Le Chat (déposé : Mistral)" in said and "− Écrire + Débattre" in said
    assert "Relire" not in said and "Zorglub" not in said
    patch = command(var, "review", "diff", "18-A1", "--format", "nq").stdout.splitlines()
    assert {line[:2] for line in patch} == {"A ", "D "}
    quads = {line[:1]: [next(iter(ox.parse(one[2:], format=ox.RdfFormat.N_QUADS))) for one in patch if one[0] == line[0]]
             for line in patch}  # fmt: skip
    assert any(quad.object.value == "Débattre" for quad in quads["A"])
    assert any(quad.object.value == "Écrire" for quad in quads["D"])
    turtle = command(var, "review", "diff", "18-A1", "--format", "ttl").stdout
    assert {quad.triple for quad in quads["A"]} == {
        quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    }
    first = command(var, "review", "diff", "18-A2")
    assert (first.exit_code, first.stdout) == (0, "") and "une version" in first.stderr


def test_a_digest_tells_a_service_what_is_its_own(var: Path) -> None:
    said = shown(var, "digest", "--service", "Orléans-Tours")
    assert "Attend une relecture (2)" in said and "18-A2" in said
    assert "Renvoyé au service déposant (1)" in said and "Précisez le niveau." in said
    assert shown(var, "digest") == said
    assert "Rien n'attend" in shown(var, "digest", "--service", "Lyon")
    assert "18-A2" in shown(var, "digest", "--service", "opérateur")
