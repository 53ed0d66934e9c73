"""Dates, numbers, addresses, UAI codes and identifiers: read by their form, or not at all."""

from __future__ import annotations

import pytest

from ingestion.documents.values import check_letter, read_address, read_boolean, read_date, read_integer, read_uai


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
        ("mars 2025", None),
        ("0025", None),
        ("2025-3", None),
        ("٢٠٢٥", None),
    ],
)
def test_a_date_is_a_day_a_month_a_year_or_a_school_year_by_its_form(
    text: str, expected: tuple[str, str] | None
) -> None:
    assert read_date(text) == expected


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
