"""Dates, numbers, addresses, UAI codes and identifiers: read by their form, or not at all."""

from __future__ import annotations

import pytest

from ingestion.documents.dates import read_dates
from ingestion.documents.totals import is_total
from ingestion.documents.values import check_letter, read_address, read_boolean, read_integer, read_uai


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-26", ("date", "2025-03-26")),
        ("26/03/2025", ("date", "2025-03-26")),
        ("6.3.2025", ("date", "2025-03-06")),
        ("2024-02-29", ("date", "2024-02-29")),
        ("2025-03", ("dateMois", "2025-03")),
        ("2025", ("dateAnnee", "2025")),
        ("2024-2025", ("anneeScolaire", "2024-2025")),
        ("2024/2025", ("anneeScolaire", "2024-2025")),
        ("2024–2025", ("anneeScolaire", "2024-2025")),
        ("2025-02-29", None),
        ("2025-13", None),
        ("2024-2026", None),
        ("32/01/2025", None),
        ("0025", None),
        ("2025-3", None),
        ("٢٠٢٥", None),
    ],
)
def test_a_date_is_a_day_a_month_a_year_or_a_school_year_by_its_form(
    text: str, expected: tuple[str, str] | None
) -> None:
    assert read_dates(text) == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Avril 2024", "2024-04"),
        ("FÉVR. 2024", "2024-02"),
        ("aout-23", "2023-08"),
        ("5/2024", "2024-05"),
        ("7/11/23", "2023-11-07"),
        ("07-11-2023", "2023-11-07"),
        ("mardi 7 novembre 2023", "2023-11-07"),
        ("le 1er déc. 2023", "2023-12-01"),
        ("07/11/2023 09:30", "2023-11-07"),
        ("2023-11-07T09:30:00Z", "2023-11-07"),
        ("\u00a02023\u202f", "2023"),
        ("année 2023", "2023"),
        ("2022-23", "2022-2023"),
        ("22/23", "2022-2023"),
        ("Année scolaire 2022/2023", "2022-2023"),
        ("Rentrée 2022", "2022-2023"),
        ("oct. 2022 à mai 2023", "2022-10..2023-05"),
        ("novembre-décembre 2022", "2022-11..2022-12"),
        ("du 7 au 18 novembre 2022", "2022-11-07..2022-11-18"),
        ("du 28 nov. au 2 décembre 2022", "2022-11-28..2022-12-02"),
        ("07/11/2022 - 18/11/2022", "2022-11-07..2022-11-18"),
        ("entre avril et juin 2023", "2023-04..2023-06"),
        ("2021 à 2023", "2021..2023"),
        ("avril 24", "2024-04"),
        ("nov. 23 - fév. 24", "2023-11..2024-02"),
        ("Printemps 2023", "2023"),
        ("automne 2023", "2023"),
        ("1er trimestre 2023", "2023"),
        ("2ème trimestre 2022-2023", "2022-2023"),
        ("T3 2022/23", "2022-2023"),
        ("2022-2023 (période 4)", "2022-2023"),
        ("hiver 2022-2023", "2022-2023"),
        ("toute l'année 2022/2023", "2022-2023"),
        ("Sur toute l’année scolaire 2022-23", "2022-2023"),
        ("fin 2023", "2023"),
        ("mi-mars 2023", "2023-03"),
        ("octobre 2022 / mai 2023", "2022-10..2023-05"),
        ("45005", "2023-03-20"),
        *((text, "") for text in (
            "avril 03", "03-04-24", "7 novembre", "novembre", "hiver 2023", "2e trimestre", "P2 2023", "2e trimestre 2023", "1er semestre 2023", "toute l'année", "printemps", "12345", "99999",
            "automne-hiver 2023", "mars 45", "fin", "4/25/2023",
            "décembre à mars 2023", "juin 2023 à avril 2023", "de novembre à juin 2023", "depuis 2022", "bientôt", "2022/24",
        )),
    ],
)  # fmt: skip
def test_a_date_is_read_as_the_french_write_it_or_not_at_all(text: str, expected: str) -> None:
    assert "..".join(value for _, value in read_dates(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://eduscol.education.fr/4294/x?y=1#z", True),
        ("http://é.example/ï", True),
        ("https://exemple.fr/une page", False),
        ("www.exemple.fr", False),
        ("https://", False),
        ("ftp://exemple.fr/", False),
        ("https://exemple.fr/<script>", False),
        ("javascript:alert(1)", False),
        ("https://[x/", False),
    ],
)
def test_an_address_is_kept_only_if_it_can_be_followed(text: str, expected: bool) -> None:
    assert read_address(text) == (text if expected else None)


def test_the_letter_of_a_uai_code_is_computed() -> None:
    assert check_letter("0540089") == "D"
    assert read_uai("0540089d") == "0540089D"
    assert read_uai("0540089A") is None
    assert read_uai("540089D") is None


def test_numbers_and_yes_or_no_are_plain() -> None:
    assert read_integer("024") == "24"
    assert read_integer("environ 25") is None
    assert read_integer("٢٤") is None
    assert [read_boolean(text) for text in ("Oui", "NON", "1", "peut-être")] == ["true", "false", "true", None]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"titre": "Total"}, True),
        ({"titre": "TOTAL GÉNÉRAL : 14 fiches"}, True),
        ({"id": "Sous-total", "titre": "3", "academie": "Nantes"}, True),
        ({"titre": "12 actions", "id": ""}, True),
        ({"titre": "Total", "niveaux": "4e"}, False),
        ({"titre": "5 projets", "academie": "TOTAL", "effectif": "228"}, True),
        ({"academie": "Total général", "effectif": "228"}, True),
        ({"titre": "Débattre", "academie": "Total"}, False),
        ({"titre": "Action générale"}, False),
        ({"titre": "Projet 3"}, False),
        ({"titre": "3 projets pour lire"}, False),
        ({"titre": "Somme toute"}, False),
        ({"titre": "2024"}, False),
        ({}, False),
    ],
)
def test_a_line_of_totals_is_no_fiche(values: dict[str, str], expected: bool) -> None:
    assert is_total(values) is expected
