"""The names under which things are shown: what the check of them finds, and what others' concepts keep."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import ontologie
from ontologie import PREFIXES, concepts, name_properties
from ontologie.checks import displayed
from ontologie.checks.model import OIA, Corpus, Triple, literals

SKOS = PREFIXES["skos"]
LEVEL = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-"
TABLES = (("donnees",), ("tiers", "scolomfr"))


def rows() -> Iterator[dict[str, str]]:
    for folder in TABLES:
        path = Path(ontologie.__file__).parent.joinpath(*folder, "libelles_affiches.csv")
        with path.open(encoding="utf-8", newline="") as table:
            yield from csv.DictReader(table)


def said(iri: str, text: str, language: str) -> Triple:
    return ox.NamedNode(iri), OIA + "libelleAffiche", ox.Literal(text, language=language)


def named(corpus: Corpus) -> set[str]:
    return {finding.term for finding in displayed.shown(corpus).findings}


def test_each_row_has_both_languages_and_says_where_it_comes_from() -> None:
    found = list(rows())
    assert len({row["iri"] for row in found}) == len(found) > 300
    assert all(row["libelle_fr"] and row["libelle_en"] and row["origine"] for row in found)


def test_what_a_source_calls_a_thing_stays_beside_the_name_it_is_shown_by(corpus: Corpus) -> None:
    cycle = corpus.about[LEVEL + "621"]
    assert [text.value for text in literals(cycle, SKOS + "prefLabel")] == ["cycle 4 (2016)"]
    assert {text.language: text.value for text in literals(cycle, OIA + "libelleAffiche")} == {
        "fr": "cycle 4",
        "en": "cycle 4, ages 12 to 14",
    }
    assert concepts()[LEVEL + "621"].displayed == "cycle 4"


def test_the_displayed_label_is_the_first_that_names_a_thing_under_any_base() -> None:
    assert name_properties()[:2] == (OIA + "libelleAffiche", SKOS + "prefLabel")
    other = "https://exemple.fr/observatoire/"
    assert name_properties(other)[0] == f"{other}ontologie#libelleAffiche"
    assert concepts(other)["concept/niveau/lycee"].displayed == "lycée"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_level_without_displayed_label_is_found(corpus: Corpus, language: str) -> None:
    path = "tiers/scolomfr/libelles-scolomfr.ttl"
    kept = tuple(
        triple
        for triple in corpus.files[path]
        if not (triple[0].value == LEVEL + "621" and getattr(triple[2], "language", "") == language)
    )
    assert len(kept) == len(corpus.files[path]) - 1
    assert named(Corpus({**corpus.files, path: kept}, corpus.texts)) == {LEVEL + "621"}


@pytest.mark.parametrize(("name", "found"), [
    ("cycle 4 (2016)", True), ("non linguistique (DNL)", True), ("lycée (depuis 2019)", True), ("sigle (CM1-CM2)", True),
    ("Canva (outils IA)", False), ("sciences (sans autre précision)", False), ("4e", False),
])  # fmt: skip
def test_a_year_or_a_code_in_brackets_is_found(name: str, found: bool) -> None:
    assert bool(displayed.CODED.search(name)) is found


def test_two_concepts_shown_by_one_name_are_found_in_their_scheme_alone(corpus: Corpus) -> None:
    path = "tiers/scolomfr/libelles-scolomfr.ttl"
    doubled = corpus.plus(path, [said(LEVEL + "020", "4e", "fr")])
    assert [finding.term for finding in displayed.told_apart(doubled).findings] == [LEVEL + "021"]
    elsewhere = corpus.plus(path, [said(LEVEL + "020", "observer", "fr")])  # an activity of another vocabulary
    assert displayed.told_apart(elsewhere).findings == ()


def test_what_scolomfr_no_longer_holds_to_and_points_of_the_curriculum_need_none(corpus: Corpus) -> None:
    usable = {iri for iri, _ in displayed._usable(corpus)}
    subject = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-015-num-"
    assert {LEVEL + "621", subject + "919", "https://w3id.org/observatoire-ia/outil/chatgpt"} <= usable
    assert not usable & {LEVEL + "012", subject + "3135"}
