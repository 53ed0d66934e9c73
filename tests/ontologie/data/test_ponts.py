"""The bridges to the vocabularies of others: each target is defined by its vocabulary, each pair says why and how sure."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import ontologie
from ontologie.generation.alignments.ponts import pairs, target_of, targets
from ontologie.generation.foreign.cibles import distilled
from ontologie.generation.tables.turtle import iri

SKOS = ontologie.PREFIXES["skos"]
PONTS = Path(ontologie.__file__).parent / "ponts"
SCALE = {("skos:closeMatch", "0.90"), ("skos:closeMatch", "0.70"), ("skos:broadMatch", "0.70"),
         ("skos:narrowMatch", "0.70"), ("skos:relatedMatch", "0.50")}  # fmt: skip


def test_each_target_that_is_stated_is_defined_in_the_extract_of_its_own_file(data) -> None:
    for row in pairs():
        target = target_of(row["object"])
        labels = data.objects(SKOS + "prefLabel", f"tiers/{target['dossier']}" if target else "genere/digcomp")
        assert iri(row["object"]).value in labels, row


def test_each_extract_holds_what_is_stated_and_no_more(data) -> None:
    stated = {iri(row["object"]).value for row in pairs()}
    for prefix, target in targets().items():
        if target["fichier"]:
            held = {subject for subject, _, _ in data.triples(f"tiers/{target['dossier']}/{prefix}.ttl")}
            assert held == {name for name in stated if name.startswith(target["espace"])}, prefix


def test_each_subject_is_a_concept_of_ours(data) -> None:
    ours = data.objects(SKOS + "prefLabel", "genere/")
    assert {row["subject"] for row in pairs() if iri(row["subject"]).value not in ours} == set()


def test_a_confidence_is_a_step_that_goes_with_its_kind_of_tie() -> None:
    assert {(row["predicate"], row["confidence"]) for row in pairs()} <= SCALE


def test_each_pair_is_said_once_and_its_reason_in_both_languages() -> None:
    said = [(row["subject"], row["object"]) for row in pairs()]
    assert len(said) == len(set(said))
    for row in pairs():
        assert row["justification_fr"].endswith(".") and row["justification_en"].endswith("."), row
        assert row["justification_fr"] != row["justification_en"]


def test_a_file_is_about_one_vocabulary() -> None:
    for path in PONTS.glob("*.csv"):
        if path.name != "cibles.csv":
            lines = ontologie.read_table("ponts", path.name)
            folders = {(target_of(row["object"]) or {"dossier": "digcomp"})["dossier"] for row in lines}
            assert len(folders) == 1, path.name


def test_a_term_that_its_vocabulary_does_not_define_ends_the_distillation(tmp_path: Path) -> None:
    path = tmp_path / "earl.ttl"
    path.write_text(
        "@prefix earl: <http://www.w3.org/ns/earl#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
        'earl:passed dct:title "Passed"@en ; dct:creator "A person" .\n',
        encoding="utf-8",
    )
    space = targets()["earl"]["espace"]
    text = distilled(path, targets()["earl"], [space + "passed"])
    assert {q.predicate.value for q in ox.parse(text, format=ox.RdfFormat.TURTLE)} == {
        ontologie.RDF_TYPE, SKOS + "prefLabel", ontologie.PREFIXES["rdfs"] + "isDefinedBy",
    }  # fmt: skip
    with pytest.raises(ValueError, match="missed is not defined there"):
        distilled(path, targets()["earl"], [space + "missed"])
