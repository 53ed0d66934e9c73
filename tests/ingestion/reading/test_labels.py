"""The labels people write: which concept each one is, and that nothing is ever guessed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion import read_deposit
from ingestion.resolution.crcn import read_competences
from ingestion.resolution.grammar import grammar
from ingestion.resolution.items import resolve_cell, resolve_together
from ingestion.resolution.labels import labels
from ingestion.resolution.resolve import displayed, resolve
from ingestion.words.columns import columns
from ontologie import concepts, fold_label, read_table
from tests.ingestion.reading.conftest import USAGES

EXPECTED = Path(__file__).with_name("etiquettes_attendues.csv")
FIELDS = ("academie", "region_academique", "niveaux", "disciplines", "outils_ia", "type_ia")


def resolved_on_the_real_usages() -> dict[tuple[str, str], str]:
    found = {}
    for record in read_deposit(USAGES).records:
        for field in FIELDS:
            for label in filter(None, map(str.strip, str(record.values.get(field, "")).split("|"))):
                answer = resolve_together(field, label)
                found[field, label] = " | ".join(
                    f"{key} : {displayed(iri)}" for key, iris in answer.concepts for iri in iris
                )
        for text in filter(None, map(str.strip, str(record.values.get("competences", "")).split("|"))):
            if said := read_competences(text):
                found["competences", text] = " | ".join(
                    f"competenceCRCN : {iri.rpartition('/')[2]} {displayed(iri)}" for iri in said.iris
                )
    return found


def test_every_label_of_the_real_usages_is_resolved_as_the_table_says() -> None:
    """Read `etiquettes_attendues.csv` as the person who signs it: an empty cell is a label left unresolved."""
    with EXPECTED.open(encoding="utf-8", newline="") as table:
        expected = {(row["champ"], row["libelle"]): row["concepts"] for row in csv.DictReader(table)}
    assert resolved_on_the_real_usages() == expected


def test_a_displayed_label_means_the_concept_it_is_the_name_of() -> None:
    """The reviewed table goes first: what a name there stands for may be wider than the concept it is shown by."""
    reviewed = {(row["champ"], fold_label(row["libelle"])) for row in read_table("donnees", "libelles.csv")}
    tried = 0
    for row in (*read_table("donnees", "libelles_affiches.csv"), *read_table("tiers", "scolomfr", "libelles_affiches.csv")):
        for column in columns().values():
            if not concepts()[row["iri"]].schemes.isdisjoint(column.schemes):
                for label in (row["libelle_fr"], row["libelle_en"]):
                    if (column.name, fold_label(label)) not in reviewed:
                        tried += 1
                        assert resolve(column.name, label).iris == (row["iri"],), (column.name, label)
    assert tried > 500


def names(field: str, label: str) -> list[str]:
    return [displayed(iri) for item in resolve_cell(field, label) for iri in item.answer.iris]


@pytest.mark.parametrize(
    ("field", "label", "expected"),
    [
        ("niveaux", "QUATRIÈME", ["4e"]),
        ("niveaux", "4ᵉ", ["4e"]),
        ("niveaux", "6°", ["6e"]),
        ("niveaux", "lycee professionnel", ["lycée professionnel"]),
        ("niveaux", "cycle 4", ["cycle 4"]),
        ("niveaux", "Du CE1 à la 6e", ["CE1", "CE2", "CM1", "CM2", "6e"]),
        ("niveaux", "du cycle 2 au cycle 3", ["CP", "CE1", "CE2", "CM1", "CM2", "6e"]),
        ("niveaux", "5e / 4e", ["5e", "4e"]),
        ("niveaux", "Classe de 3es 2", ["3e"]),
        ("niveaux", "6èmes A et D", ["6e"]),
        ("niveaux", "5e3", ["5e"]),
        ("niveaux", "PS-MS", ["petite section", "moyenne section"]),
        ("niveaux", "cm1/cm2 ulis", ["CM1", "CM2", "élèves d'une ULIS"]),
        ("niveaux", "2nde et 1re technologiques", ["2de générale et technologique", "1re technologique"]),
        ("niveaux", "1re et Tle STI2D", ["1re STI2D", "terminale STI2D"]),
        ("niveaux", "Seconde AGORA", ["2de professionnelle"]),
        ("niveaux", "1re bac pro TCI", ["1re professionnelle"]),
        ("niveaux", "BTS SIO 2ème année", ["BTS, 2e année"]),
        ("niveaux", "2e année de CAP coiffure", ["CAP, 2e année"]),
        ("niveaux", "Prépa PCSI", ["classe préparatoire aux grandes écoles, 1re année"]),
        ("niveaux", "1STL", ["1re STL"]),
        ("niveaux", "Terminale générale spé philo", ["terminale générale", "philosophie"]),
        ("disciplines", "Éduc. mus.", ["éducation musicale"]),
        ("disciplines", "LV2 italien", ["italien"]),
        ("disciplines", "DNL physique-chimie", ["discipline non linguistique en langue étrangère", "physique-chimie"]),
        ("disciplines", "Éducation au développement durable (EDD)", ["éducation au développement durable"]),
        ("disciplines", "Projet interdisciplinaire", ["pluridisciplinaire"]),
        ("disciplines", "Histoire, SVT ; EPS", ["histoire", "sciences de la vie et de la Terre", "éducation physique et sportive"]),
        ("disciplines", "• Français\n• SVT", ["français", "sciences de la vie et de la Terre"]),
        ("academie", "Ac. Rennes", ["Rennes"]),
        ("academie", "ac-nancy-metz.fr", ["Nancy-Metz"]),
        ("academie", "DSDEN de la Dordogne", ["Bordeaux"]),
        ("academie", "DSDEN 24", ["Bordeaux"]),
        ("academie", "Ille-et-Vilaine", ["Rennes"]),
        ("academie", "2B", ["Corse"]),
        ("academie", "976", ["Mayotte"]),
        ("academie", "Nantes (44)", ["Nantes"]),
        ("academie", "Vice-rectorat de Nouvelle-Calédonie", ["Nouvelle-Calédonie"]),
        ("academie", "Nice et Aix-Marseille", ["Nice", "Aix-Marseille"]),
        ("outils_ia", "Gemini 1.5 Flash", ["Gemini"]),
        ("outils_ia", "Firefly (Adobe)", ["Adobe Firefly"]),
        ("outils_ia", "HelloHistory", ["Hello History"]),
        ("outils_ia", "vidéos générées", []),
        ("outils_ia", "Perplexity, Inconnu, Suno", ["Perplexity", "Suno"]),
        ("outils_ia", "chatbots d'IA", ["Agent conversationnel"]),
        ("outils_ia", "aucun outil", []),
        ("outils_ia", "débranché", ["personne"]),
        ("type_ia", "ChatGPT 4", ["ChatGPT"]),
        ("type_ia", "Génératif (vidéo)", ["Génération de vidéos"]),
        ("type_ia", "assistant conversationnel", ["Agent conversationnel"]),
        ("type_ia", "pas d'IA", ["personne"]),
        ("manipulateur", "les profs et les élèves", ["l'enseignant et les élèves"]),
        ("acces", "via le Mediacentre GAR", ["Par le GAR"]),
        ("niveaux", "CM1, CM2 et 6e", ["CM1", "CM2", "6e"]),
        ("niveaux", "Terminale spécialité HLP", ["terminale générale", "humanités, littérature et philosophie"]),
        ("niveaux", "Seconde musique", ["seconde", "musique"]),
        ("academie", "24", ["Créteil"]),
        ("academie", "2", ["Aix-Marseille"]),
        ("academie", "académie de Nancy-Metz", ["Nancy-Metz"]),
        ("outils_ia", "chat gpt", ["ChatGPT"]),
        ("outils_ia", "ChatGPT et Gemini", ["ChatGPT", "Gemini"]),
        ("acces", "gar", ["Par le GAR"]),
        ("donnees_personnelles", "faible", ["Personnalisation faible"]),
        ("competences_ia", "CFT-1-1", ["Capacité d'agir humaine"]),
        ("dispositifs", "TraAM", ["Travaux académiques mutualisés"]),
        ("type_ia", "concept/type-ia/generative", ["IA générative"]),
        ("niveaux", "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-021", ["4e"]),
    ],
)
def test_other_ways_of_writing_a_label_meet_the_same_concept(field: str, label: str, expected: list[str]) -> None:
    assert names(field, label) == expected


@pytest.mark.parametrize(
    "label",
    [
        "Première année de licence", "De la 3e à la 6e", "École de la seconde chance", "6",
        "quatrime", "niveau avancé", "à partir de la rentrée", "4e et compagnie", "1ère année", "générale", "cuisine",
        "cap vers l'IA", "CP-CM2", "CIEL", "6e étage", "Terminale, Seconde", "BEP ou pas", "5e année",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_not_chosen(label: str) -> None:
    assert resolve("niveaux", label).concepts == ()


@pytest.mark.parametrize(
    ("field", "label", "nearest"),
    [
        ("niveaux", "quatrime", "Quatrième"),
        ("niveaux", "5eme année", "5ème"),
        ("niveaux", "Lycée pro agricole", "Lycée pro"),
        ("disciplines", "Mathématique", "Mathématiques"),
        ("disciplines", "Vie scolaire et orientation", "Vie scolaire"),
        ("academie", "Cretail", "Créteil"),
        ("outils_ia", "ChatGTP", "ChatGPT"),
        ("type_ia", "genrative", "IA générative"),
    ],
)
def test_an_unknown_label_is_answered_with_the_nearest(field: str, label: str, nearest: str) -> None:
    answer = resolve(field, label)
    assert answer.state == "unknown"
    assert answer.suggestions[0] == nearest
    assert len(answer.suggestions) <= 3


def test_suggestions_would_all_be_understood() -> None:
    for label in ("Sciences de la vie", "Histoire géo politique", "anglai"):
        for suggestion in resolve("disciplines", label).suggestions:
            assert resolve("disciplines", suggestion).state == "found"


def test_a_label_that_several_concepts_bear_is_ambiguous() -> None:
    ambiguous = labels("disciplines").ambiguous
    label, bearers = next(iter(ambiguous.items()))
    answer = resolve("disciplines", label)
    assert answer.state == "ambiguous"
    assert set(answer.suggestions) <= set(bearers)


def test_a_concept_that_its_vocabulary_has_retired_is_never_found() -> None:
    retired = {concept.iri for concept in concepts().values() if not concept.current}
    assert retired
    for field in ("niveaux", "disciplines"):
        entries = labels(field).entries.values()
        assert not retired & {iri for entry in entries if not entry.reviewed for iri in entry.iris}


def test_a_label_known_to_have_no_concept_is_told_apart_from_an_unknown_one() -> None:
    assert resolve("outils_ia", "Tableur").state == "none"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CRCN 1.1", ("1.1",)),
        ("CRCN 2.2, 2.3, 3.1 et 3.2", ("2.2", "2.3", "3.1", "3.2")),
        ("crcn : 3.4 Programmer", ("3.4",)),
        ("2.2 - Partager et publier", ("2.2",)),
        ("CRCN Programmer", ("3.4",)),
        ("CRCN domaine 5", ("5",)),
    ],
)
def test_competences_of_the_crcn_are_recognised(text: str, found: tuple[str, ...]) -> None:
    said = read_competences(text)
    assert said is not None and said.codes == found and said.disagreement is None


@pytest.mark.parametrize("text", ["CRCN", "2.3", "1.1 autre chose", "CRCN niveau 3", "Esprit critique", "C1.5"])
def test_what_names_no_competence_for_certain_stays_text(text: str) -> None:
    assert read_competences(text) is None


def test_a_code_that_its_label_belies_keeps_both() -> None:
    said = read_competences("2.3 Partager, publier")
    assert said is not None
    assert said.codes == ("2.3", "2.2") and said.disagreement == ("2.3", "2.2")


def test_a_code_that_does_not_exist_is_told() -> None:
    said = read_competences("CRCN 1.1 et 9.9")
    assert said is not None and said.codes == ("1.1",) and said.unknown == ("9.9",)


def test_a_level_that_nobody_reviewed_is_not_read_together_with_a_subject() -> None:
    """A person has read the level labels of our table; those of the vocabularies alone may mean something else."""
    known = labels("niveaux").entries
    alone = [
        entry.label for folded, entry in known.items()
        if entry.concepts and not entry.reviewed and not grammar("niveaux").read(folded)
    ]  # fmt: skip
    assert len(alone) > 150
    assert names("disciplines", "musique") and names("niveaux", "Seconde musique")
    assert [label for label in alone if resolve("niveaux", f"{label} musique").state == "found"] == []


TRACKS = ("générales", "technologiques", "professionnelles", "STMG", "STI2D", "ST2S", "STL", "pro")
COMPOSITES = [
    *(f"{first}{between}{second} {track}" for first, second in (("1re", "Tle"), ("2de", "1re"), ("Première", "terminale"))
      for between in (" et ", " & ") for track in TRACKS),
    *("4e et 3e", "CE2-CM1-CM2", "5e / 4e, 3e", "CP et CE1", "6e-5e", "1re, Tle STMG", "3e, 1re et Tle générales", "cm1/cm2 ulis"),
    *("2nde et 1re technologiques", "Terminale générale spé philo", "De la 6e à la 3e", "BTS SIO 1 et 2"),
]  # fmt: skip


@pytest.mark.parametrize("label", COMPOSITES)
def test_what_is_kept_of_a_composite_label_says_the_same_read_again(label: str) -> None:
    """A cell is exported as the labels kept of it: each, read alone, must lead where it led in the cell."""
    items = resolve_cell("niveaux", label)
    again = [item for kept in items for item in resolve_cell("niveaux", kept.text)]
    assert {iri for item in again for iri in item.answer.iris} == {iri for item in items for iri in item.answer.iris}
    assert names("niveaux", "1re et Tle générales") == ["1re générale", "terminale générale"]
