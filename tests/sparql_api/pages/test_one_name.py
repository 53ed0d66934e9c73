"""One thing, one name: what pages and questions call a fiche and a kind of AI, in French and in English.

docs/glossary.md says which names were chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ontologie import sentence_table
from queries import catalogue

TABLES = ("pages", "colonnes")
FORBIDDEN = {
    "fr": re.compile(r"\b(sorte|genre)s? d'IA\b", re.IGNORECASE),
    "en": re.compile(r"\bfiches?\b|\b(types?|sorts?) of AI\b", re.IGNORECASE),
}
FICHE, SHEET = re.compile(r"\bfiches?\b", re.IGNORECASE), re.compile(r"\bsheets?\b", re.IGNORECASE)


def texts() -> Iterator[tuple[str, str, str]]:
    """Yield (place, French, English) of everything that pages and questions say."""
    for table in TABLES:
        for code, row in sentence_table(table).items():
            yield f"{table}.csv {code}", row["fr"], row["en"]
    for name, question in catalogue().items():
        yield f"{name}.rq title", question.title["fr"], question.title["en"]
        yield f"{name}.rq description", question.description["fr"], question.description["en"]
        for parameter in question.parameters:
            yield f"{name}.rq {parameter.name}", parameter.label["fr"], parameter.label["en"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_and_no_question_uses_another_name(language: str) -> None:
    said = [(place, fr if language == "fr" else en) for place, fr, en in texts()]
    assert len(said) > 600
    assert [place for place, text in said if FORBIDDEN[language].search(text)] == []


def test_what_is_a_fiche_in_french_is_a_sheet_in_english() -> None:
    assert [place for place, fr, en in texts() if bool(FICHE.search(fr)) != bool(SHEET.search(en))] == []
