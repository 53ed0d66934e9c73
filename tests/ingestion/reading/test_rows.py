"""What refuses a row, what is only said of it, and that no word of it is lost (docs/decisions/documents.md)."""

from __future__ import annotations

import json

import pytest

from ingestion import build_document, export_columns, export_row, read_deposit
from ingestion.documents.build import BuiltDocument
from shapes import csv_line
from tests.ingestion.reading.conftest import USAGES, Write, built, codes, row


def mentions(document: BuiltDocument) -> dict[tuple[str, str], list[str]]:
    return {
        (one["champ"], one["libelleDepose"]): one.get("resoluEn", []) for one in document.document.get("mention", ())
    }


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ({"titre": ""}, "champ-absent", "titre"),
        ({"id": "x" * 301}, "texte-trop-long", "id"),
        ({"academie": "Lyo"}, "academie-inconnue", "academie"),
        ({"academie": "Lyon|Atlantide"}, "academie-inconnue", "academie"),
        ({"titre": "x" * 301}, "texte-trop-long", "titre"),
        ({"resume": "x" * 1_000_000}, "texte-trop-long", "resume"),
        ({"objectifs": "court|" + "x" * 1001}, "texte-trop-long", "objectifs"),
        ({"resume": "a\0b"}, "caractere-interdit", "resume"),
        ({"resume": "écrire à jean.dupont@ac-lyon.fr"}, "donnee-personnelle", "resume"),
        ({"points_vigilance": "appeler le 06 12 34 56 78"}, "donnee-personnelle", "points_vigilance"),
        ({"objectifs": "élève 1234567890A"}, "donnee-personnelle", "objectifs"),
        ({"url_source": "https://x.fr/?de=jean.dupont@ac-lyon.fr"}, "donnee-personnelle", "url_source"),
        ({"resume": "Par Jeanne MARTIN.", "deposant_nom": "Jeanne Martin"}, "deposant-en-clair", "resume"),
    ],
)
def test_these_rows_are_refused(write: Write, cells: dict[str, str], code: str, field: str) -> None:
    document = row(write, **cells)
    assert document.refused
    assert codes(document)[code] == field
    assert [issue.severity for issue in document.issues] == ["violation"]
    assert document.issues[0].line == 2


@pytest.mark.parametrize(
    ("cells", "code", "field", "wording"),
    [
        ({"niveaux": "4e|niveau avancé"}, "libelle-inconnu", "niveaux", "niveau avancé"),
        ({"niveaux": "niveau avancé"}, "libelle-inconnu", "niveaux", "niveau avancé"),
        ({"niveaux": "4e, 2de, niveau avancé"}, "libelle-inconnu", "niveaux", "niveau avancé"),
        ({"type_ia": "quantique"}, "libelle-inconnu", "type_ia", "quantique"),
        ({"disciplines": "Astrologie"}, "libelle-inconnu", "disciplines", "Astrologie"),
        ({"outils_ia": "Tableur"}, "libelle-sans-concept", "outils_ia", "Tableur"),
        ({"type_ia": "generative|quantique"}, "libelle-inconnu", "type_ia", "quantique"),
        ({"date": "hiver 2025"}, "date-non-reconnue", "date", "hiver 2025"),
        ({"url_source": "www.exemple.fr/a"}, "adresse-invalide", "url_source", "www.exemple.fr/a"),
        ({"uai": "0540089A"}, "uai-invalide", "uai", "0540089A"),
        ({"effectif": "environ 25"}, "nombre-invalide", "effectif", "environ 25"),
        ({"analyse_impact": "peut-être"}, "booleen-invalide", "analyse_impact", "peut-être"),
        ({"departement": "Loire"}, "forme-inattendue", "departement", "Loire"),
        ({"competences": "2.3 Partager, publier"}, "crcn-discordant", "competences", "2.3 Partager, publier"),
        ({"competences_crcn": "9.9"}, "crcn-inconnu", "competences_crcn", "9.9"),
        ({"academie": "10"}, "academie-par-nombre", "academie", "10"),  # Lyon by its code, the Aube (Reims) as it is said
        ({"academie": "Lyon", "region_academique": "Bretagne"}, "region-et-academie", "region_academique", "Bretagne"),
        ({"annee_scolaire": "2025"}, "date-non-reconnue", "annee_scolaire", "2025"),
    ],
)  # fmt: skip
def test_these_rows_are_taken_with_a_warning_and_their_wording(
    write: Write, cells: dict[str, str], code: str, field: str, wording: str
) -> None:
    document = row(write, **cells)
    assert not document.refused and document.warned
    assert codes(document) == {code: field}
    assert (field, wording) in mentions(document)


def test_a_wrong_value_is_answered_with_what_to_write(write: Write) -> None:
    (issue,) = row(write, academie="Cretail").issues
    assert issue.message["fr"] == "L'académie « Cretail » n'est pas reconnue."
    assert issue.remedy["fr"].startswith("Vouliez-vous dire « Créteil » ?")
    assert issue.suggestions == ("Créteil",)
    assert (issue.line, issue.column, issue.field, issue.value) == (2, 4, "academie", "Cretail")


def test_labels_keep_their_wording_and_what_they_were_resolved_to(write: Write) -> None:
    document = row(write, niveaux="ULIS|De la 4e à la 3e", outils_ia="IA génératives|ChatGPT", academie="lyon")
    assert mentions(document) == {
        ("academie", "lyon"): ["academie/10"],
        ("niveaux", "ULIS"): ["concept/public/ulis"],
        ("niveaux", "De la 4e à la 3e"): document.document["niveau"],
        ("outils_ia", "IA génératives"): ["concept/type-ia/generative"],
        ("outils_ia", "ChatGPT"): ["outil/chatgpt"],
        ("type_ia", "generative"): ["concept/type-ia/generative"],
    }
    assert document.document["publicCible"] == ["concept/public/ulis"]
    assert document.document["outil"] == ["outil/chatgpt"]


def test_a_level_that_names_a_public_is_no_unknown_level(write: Write) -> None:
    document = row(write, niveaux="Formation des enseignants")
    assert not document.issues
    assert "niveau" not in document.document and "publicCible" in document.document


def test_the_académie_names_the_project(write: Write) -> None:
    assert row(write, academie="Créteil").document["id"] == "projet/24-A1"
    assert row(write).document["id"] == "projet/n-A1"
    assert row(write).academie is None
    several = row(write, academie="Lyon|Grenoble|Clermont-Ferrand")
    assert several.identifier == "10-A1" and several.academie == "10"
    assert several.document["academieAssociee"] == ["academie/08", "academie/06"]


def test_a_deposit_made_for_an_académie_fills_it_in_and_refuses_another(write: Write) -> None:
    path = write("id;titre;type_ia;academie\nA;t;autre;\nB;t;autre;Lyon\nC;t;autre;Créteil\n")
    first, second, third = built(read_deposit(path), academie="24")
    assert first.document["academie"] == "academie/24" and not first.issues
    assert codes(second) == {"academie-autre": "academie"}
    assert not third.issues


def test_private_columns_never_enter_the_document(write: Write) -> None:
    private = {
        "deposant_nom": "Jeanne Martin",
        "deposant_courriel": "jeanne.martin@ac-lyon.fr",
        "deposant_telephone": "0612345678",
    }
    document = row(write, **private, resume="Une séance.")
    assert document.personal == private and not document.issues
    text = json.dumps(document.document)
    assert not any(value in text for value in ("Jeanne", "martin", "0612345678"))


def test_what_is_personal_is_never_quoted(write: Write) -> None:
    document = row(
        write,
        niveaux="jean.dupont@ac-lyon.fr",
        disciplines="06 12 34 56 78",
        deposant_nom="J" * 500,
        date="vu avec jean.dupont@ac-lyon.fr",
    )
    said = json.dumps([[i.message, i.remedy, i.value, i.suggestions] for i in document.issues], default=dict)
    assert document.refused
    assert "dupont" not in said and "34 56" not in said and "JJJ" not in said


def test_hostile_text_is_text(write: Write) -> None:
    title = "<script>alert(1)</script> \u202eretourné\u202c 😀 'OR 1=1; \\u0041"
    document = row(write, titre=title, resume="=1+1")
    assert not document.issues
    assert document.document["titre"] == {"fr": title} and document.document["resume"] == {"fr": "=1+1"}


def test_hostile_text_is_shown_by_name_in_messages(write: Write) -> None:
    (issue,) = row(write, disciplines="a\u202eb").issues
    assert issue.value == "a[U+202E]b"


def test_phases_are_nodes_in_order(write: Write) -> None:
    phases = row(write, phases="Découvrir|Produire").document["phase"]
    told = [(phase["ordre"], phase["description"]) for phase in phases]
    assert told == [("1", {"fr": ["Découvrir"]}), ("2", {"fr": ["Produire"]})]
    again = row(write, phases="Préparer|Découvrir|Produire").document["phase"]
    assert {phase["id"] for phase in phases} < {phase["id"] for phase in again}


def test_the_document_has_the_keys_of_the_context_in_its_order(write: Write) -> None:
    document = row(write, date="2025-03", niveaux="4e", academie="Lyon", url_source="https://x.fr/a").document
    assert list(document) == [
        "id", "type", "identifiant", "titre", "academie", "niveau", "typeIA", "dateMois", "mention", "fiche",
    ]  # fmt: skip
    assert document["fiche"] == {
        "id": "graphe/projet/10-A1",
        "type": ["Fiche"],
        "sourcePage": ["https://x.fr/a"],
        "licence": "https://spdx.org/licenses/etalab-2.0.html",
        "langue": ["http://publications.europa.eu/resource/authority/language/FRA"],
    }


def test_every_real_row_is_taken_and_no_word_of_it_is_lost() -> None:
    records = list(read_deposit(USAGES).records)
    documents = [build_document(record) for record in records]
    assert len(documents) == 103
    assert [document.identifier for document in documents if document.refused] == []
    for record, document in zip(records, documents, strict=True):
        texts = set(_texts(document.document))
        for field, value in record.values.items():
            for item in str(value).split("|"):
                assert item.strip() in texts or field == "id", (document.identifier, field, item)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [str(value)]


def test_a_document_written_back_as_csv_makes_the_same_document(write: Write) -> None:
    documents = [build_document(record).document for record in read_deposit(USAGES).records]
    text = "".join(csv_line(cells) for cells in (export_columns(), *map(export_row, documents)))
    again = [build_document(record).document for record in read_deposit(write(text)).records]
    assert [_plain(document) for document in again] == [_plain(document) for document in documents]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return sorted((_plain(inner) for inner in value), key=str) if isinstance(value, list) else value


def test_a_period_is_a_start_and_an_end_and_an_end_of_its_own_wins(write: Write) -> None:
    period = row(write, date="sept. 2024 à 12/06/2025").document
    assert (period["dateMois"], period["dateFin"]) == ("2024-09", "2025-06-12")
    assert mentions(row(write, date="sept. 2024 à juin 2025"))["date", "sept. 2024 à juin 2025"] == []
    twice = row(write, date="sept. 2024 à juin 2025", date_fin="2025-05")
    assert codes(twice) == {"date-non-reconnue": "date"} and twice.document["dateFinMois"] == "2025-05"


def test_where_school_starts_in_february_a_rentree_is_not_read(write: Write) -> None:
    assert row(write, date="rentrée 2024", academie="Lyon").document["anneeScolaire"] == "2024-2025"
    assert codes(row(write, date="rentrée 2024", academie="Nouvelle-Calédonie")) == {"date-non-reconnue": "date"}


def test_an_answer_of_no_tool_is_kept_nowhere_and_no_ai_is_told_by_who_handles_it(write: Write) -> None:
    silent = row(write, outils_ia="aucun", type_ia="sans IA")
    assert silent.document["manipulateur"] == "concept/manipulateur/personne" and not silent.issues
    assert "outil" not in silent.document and ("outils_ia", "aucun") not in mentions(silent)
    both = row(write, type_ia="débranché", manipulateur="élèves")
    assert both.document["manipulateur"] == "concept/manipulateur/eleves"


def test_no_suggestion_repeats_what_the_cell_says(write: Write) -> None:
    told = row(write, niveaux="4e ; 4e niveau avancé").issues
    assert told and all("4e" not in issue.suggestions for issue in told)


def test_a_code_that_lost_its_leading_zero_is_understood(write: Write) -> None:
    document = row(write, departement="1", code_commune="1053")
    assert (document.document["departement"], document.document["codeCommune"]) == (["01"], ["01053"])
    assert not {"forme-inattendue"} & codes(document).keys()
    # "75" has a form of its own: nothing is put before it.
    assert row(write, departement="75").document["departement"] == ["75"]
