"""The indication rules read as their rows say: examples found, counter-examples not, words always verbatim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.derivation.indices import FIELDS, compile_motif, find_indices, fold, indice_rules
from ontologie import read_table

ROWS = read_table("donnees", "regles_indices.csv")
EXAMPLES = [(row, text) for row in ROWS for text in row["exemple"].split("|")]
COUNTER_EXAMPLES = [(row, text) for row in ROWS for text in row["contre_exemple"].split("|") if text]
WORDS = sorted({text for _, text in EXAMPLES})


def rules_that_find(text: str, field: str) -> set[str]:
    return {found.rule.identifier for found in find_indices([(field, text)])}


@pytest.mark.parametrize(("row", "text"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else value["id"])
def test_a_rule_finds_its_examples_in_each_of_its_fields(row: dict[str, str], text: str) -> None:
    for field in row["champs"].split("|"):
        assert row["id"] in rules_that_find(text, field)


@pytest.mark.parametrize(
    ("row", "text"), COUNTER_EXAMPLES, ids=lambda value: value if isinstance(value, str) else value["id"]
)
def test_a_rule_leaves_its_counter_examples_alone(row: dict[str, str], text: str) -> None:
    for field in FIELDS:
        assert row["id"] not in rules_that_find(text, field)


def test_a_rule_reads_only_its_own_fields() -> None:
    for row in ROWS:
        for field in set(FIELDS) - set(row["champs"].split("|")):
            for text in row["exemple"].split("|"):
                assert row["id"] not in rules_that_find(text, field)


def test_each_rule_says_what_it_is_in_both_languages() -> None:
    columns = ("id", "principe", "champs", "motif", "label_fr", "label_en", "raison_fr", "raison_en", "exemple")
    assert [row["id"] for row in ROWS if not all(row[column].strip() for column in columns)] == []
    assert len({row["id"] for row in ROWS}) == len(ROWS) == len(indice_rules())
    assert all(row["id"].startswith("indice-") for row in ROWS)


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
