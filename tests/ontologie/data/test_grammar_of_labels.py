"""The grammar of labels: words say traits that some form looks at, and forms lead to concepts that exist."""

from __future__ import annotations

import re

import pytest

from ontologie import concepts, fold_label, read_table

WORDS = read_table("donnees", "grammaire", "mots.csv")
FORMS = read_table("donnees", "grammaire", "formes.csv")
PATTERNS = {"division", "version"}


def traits(row: dict[str, str]) -> set[str]:
    return {trait for alternative in row["traits"].split("|") for trait in alternative.split()}


def test_the_concepts_of_forms_exist_and_are_in_use() -> None:
    named = {iri for row in FORMS for iri in row["concepts"].split("|") if iri}
    assert len(named) > 70
    assert [iri for iri in sorted(named) if iri not in concepts() or not concepts()[iri].current] == []


def test_a_form_stands_once_and_its_traits_are_said_by_words() -> None:
    keys = [(row["champ"], frozenset(row["traits"].split())) for row in FORMS]
    assert len(set(keys)) == len(keys)
    said = {(row["champ"], trait) for row in WORDS for trait in traits(row)}
    assert [key for key in keys if not {(key[0], trait) for trait in key[1]} <= said] == []


@pytest.mark.parametrize("field", sorted({row["champ"] for row in FORMS}))
def test_what_words_say_is_looked_at_by_a_form(field: str) -> None:
    looked_at = {trait for row in FORMS if row["champ"] == field for trait in row["traits"].split()}
    silent = {"abreviation", "territoire"}
    said = {trait for row in WORDS if row["champ"] == field and row["classe"] not in silent for trait in traits(row)}
    assert said - looked_at <= {"objet=autre", "objet=code"} and said


def test_words_are_folded_as_labels_are_and_patterns_are_patterns() -> None:
    for row in WORDS:
        if row["classe"] in PATTERNS and re.search(r"[\\\[]", row["mots"]):
            re.compile(row["mots"])
        elif row["classe"] != "abreviation":
            assert [word for word in row["mots"].split("|") if fold_label(word) != word] == [], row


def test_every_department_has_a_name_and_an_academie() -> None:
    named = {row["code"]: row["nom"] for row in read_table("donnees", "territoires", "departements.csv")}
    mapped = {code for row in read_table("donnees", "territoires", "academies.csv") for code in row["departements"].split("|")}
    assert named.keys() == mapped and len(set(named.values())) == len(named) == 101
