"""The columns of answers: each has a title in words, in French and in English, and no title stands for nothing."""

from __future__ import annotations

import pytest

from ontologie import sentence_table
from queries import catalogue, column_title
from tests.queries.asking import columns

ROWS = sentence_table("colonnes")


@pytest.mark.parametrize("name", catalogue())
def test_every_column_of_a_question_has_a_title_that_tells_it_from_the_others(name: str) -> None:
    for language in ("fr", "en"):
        titles = [column_title(name, column)[language] for column in columns(name)]
        assert all(titles) and len(set(titles)) == len(titles)
    assert [column for column in columns(name) if f"{name}.{column}" not in ROWS and column not in ROWS] == []


def test_every_title_is_that_of_a_column() -> None:
    asked = {(name, column) for name in catalogue() for column in columns(name)}
    own = {f"{name}.{column}" for name, column in asked} & set(ROWS)
    shared = {column for name, column in asked if f"{name}.{column}" not in ROWS}
    assert own | shared == set(ROWS)


def test_a_title_of_the_question_wins_and_a_column_that_no_table_titles_keeps_its_name() -> None:
    assert column_title("mots-d-un-principe", "projets") == {"fr": "nombre de projets", "en": "number of projects"}
    assert column_title("libelles-et-concepts", "libelle") == {"fr": "libellé déposé", "en": "deposited label"}
    assert column_title("a-moi", "inconnue") == {"fr": "inconnue", "en": "inconnue"}
