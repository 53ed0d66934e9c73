"""The report of a deposit: one cause is one entry, and nothing personal is in any form of it."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from ingestion import examine, read_deposit
from shapes import Report, as_csv, as_html, as_json, as_text
from sparql_api.cli import main
from tests.ingestion.reading.conftest import Write

HEADER = "id,titre,type_ia,academie,region_academique,niveaux,disciplines,competences,url_source,resume\n"


def said(path: object) -> list[tuple[str, str, str]]:
    """Return (severity, field, rule) of what is said of a deposit, advice on other fields left out."""
    entries = examine(path).entries  # type: ignore[arg-type]
    return [(entry.severity, entry.field, entry.rule.rpartition("#")[2]) for entry in entries]


def test_levels_that_are_not_known_are_one_entry_and_the_row_is_taken(write: Write) -> None:
    found = said(write(HEADER + "A,t,generative,Lyon,,niveau avancé,SVT,,https://exemple.fr/a,r\n"))
    assert [one for one in found if one[1] == "niveaux"] == [("warning", "niveaux", "depot:libelle-inconnu")]


def test_a_kind_of_ai_that_is_not_known_is_one_entry_and_the_row_is_taken(write: Write) -> None:
    found = said(write(HEADER + "A,t,quantique,Lyon,,4e,SVT,,https://exemple.fr/a,r\n"))
    assert [one for one in found if one[1] == "type_ia"] == [("warning", "type_ia", "depot:libelle-inconnu")]


def test_no_ai_is_a_value_and_no_kind_of_ai_is_said(write: Write) -> None:
    lines = "A,t,débranché,Lyon,,4e,SVT,,https://exemple.fr/a,r\nB,t,,Lyon,,4e,SVT,,https://exemple.fr/a,r\n"
    assert [one for one in said(write(HEADER + lines)) if one[1] == "type_ia"] == [("warning", "type_ia", "Projet-type-ia-dit")]


def test_an_academie_that_is_not_known_is_one_entry(write: Write) -> None:
    found = said(write(HEADER + "A,t,generative,Atlantide,,4e,SVT,,https://exemple.fr/a,r\n"))
    assert [one for one in found if one[0] == "violation"] == [("violation", "academie", "depot:academie-inconnue")]


def test_a_crcn_code_with_the_name_of_another_is_one_warning(write: Write) -> None:
    row = 'A,t,generative,Lyon,,4e,SVT,"2.3 Partager et publier",https://exemple.fr/a,r\n'
    found = said(write(HEADER + row))
    assert [one for one in found if one[1] == "competences"] == [("warning", "competences", "depot:crcn-discordant")]


def test_no_advice_on_a_field_that_was_spoken_of(write: Write) -> None:
    found = said(write(HEADER + "A,t,generative,Lyon,,4e,Mathémathiques,,pas une adresse,r\n"))
    for field in ("disciplines", "url_source"):
        assert [severity for severity, name, _ in found if name == field] == ["warning"]


def test_a_warning_never_hides_a_refusal_of_the_same_value(write: Write) -> None:
    row = "A,t,generative,Lyon,,4e|voir 06 12 34 56 78,SVT,,https://exemple.fr/a,r\n"
    assert "violation" in [severity for severity, name, _ in said(write(HEADER + row)) if name == "niveaux"]


def test_the_csv_report_has_the_separator_of_the_deposit(write: Write) -> None:
    for separator in (",", ";"):
        assert read_deposit(write((HEADER + "A,t,generative,,,,,,,r\n").replace(",", separator))).separator == separator


def test_no_form_of_the_report_holds_personal_data(write: Write) -> None:
    text = (
        "id,titre,type_ia,niveaux,resume,deposant_nom,deposant_courriel\n"
        "A,t,generative,jean.dupont@example.org,voir paul.petit@example.org,Jeanne Martin,j.martin@example.org\n"
        "B,Jeanne Martin,generative,06 12 34 56 78,r,Jeanne Martin,j.martin@example.org\n"
    )
    found = examine(write(text), validate=lambda documents: {name: Report(True, ()) for name in documents})
    summary = found.summary.as_dict()
    forms = [as_json(found.entries, summary), as_csv(found.entries), as_html(found.entries, summary)]
    forms += [as_text(found.entries, summary), as_json(found.entries, summary, "en")]
    assert summary["refused"] == 2
    for form in forms:
        for secret in ("dupont", "petit", "martin", "Martin", "Jeanne", "34 56"):
            assert secret not in form


def test_validate_says_of_a_deposit_what_ingest_would_with_its_place(write: Write) -> None:
    deposit = write(HEADER + "A,,generative,Lyon,,4e,SVT,,https://exemple.fr/a,r\n" + "B,t,generative,,,4e,SVT,,,r\n")
    outcome = CliRunner().invoke(main, ["validate", str(deposit), "--format", "json"])
    assert outcome.exit_code == 1
    report = json.loads(outcome.stdout)
    assert (report["summary"]["read"], report["summary"]["refused"]) == (2, 1)
    (refusal,) = [entry for entry in report["entries"] if entry["severity"] == "violation"]
    assert (refusal["line"], refusal["column"], refusal["field"]) == (2, 2, "titre")
    assert report["notes"]


def test_validate_says_in_its_readers_language_why_a_file_cannot_be_used(write: Write) -> None:
    for lang, words in (("fr", "ligne"), ("en", "line")):
        outcome = CliRunner().invoke(main, ["validate", str(write(HEADER + 'A,"t\n')), "--lang", lang])
        assert outcome.exit_code == 2 and outcome.stdout == ""
        assert words in outcome.stderr
