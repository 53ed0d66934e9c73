"""The core without a country: it stands alone, each profile stands on it, and no profile changes it."""

from __future__ import annotations

import re

import pytest

from ontologie.checks import fair, files, pitfalls, profiles, terms
from ontologie.checks.model import OIA, Check, Corpus, as_triples, iris, literals
from ontologie.checks.reasoning import reason
from ontologie.namespaces import PREFIXES, RDF_TYPE
from ontologie.packaged import packaged, read_quads

CORE = sorted(path for path in packaged() if path.startswith("termes/") and "/profil-" not in path)
PROFILES = sorted(path for path in packaged() if path.startswith("termes/profil-"))
TOGETHER = {
    "core": CORE,
    **{path: [*CORE, path] for path in PROFILES},
    "all": [*CORE, *PROFILES],
}
OF_TERMS = (*terms.CHECKS, *pitfalls.CHECKS, *profiles.CHECKS[:1], files.CHECKS[0], *fair.CHECKS[:2])
FRENCH = (
    "académi",
    "rectorat",
    "recteur",
    "drane",
    "cardie",
    "crcn",
    "eafc",
    "scolomfr",
    "éducation nationale",
    "lycée",
)
"""Words written down here, apart from the table that the check reads."""


def some(corpus: Corpus, paths: list[str]) -> Corpus:
    return Corpus({path: corpus.files[path] for path in paths}, {path: corpus.texts[path] for path in paths})


def test_there_are_a_core_and_two_profiles() -> None:
    assert [path.removeprefix("termes/") for path in PROFILES] == ["profil-fr.ttl", "profil-qc.ttl"]
    assert len(CORE) == 10


@pytest.mark.parametrize("paths", TOGETHER.values(), ids=TOGETHER)
@pytest.mark.parametrize("check", OF_TERMS, ids=lambda check: check.name)
def test_core_and_profiles_pass_the_checks_of_terms_apart_and_together(
    corpus: Corpus, paths: list[str], check: Check
) -> None:
    assert check.run(some(corpus, paths)).findings == ()


@pytest.mark.parametrize("path", PROFILES)
def test_a_profile_without_the_core_declares_all_it_uses(corpus: Corpus, path: str) -> None:
    assert terms.alone(some(corpus, [path])).findings == ()


APART = [*TOGETHER.items(), *((f"{path} alone", [path]) for path in PROFILES)]


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param(paths, id=name, marks=[] if name in ("core", "all") else [pytest.mark.long])
        for name, paths in APART
    ],
)
def test_the_reasoner_finds_core_and_profiles_consistent_apart_and_together(corpus: Corpus, paths: list[str]) -> None:
    pytest.importorskip("owlready2")
    verdict = reason(some(corpus, paths), explain=True)
    assert verdict.consistent, verdict.explanation
    assert verdict.unsatisfiable == ()


@pytest.mark.parametrize("path", CORE)
def test_no_text_of_the_core_names_a_french_institution(path: str) -> None:
    for _, _, value in as_triples(read_quads(path)):
        words = value.value.casefold() if getattr(value, "language", None) else ""
        assert not [word for word in FRENCH if re.search(rf"\b{word}", words)], value


def test_the_core_uses_no_term_of_a_profile(corpus: Corpus) -> None:
    theirs = {iri for path in PROFILES for iri in defined(corpus, path)}
    assert {OIA + "Academie", OIA + "competenceCRCN", OIA + "CentreServicesScolaire"} <= theirs
    for path in CORE:
        text = corpus.texts[path]
        assert not [iri for iri in theirs if re.search(rf"\boia:{iri.removeprefix(OIA)}\b", text)], path


@pytest.mark.parametrize("path", PROFILES)
def test_a_profile_defines_no_term_of_the_core_nor_of_another_profile(corpus: Corpus, path: str) -> None:
    others = {iri for other in (*CORE, *PROFILES) if other != path for iri in defined(corpus, other)}
    assert defined(corpus, path)
    assert not defined(corpus, path) & others


GENERIC = {
    "Academie": "Territoire",
    "RegionAcademique": "Territoire",
    "academie": "territoire",
    "regionAcademique": "territoire",
    "academieAssociee": "territoireAssocie",
    "codeAcademie": "codeTerritoire",
    "uai": "codeEtablissement",
    "competenceCRCN": "competenceNumerique",
    "CentreServicesScolaire": "Territoire",
    "competenceNumeriqueQuebec": "competenceNumerique",
}


@pytest.mark.parametrize(("ours", "generic"), GENERIC.items())
def test_an_institution_of_a_country_stands_below_a_term_of_the_core(corpus: Corpus, ours: str, generic: str) -> None:
    said = corpus.terms[OIA + ours]
    above = {*iris(said, PREFIXES["rdfs"] + "subClassOf"), *iris(said, PREFIXES["rdfs"] + "subPropertyOf")}
    assert OIA + generic in above


KINDS = {"PrincipeDirecteur": 44, "Valeur": 8, "Exigence": 8, "DomaineAction": 16, "BlocDeCompetences": 36}
"""Counted by hand in the column `type` of the table of principles."""


@pytest.mark.parametrize(("kind", "count"), KINDS.items())
def test_principles_are_told_apart_by_class(corpus: Corpus, kind: str, count: int) -> None:
    members = [iri for iri, said in corpus.ours.items() if OIA + kind in iris(said, RDF_TYPE)]
    assert len(members) == count
    assert all(OIA + "Principe" in iris(corpus.ours[iri], RDF_TYPE) for iri in members)
    others = {OIA + other for other in (*KINDS, "Disposition") if other != kind}
    assert not [iri for iri in members if others & set(iris(corpus.ours[iri], RDF_TYPE))]


SCOLOMFR = "http://data.education.fr/voc/scolomfr/concept/"
ISCED = {
    "scolomfr-voc-022-num-021": {"2"},
    "scolomfr-voc-022-num-015": {"1"},
    "scolomfr-voc-022-num-002": {"0"},
    "scolomfr-voc-022-num-620": {"1", "2"},
    "scolomfr-voc-022-num-142": {"3"},
    "scolomfr-voc-022-num-195": {"5"},
    "scolomfr-voc-012-num-007": {"8"},
    "scolomfr-voc-022-num-226": set(),
}
"""By UNESCO's ISCED 2011: 4e, CM2, nursery school, cycle 3, lycée, BTS, doctorate; of CPGE nothing is said."""


@pytest.mark.parametrize(("level", "expected"), ISCED.items())
def test_a_level_has_its_place_in_isced(corpus: Corpus, level: str, expected: set[str]) -> None:
    assert {text.value for text in literals(corpus.ours[SCOLOMFR + level], OIA + "niveauCITE")} == expected


def defined(corpus: Corpus, path: str) -> set[str]:
    told = PREFIXES["rdfs"] + "label"
    return {s.value for s, p, _ in corpus.files[path] if p == told and s.value.startswith(OIA)}
