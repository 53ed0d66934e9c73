"""Personal data in public text: what is found, what is left alone, and how often the real usages raise a false alarm."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shapes import mask
from shapes.judging.privacy import personal_patterns

USAGES = Path(__file__).parents[3] / "ingestion" / "demo" / "usages.csv"
PUBLIC = ("titre", "resume", "etablissement", "commune", "objectifs", "competences", "plus_values", "points_vigilance",
          "auteur_institutionnel", "niveaux", "disciplines", "outils_ia")  # fmt: skip

PERSONAL = (
    "Écrire à jeanne.martin@ac-lyon.fr", "jean+ia@exemple.education.gouv.fr", "tél. 06 12 34 56 78", "0612345678",
    "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78", "0033612345678", "+262 692 12 34 56", "01.23.45.67.89",
    "01 23 45 67 89", "INE 120890177KB", "0890177123A", "1 85 05 78 006 084 36", "185057800608436", "2 99 12 2A 123 456 78",
    "l'élève Camille Durand", "Léa Martin, élève de 4e", "Tom Petit (élève)", "une élève nommée Inès Benali",
)  # fmt: skip

HARMLESS = (
    "2024-2025", "0540089D", "UAI 0180035Z", "ISBN 978-92-3-100707-1", "9789231007071", "DOI 10.54675/ZJTE2084",
    "12 élèves de 4e", "élèves de Terminale générale", "un élève sur deux", "3e A et 4e B", "de 8 h 30 à 10 h 00",
    "CRCN 1.1, 2.3 et 5.2", "NOR MENE2527173N", "règlement (UE) 2024/1689", "le 26/03/2025", "100 000 pages", "@ac_lyon",
    "Collège Jean Moulin", "Lycée Camille Claudel", "IA générative (ChatGPT, Mistral)", "v1.2.3", "1 h 30 de travail",
)  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_found_and_masked(text: str) -> None:
    assert any(pattern.search(text) for pattern in personal_patterns())
    assert "▒▒▒▒" in mask(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_personal_data_is_left_alone(text: str) -> None:
    assert mask(text) == text


def test_the_real_usages_raise_no_false_alarm() -> None:
    """The measured rate: 0 of the texts of the 103 bundled usages, which were read and hold no personal data."""
    with USAGES.open(encoding="utf-8", newline="") as lines:
        texts = [item for row in csv.DictReader(lines) for field in PUBLIC for item in row[field].split("|") if item]
    assert len(texts) > 1000
    assert [text for text in texts if mask(text) != text] == []
