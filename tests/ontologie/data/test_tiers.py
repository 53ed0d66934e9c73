"""The vocabularies of others: their licence beside them, no person in them, never in our own files."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

import ontologie

PACKAGE = Path(ontologie.__file__).parent
SKOS = ontologie.PREFIXES["skos"]
DCT = ontologie.PREFIXES["dct"]
SCOLOMFR = "http://data.education.fr/voc/scolomfr"
CONCEPTS = SCOLOMFR + "/concept/"


def test_each_folder_of_others_has_its_licence() -> None:
    folders = [folder for folder in (PACKAGE / "tiers").iterdir() if folder.is_dir()]
    assert {folder.name for folder in folders} == {
        "airo", "dpv", "earl", "eurovoc", "lrmi", "scolomfr", "unesco-thesaurus", "vair",
    }  # fmt: skip
    for folder in folders:
        licence = (folder / "LICENCE").read_text(encoding="utf-8")
        assert "Licence" in licence
        assert "Modifications" in licence
        assert "https://" in licence


def test_share_alike_licences_are_named_in_the_files_themselves(data) -> None:
    licences = data.objects(DCT + "license", "tiers/")
    schemes = [scheme for scheme in licences if scheme.startswith(SCOLOMFR)]
    assert len(schemes) == 10
    for scheme in schemes:
        assert licences[scheme] == ["https://creativecommons.org/licenses/by-sa/3.0/fr/"]
    unesco = licences["http://vocabularies.unesco.org/thesaurus"]
    assert unesco == ["https://creativecommons.org/licenses/by-sa/3.0/igo/"]


def test_no_person_is_named_in_them(data) -> None:
    naming = ("creator", "contributor", "author", "maker", "publisher")
    for _, predicate, _ in data.triples("tiers/"):
        assert not predicate.lower().endswith(naming), predicate
    text = "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "tiers").rglob("*.ttl"))
    assert "person-" not in text


def test_the_labels_of_scolomfr_stand_only_in_its_own_files(data) -> None:
    labels = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel", SKOS + "definition")
    ours = {s for s, p, _ in data.triples("genere/") if p in labels and s.startswith(SCOLOMFR)}
    # Vocabulary 044 is not among the ten: its four labels are in our own words.
    assert {s for s in ours if "scolomfr-voc-044" not in s} == set()


def test_what_is_made_of_the_labels_of_scolomfr_stands_in_a_graph_under_its_licence(data) -> None:
    displayed = ontologie.PREFIXES["oia"] + "libelleAffiche"
    homes = {
        path
        for path, triples in data.files.items()
        for subject, predicate, _ in triples
        if predicate == displayed and subject.startswith(CONCEPTS) and "scolomfr-voc-044" not in subject
    }
    assert homes == {"tiers/scolomfr/libelles-scolomfr.ttl"}
    (graph,) = (one for one in ontologie.vocabularies() if one.path in homes)
    assert graph.licence == "https://creativecommons.org/licenses/by-sa/3.0/fr/"
    said = list(data.files[graph.path])
    assert {predicate for _, predicate, _ in said} == {displayed} and len(said) > 600


def test_what_we_say_of_scolomfr_concepts_is_rank_level_cover_and_alignment(data) -> None:
    said = {
        predicate.removeprefix(SKOS).removeprefix(ontologie.PREFIXES["oia"])
        for subject, predicate, _ in data.triples("genere/")
        if subject.startswith(CONCEPTS) and "scolomfr-voc-044" not in subject
    }
    assert said == {
        "rangMin",
        "rangMax",
        "niveauCITE",
        "couvre",
        "narrower",
        "broadMatch",
        "narrowMatch",
        "relatedMatch",
        "mappingRelation",
    }


def test_the_ten_vocabularies_keep_their_concepts(data) -> None:
    counts = {"010": 31, "011": 4, "012": 12, "015": 3506, "016": 60, "018": 29, "019": 58}
    for number, count in {**counts, "021": 24, "022": 116, "040": 70}.items():
        path = f"tiers/scolomfr/scolomfr-voc-{number}.ttl"
        concepts = {
            s for s, p, o in data.files[path] if p == ontologie.RDF_TYPE and o.value == SKOS + "Concept"
        }
        assert len(concepts) == count, number


def test_each_concept_has_one_preferred_label_that_no_alternative_repeats(data) -> None:
    preferred: dict[str, list[str]] = {}
    alternative: dict[str, set[str]] = {}
    for subject, predicate, term in data.triples("tiers/scolomfr"):
        if predicate == SKOS + "prefLabel":
            preferred.setdefault(subject, []).append(term.value)
        elif predicate == SKOS + "altLabel":
            alternative.setdefault(subject, set()).add(term.value)
    for concept, (label, *more) in preferred.items():
        assert more == [], concept
        assert label not in alternative.get(concept, ()), concept


def test_every_dpv_term_we_point_to_is_there_with_its_label(data) -> None:
    labels = data.objects(SKOS + "prefLabel", "tiers/dpv")
    values = {term.value for _, _, term in data.triples("genere/")}
    pointed = {value for value in values if value.startswith("https://w3id.org/dpv/") and "#" in value}
    assert pointed
    assert pointed - labels.keys() == set()


def test_forty_five_unesco_concepts_have_labels_in_two_languages(data) -> None:
    labels: dict[str, set[str]] = {}
    for subject, predicate, term in data.triples("tiers/unesco"):
        if predicate == SKOS + "prefLabel" and isinstance(term, ox.Literal):
            labels.setdefault(subject, set()).add(term.language or "")
    concepts = {s for s in labels if "/concept" in s}
    assert len(concepts) == 45
    assert all(labels[concept] == {"fr", "en"} for concept in concepts)


def test_the_origin_of_the_copied_tables_is_stated() -> None:
    origin = (PACKAGE / "donnees" / "ORIGINE.md").read_text(encoding="utf-8")
    for folder in ("instruments/", "outils-ia/", "territoires/"):
        assert folder in origin
    assert "Licence Ouverte 2.0" in origin
    for name in (
        "definitions",
        "libelles",
        "niveaux",
        "disciplines",
        "grilles",
        "genres",
        "schemas",
        "listes",
    ):
        assert f"`{name}" in origin or f"`{name}.csv`" in origin, name
