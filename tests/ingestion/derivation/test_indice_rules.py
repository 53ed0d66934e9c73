"""The indication rules read as their rows say: examples found, counter-examples not, words always verbatim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.derivation.indices import FIELDS, POLARITIES, find_indices, indice_rules
from ingestion.derivation.motifs import compile_motif, fold
from ontologie import read_table

ALL = read_table("donnees", "regles_indices.csv")
ROWS = [row for row in ALL if row["statut"] != "retiree"]
FICHES = {"ia": ("titre", "Une IA en classe"), "sans-outil": ("titre", "Un débat"), "": ("titre", "Un titre")}
"""What a fiche holds that is as rules ask."""
EXAMPLES = [(row, text) for row in ROWS for text in row["exemple"].split("|")]
COUNTER_EXAMPLES = [(row, text) for row in ROWS for text in row["contre_exemple"].split("|") if text]
WORDS = sorted({text for _, text in EXAMPLES})


def rules_that_find(text: str, field: str, *others: tuple[str, str]) -> set[str]:
    return {found.rule.identifier for found in find_indices([(field, text), *others])}


def fiche(row: dict[str, str]) -> tuple[str, str]:
    """Return what else stands in a fiche in which a rule may speak."""
    asked = row["fiche"].split("|")[0]
    if asked in FICHES:
        return FICHES[asked]
    return "objectif", next(other["exemple"].split("|")[0] for other in ROWS if other["id"] == asked)


def read_in(row: dict[str, str]) -> list[str]:
    return [field for field in FIELDS if row[field]]


@pytest.mark.parametrize(("row", "text"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else value["id"])
def test_a_rule_finds_its_examples_in_each_of_its_fields(row: dict[str, str], text: str) -> None:
    for field in read_in(row):
        assert row["id"] in rules_that_find(text, field, fiche(row))


@pytest.mark.parametrize(
    ("row", "text"), COUNTER_EXAMPLES, ids=lambda value: value if isinstance(value, str) else value["id"]
)
def test_a_rule_leaves_its_counter_examples_alone(row: dict[str, str], text: str) -> None:
    for field in FIELDS:
        assert row["id"] not in rules_that_find(text, field, fiche(row))


def test_a_rule_reads_only_its_own_fields() -> None:
    for row in ROWS:
        for field in set(FIELDS) - set(read_in(row)):
            for text in row["exemple"].split("|"):
                assert row["id"] not in rules_that_find(text, field, fiche(row))


def test_each_rule_says_what_it_is_in_both_languages() -> None:
    said = ("id", "label_fr", "label_en", "raison_fr", "raison_en")
    assert [row["id"] for row in ALL if not all(row[column].strip() for column in said)] == []
    assert [row["id"] for row in ROWS if not (row["motif"] and row["exemple"] and read_in(row))] == []
    assert len({row["id"] for row in ALL}) == len(ALL)
    assert [row["id"] for row in ROWS] == [rule.identifier for rule in indice_rules()]
    assert all(row["id"].startswith("indice-") for row in ALL)


def test_a_rule_withdrawn_reads_nothing() -> None:
    gone = [row for row in ALL if row["statut"] == "retiree"]
    assert len(gone) == 7
    assert not [row["id"] for row in gone if row["motif"] or read_in(row)]


def test_a_rule_without_principle_says_what_is_studied_and_ties_to_nothing() -> None:
    for row in ROWS:
        if not row["principe"]:
            assert {row[field] for field in read_in(row)} == {"objet-d-enseignement"}


def test_polarities_are_the_concepts_of_their_scheme() -> None:
    listed = [row["id"] for row in read_table("donnees", "listes.csv") if row["schema"] == "polarite"]
    assert listed == list(POLARITIES)


@pytest.mark.parametrize("asked", [("indice-inconnu", "fiche"), ("indice-inconnu", "cede_a"), ("entrave", "objectif")])
def test_a_row_that_names_what_is_not_there_is_refused(asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    value, column = asked
    rows = [ROWS[0] | {column: value}]
    read = {"regles_indices.csv": rows, "tournures_indices.csv": read_table("donnees", "tournures_indices.csv")}
    monkeypatch.setattr("ingestion.derivation.indices.read_table", lambda *path: read.get(path[-1]) or read_table(*path))
    with pytest.raises(ValueError, match=value):
        indice_rules.__wrapped__()


def test_case_accents_and_ligatures_do_not_matter() -> None:
    assert rules_that_find("DÉVELOPPER L’ESPRIT CRITIQUE", "objectif") == {"indice-esprit-critique"}
    assert rules_that_find("De\u0301velopper l'e\u0301thique", "objectif") == {"indice-ethique"}
    assert fold("Cœur, Œuvre et Ÿ").text == "coeur, oeuvre et y"


def test_the_end_of_an_item_is_its_end_whatever_closes_it() -> None:
    assert rules_that_find("Débattre des enjeux !", "objectif") == {"indice-enjeux"}
    assert rules_that_find("Débattre des enjeux du clonage", "objectif") == set()


def test_what_an_exception_names_is_not_looked_at_and_joins_nothing() -> None:
    motif, exception = compile_motif("alpha ... omega"), compile_motif("beta gamma")
    text = "alpha beta gamma omega"
    masked = exception.sub(lambda found: "\0" * len(found[0]), text)
    assert motif.search(text) and not motif.search(masked)


def test_no_phrase_runs_over_the_end_of_a_sentence() -> None:
    assert rules_that_find("Comprendre les limites. Choisir une IA", "objectif") == set()


def test_a_motif_that_is_not_folded_is_refused() -> None:
    with pytest.raises(ValueError, match="folded"):
        compile_motif("éthique")


# Whole examples between any other characters: combining marks, ligatures, capitals that grow when folded…
anything = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("œŒﬁ\u0301İ\u2028 '’"), max_size=30)


@given(st.sampled_from(FIELDS), anything, st.sampled_from(WORDS), anything)
def test_the_words_of_an_indice_stand_as_they_are_in_the_passage(
    field: str, before: str, words: str, after: str
) -> None:
    passage = f"{before} {words} {after}"
    for found in find_indices([(field, passage)]):
        assert found.passage == passage
        assert found.words and found.words in passage


@given(st.sampled_from(FIELDS), st.text(max_size=200))
def test_any_text_can_be_read(field: str, passage: str) -> None:
    for found in find_indices([(field, passage)]):
        assert found.words in passage


def polarity(text: str, field: str) -> set[str]:
    return {found.polarity for found in find_indices([(field, text)])}


def test_the_polarity_of_words_depends_on_their_field_and_on_what_surrounds_them() -> None:
    assert polarity("Esprit critique", "objectif") == {"visee"}
    assert polarity("Esprit critique", "pointVigilance") == {"aborde"}
    assert polarity("Manque d'esprit critique", "pointVigilance") == {"signale-un-manque"}
    assert polarity("Éviter le manque d'esprit critique", "pointVigilance") == {"aborde"}
    assert polarity("Réduire le manque d'esprit critique", "objectif") == {"visee"}


def test_a_phrase_that_starts_an_item_starts_it_whatever_opens_it() -> None:
    lone = ("objectif", "Débattre des enjeux de l'IA")
    for text in ("Pollution", "« Pollution »", "- pollution."):
        assert "indice-ecologie-en-debat" in rules_that_find(text, "pointVigilance", lone)
    assert "indice-ecologie-en-debat" not in rules_that_find("Effets sur la pollution", "pointVigilance", lone)
