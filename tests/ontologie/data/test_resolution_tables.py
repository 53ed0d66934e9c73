"""The reviewed labels: each leads to a concept that exists and is current; what is set aside says why."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from importlib.resources import files

import pyoxigraph as ox
import pytest

import ontologie

SKOS = ontologie.PREFIXES["skos"]
OIA = ontologie.PREFIXES["oia"]
BASE = ontologie.BASE
SCOLOMFR = "http://data.education.fr/voc/scolomfr/concept/"
STATUS = "http://purl.org/iso25964/skos-thes#status"
FACETS = {"niveau", "discipline", "publicCible", "outil", "typeIA", "dispositif", "manipulateur", "encadrement"}
KEYS = FACETS | {"academie", "regionAcademique"}
TWINS = {
    "biologie ecologie",
    "cinema audiovisuel",
    "design et arts appliques",
    "energies et environnement",
    "microbiologie",
    "sante et social",
    "sciences et laboratoire",
    "sciences et techniques sanitaires et sociales",
    "systemes d information de gestion",
}
"""Subjects that ScoLOMFR has twice, in general and in vocational education, under one label."""


def fold(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label.replace("œ", "oe")).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain))


def rows(name: str) -> tuple[dict[str, str], ...]:
    return ontologie.read_table("donnees", name)


def absolute(reference: str) -> str:
    return reference if "://" in reference else BASE + reference


def resolved(field: str, label: str) -> dict[str, set[str]]:
    """Return what a label leads to in a field: concepts (short) by target key."""
    found: dict[str, set[str]] = {}
    for row in rows("libelles.csv"):
        if row["champ"] == field and row["libelle"] == label:
            short = {iri.replace(SCOLOMFR + "scolomfr-voc-", "") for iri in row["concepts"].split("|") if iri}
            found[row["cle"]] = short
    return found


def test_each_label_leads_to_things_that_exist(data) -> None:
    subjects = {subject for subject, _, _ in data.triples()}
    for row in rows("libelles.csv"):
        assert row["cle"] in KEYS, row
        for concept in filter(None, row["concepts"].split("|")):
            assert absolute(concept) in subjects, row


def test_each_label_leads_to_current_concepts(data) -> None:
    status = data.objects(STATUS)
    for row in rows("libelles.csv"):
        for concept in row["concepts"].split("|"):
            assert status.get(concept, ["Actuel"]) == ["Actuel"], row


def test_a_label_is_reviewed_once_for_a_field_and_a_key() -> None:
    keys = [(row["champ"], fold(row["libelle"]), row["cle"]) for row in rows("libelles.csv")]
    assert {key for key in keys if keys.count(key) > 1} == set()


def test_each_wording_of_the_real_usages_is_reviewed() -> None:
    usages = files("ingestion").joinpath("demo", "usages.csv")
    reviewed = {(row["champ"], row["libelle"]) for row in rows("libelles.csv")}
    if not usages.is_file():
        pytest.skip("the usages are not bundled yet")
    for usage in csv.DictReader(io.StringIO(usages.read_text(encoding="utf-8"), newline="")):
        for field in ("niveaux", "disciplines", "outils_ia", "type_ia", "academie", "region_academique"):
            for label in filter(None, (part.strip() for part in usage[field].split("|"))):
                assert (field, label) in reviewed, usage["id"]


def test_no_reviewed_label_is_a_bare_number_once_folded() -> None:
    codes = {"academie"}
    assert [
        row for row in rows("libelles.csv") if fold(row["libelle"]).isdigit() and row["champ"] not in codes
    ] == []


def test_a_label_without_concept_says_why() -> None:
    for row in rows("libelles.csv"):
        assert bool(row["concepts"]) != row["note"].startswith("sans concept"), row


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("4e", {"niveau": {"022-num-021"}}),
        ("Cycle 4", {"niveau": {"022-num-621"}}),
        ("Collège", {"niveau": {"022-num-016"}}),
        ("Lycée", {"niveau": {"concept/niveau/lycee"}}),
        ("Lycée professionnel", {"niveau": {"022-num-165"}}),
        ("Seconde", {"niveau": {"concept/niveau/seconde"}}),
        ("2de", {"niveau": {"concept/niveau/seconde"}}),
        ("Terminale", {"niveau": {"concept/niveau/terminale"}}),
        ("Terminale bac pro", {"niveau": {"022-num-050"}}),
        ("Terminale CAP", {"niveau": {"022-num-104"}}),
        ("Seconde GATL", {"niveau": {"022-num-027"}}),
        ("3e prépa-métiers", {"niveau": {"022-num-023"}}),
        ("De la 6e à la 3e", {"niveau": {"022-num-018", "022-num-020", "022-num-021", "022-num-023"}}),
        ("Primaire", {"niveau": {"012-num-002"}}),
        ("École élémentaire", {"niveau": {"022-num-008"}}),
        ("Première spécialité SVT", {"niveau": {"022-num-146"}, "discipline": {"015-num-1832"}}),
        ("Première LLCE", {"niveau": {"022-num-146"}, "discipline": {"concept/discipline/llce"}}),
        ("Formation des enseignants", {"publicCible": {SCOLOMFR + "teacher"}}),
        ("ULIS", {"publicCible": {"concept/public/ulis"}}),
        ("Élèves allophones", {"publicCible": {"concept/public/allophones"}}),
        ("Enseignement supérieur", {"niveau": {SCOLOMFR + "higher_education"}}),
    ],
)
def test_a_wording_of_levels_resolves_to_what_it_certainly_names(
    label: str, expected: dict[str, set[str]]
) -> None:
    assert resolved("niveaux", label) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("SVT", {"015-num-1832"}),
        ("Mathématiques", {"015-num-919"}),
        ("Français", {"015-num-1333"}),
        ("EMI", {"015-num-908"}),
        ("Documentation", {"015-num-022"}),
        ("Orientation", {"015-num-153"}),
        ("Lettres-histoire", {"015-num-1333", "015-num-980"}),
        ("NSI", {"concept/discipline/nsi"}),
        ("SNT", {"concept/discipline/snt"}),
        ("HGGSP", {"concept/discipline/hggsp"}),
        ("Anglais", {"concept/discipline/anglais"}),
        ("Toutes disciplines", {"concept/discipline/toutes-disciplines"}),
    ],
)
def test_a_wording_of_subjects_resolves_to_what_it_certainly_names(label: str, expected: set[str]) -> None:
    assert resolved("disciplines", label) == {"discipline": expected}


def test_a_generic_name_is_a_kind_of_ai_and_never_a_tool() -> None:
    for row in rows("libelles.csv"):
        if row["champ"] == "outils_ia" and fold(row["libelle"]).startswith("ia "):
            assert row["cle"] == ("outil" if "snapchat" in fold(row["libelle"]) else "typeIA"), row
    generic = ontologie.read_table("donnees", "outils-ia", "generiques.csv")
    for row in generic:
        assert resolved("outils_ia", row["label"]) == {"typeIA": {f"concept/type-ia/{row['type_ia']}"}}


def test_the_reviewed_tools_agree_with_the_table_of_aliases() -> None:
    aliases = {
        row["label"]: row["outil"] for row in ontologie.read_table("donnees", "outils-ia", "alias.csv")
    }
    for row in rows("libelles.csv"):
        if row["cle"] == "outil" and row["libelle"] in aliases:
            assert row["concepts"] == "outil/" + aliases[row["libelle"]]


def test_what_is_set_aside_is_a_label_of_that_concept_and_says_why(data) -> None:
    labels: dict[str, set[str]] = {}
    for subject, _, term in data.triples("tiers/scolomfr"):
        if isinstance(term, ox.Literal):
            labels.setdefault(subject, set()).add(term.value)
    for row in rows("libelles_ecartes.csv"):
        assert row["libelle"] in labels[row["iri"]], row
        assert row["raison"], row


def test_no_label_left_in_levels_subjects_and_audiences_names_two_concepts(data) -> None:
    aside = {(row["iri"], row["libelle"]) for row in rows("libelles_ecartes.csv")}
    reviewed = {(row["champ"], fold(row["libelle"])) for row in rows("libelles.csv")}
    for field, numbers in (
        ("niveaux", ("012", "022")),
        ("disciplines", ("015",)),
        ("publics", ("011", "021")),
    ):
        names: dict[str, dict[str, bool]] = {}
        for number in numbers:
            for subject, predicate, term in data.files[f"tiers/scolomfr/scolomfr-voc-{number}.ttl"]:
                named = predicate in (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")
                if named and "/concept/" in subject and (subject, term.value) not in aside:
                    names.setdefault(fold(term.value), {})[subject] = True
        double = {
            label for label, concepts in names.items() if len(concepts) > 1 and (field, label) not in reviewed
        }
        assert double - TWINS == set()


def test_the_false_synonyms_of_scolomfr_are_set_aside() -> None:
    aside = {(row["iri"].rpartition("-")[2], row["libelle"]) for row in rows("libelles_ecartes.csv")}
    assert {("016", "ULIS"), ("008", "CLIS"), ("020", "cycle 4"), ("142", "lycée"), ("136", "seconde"),
            ("195", "enseignement supérieur")} <= aside  # fmt: skip


def test_levels_have_an_order_that_follows_their_hierarchy(data) -> None:
    low = {subject: int(v[0]) for subject, v in data.objects(OIA + "rangMin").items()}
    high = {subject: int(v[0]) for subject, v in data.objects(OIA + "rangMax").items()}
    assert low.keys() == high.keys()
    assert all(low[level] <= high[level] for level in low)
    above = [(s, o.value) for s, p, o in data.triples("tiers/scolomfr") if p == SKOS + "broader"]
    above += [(o.value, s) for s, p, o in data.triples("genere/") if p == OIA + "couvre"]
    compared = [(child, parent) for child, parent in above if child in low and parent in low]
    assert len(compared) > 80
    for child, parent in compared:
        assert low[parent] <= low[child], (child, parent)
        assert high[child] <= high[parent], (child, parent)


def test_a_stage_of_school_covers_its_classes_and_cycles_that_vocabularies_name_apart(data) -> None:
    """What is counted for « lycée » holds the fiches of « seconde »; for « collège », those of « cycle 4 »."""
    covered = {(s, o.value) for s, p, o in data.triples("genere/") if p == OIA + "couvre"}
    ours, voc = ontologie.BASE + "concept/niveau/", SCOLOMFR + "scolomfr-voc-022-num-"
    classes = ("seconde", "premiere", "terminale", "bac-pro", "cycle-terminal")
    assert {(ours + "lycee", ours + name) for name in classes} <= covered
    assert (voc + "016", voc + "621") in covered


def test_before_4e_can_be_computed(data) -> None:
    high = {subject: int(v[0]) for subject, v in data.objects(OIA + "rangMax").items()}
    voc = SCOLOMFR + "scolomfr-voc-022-num-"
    before = {
        level.removeprefix(voc) for level in high if level.startswith(voc) and high[level] < high[voc + "021"]
    }
    assert {"002", "008", "018", "020", "617", "619", "620"} <= before
    assert not {"021", "023", "016", "621", "136", "027", "103"} & before


def test_an_age_is_not_a_class(data) -> None:
    ranked = data.objects(OIA + "rangMin")
    for age in ("239", "240", "241", "242"):
        assert SCOLOMFR + "scolomfr-voc-022-num-" + age not in ranked
