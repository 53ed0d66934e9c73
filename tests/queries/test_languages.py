"""Labels in the language asked for: a question says the same in English as in French, and leaves no thing unnamed."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from queries import catalogue
from tests.queries.asking import ask, columns

BILINGUAL = [name for name, one in catalogue().items() if "langue" in {parameter.name for parameter in one.parameters}]
NAMES = "Libelle"


def test_a_question_whose_columns_name_things_takes_the_language() -> None:
    naming = {name for name in catalogue() if any(column.endswith(NAMES) for column in columns(name))}
    assert naming <= set(BILINGUAL)


@pytest.mark.parametrize("name", BILINGUAL)
def test_a_question_answers_in_english_as_it_does_in_french(store: ox.Store, name: str) -> None:
    french, english = (ask(store, name, langue=language) for language in ("fr", "en"))
    assert len(french) == len(english)
    for rows in (french, english):
        unnamed = [row for row in rows for column in columns(name)
                   if column.endswith(NAMES) and row.get(column.removesuffix(NAMES)) and column not in row]  # fmt: skip
        assert unnamed == []
