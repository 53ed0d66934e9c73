"""A fiche of another country is judged by the core and by its own profile, in any form of RDF; a profile takes no rule away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import ontologie
from ontologie import BASE, context_iri
from shapes.commands import build_app
from shapes.rdf_files import profiles

QUEBEC = Path(ontologie.__file__).parent / "exemples" / "profil-qc"
TERMS = Path(ontologie.__file__).parent / "termes" / "profil-qc.ttl"
HEAD = f"""
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/it#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix oia: <{BASE}ontologie#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix formes: <{BASE}shapes#> .
"""
PROFILE = """
ex:Progetto a owl:Class ; rdfs:subClassOf oia:Projet .
ex:provincia a owl:ObjectProperty ; rdfs:subPropertyOf ex:ente . ex:ente rdfs:subPropertyOf oia:territoire .
ex:codice a owl:DatatypeProperty ; rdfs:domain oia:Projet .
ex:livelli a skos:ConceptScheme . ex:terza a skos:Concept ; skos:inScheme ex:livelli .
ex:Livelli a sh:NodeShape ; sh:property [ sh:path skos:inScheme ; sh:hasValue ex:livelli ] .
ex:Forma a sh:NodeShape ; sh:targetClass oia:Projet ;
    sh:property [ sh:path oia:niveau ; sh:node ex:Livelli ; sh:message "Not a level of ours."@en ] ,
        [ sh:path ex:provincia ; sh:minCount 1 ; sh:message "Indicare la provincia."@it ] .
"""
PROJECT = """
<https://example.org/progetto/1> a ex:Progetto ; dct:identifier "it-1" ; dct:title "Un titolo"@it ;
    dct:abstract "Testo."@it ; oia:pays "IT" ; oia:niveau ex:terza ; ex:provincia <https://example.org/provincia/mi> ;
    ex:codice "MIIC8" ; oia:typeIA <https://w3id.org/observatoire-ia/concept/type-ia/generative> ;
    oia:discipline <https://w3id.org/observatoire-ia/concept/discipline/anglais> .
<https://example.org/scheda/1> a oia:Fiche ; foaf:primaryTopic <https://example.org/progetto/1> ;
    dct:license <https://spdx.org/licenses/etalab-2.0.html> ; dct:source <https://example.org/1.html> ;
    dct:language <http://publications.europa.eu/resource/authority/language/ITA> .
"""


def run(folder: Path, fiche: str = PROJECT, profile: str = PROFILE, *options: str) -> Result:
    (folder / "fiche.ttl").write_text(HEAD + fiche, encoding="utf-8")
    (folder / "profile.ttl").write_text(HEAD + profile, encoding="utf-8")
    return command(folder / "fiche.ttl", folder / "profile.ttl", *options)


def command(fiche: Path, profile: Path, *options: str) -> Result:
    return CliRunner().invoke(
        build_app(), [str(fiche), "--profile", str(profile), "--lang", "en", "--format", "json", *options]
    )


def found(outcome: Result) -> set[tuple[str, str]]:
    """Return (severity, field) of what is said."""
    entries = json.loads(outcome.stdout)["entries"]
    return {(entry["severity"], entry["field"]) for entry in entries}


def changed(old: str, new: str, text: str = PROJECT) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_fiche_in_the_terms_of_its_country_is_accepted(tmp_path: Path) -> None:
    outcome = run(tmp_path)
    assert outcome.exit_code == 0, outcome.output
    assert found(outcome) == set()
    (note,) = json.loads(outcome.stdout)["notes"]
    assert "classes: 1; properties: 2; concepts: 1; shapes: 2" in note["message"]


def test_the_fiches_of_quebec_are_accepted_with_their_profile_and_refused_without() -> None:
    fiches = [str(path) for path in sorted(QUEBEC.glob("qc-*.ttl"))]
    given = ["--profile", str(TERMS), "--profile", str(QUEBEC / "vocabulaire.ttl"), "--format", "json"]
    assert len(fiches) == 5
    assert CliRunner().invoke(build_app(), [*fiches, *given]).exit_code == 0
    assert CliRunner().invoke(build_app(), fiches[:1]).exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # The profile's own rules.
        ("oia:niveau ex:terza", "oia:niveau ex:quarta", ("violation", "niveau")),
        ("ex:provincia <https://example.org/provincia/mi>", "oia:commune \"Milano\"", ("violation", "provincia")),
        # The core's, of what a property of the profile says in its terms.
        ("<https://example.org/provincia/mi>", '"Milano"', ("violation", "territoire")),
        # The core's own.
        ('oia:pays "IT"', 'oia:pays "Italia"', ("violation", "pays")),
        ("concept/type-ia/generative", "concept/type-ia/unknown", ("violation", "typeIA")),
        ("dct:license <https://spdx.org/licenses/etalab-2.0.html> ;", "", ("violation", "license")),
        # A property that nobody declares, and one of France's profile.
        ("ex:codice", "ex:codcie", ("violation", "codcie")),
        ('ex:codice "MIIC8"', f"oia:academie <{BASE}academie/18>", ("violation", "academie")),
        # What is personal is so in every country.
        ("Testo.", "Scrivere a anna.rossi@example.org.", ("violation", "abstract")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_by_the_core_and_by_the_profile(
    tmp_path: Path, old: str, new: str, expected: tuple[str, str]
) -> None:
    outcome = run(tmp_path, changed(old, new))
    assert outcome.exit_code == 1
    assert expected in found(outcome)
    assert "anna.rossi" not in outcome.output


def test_a_fiche_may_be_json_ld_in_our_keys_and_its_own(tmp_path: Path) -> None:
    run(tmp_path)
    own = {"provincia": {"@id": "https://example.org/it#provincia", "@type": "@id"}}
    fiche = {"id": "https://example.org/scheda/1", "type": "Fiche", "licence": "https://spdx.org/licenses/etalab-2.0.html",
             "langue": "http://publications.europa.eu/resource/authority/language/ITA",
             "sourcePage": "https://example.org/1.html"}  # fmt: skip
    document = {
        "@context": [context_iri(), own], "id": "https://example.org/progetto/1", "type": "Projet", "identifiant": "it-1",
        "titre": {"it": "Un titolo"}, "resume": {"it": "Testo."}, "pays": ["IT"], "subdivision": ["IT-25"],
        "niveau": ["https://example.org/it#terza"], "typeIA": [f"{BASE}concept/type-ia/generative"],
        "discipline": [f"{BASE}concept/discipline/anglais"],
        "provincia": "https://example.org/provincia/mi", "fiche": fiche,
    }  # fmt: skip
    place = tmp_path / "fiche.jsonld"
    place.write_text(json.dumps(document), encoding="utf-8")
    outcome = command(place, tmp_path / "profile.ttl")
    assert (outcome.exit_code, found(outcome)) == (0, set()), outcome.output
    place.write_text(json.dumps({**document, "pays": ["Italia"]}), encoding="utf-8")
    assert found(command(place, tmp_path / "profile.ttl")) == {("violation", "pays")}


def test_a_class_that_the_profile_does_not_have_is_said_not_to_be_looked_at(tmp_path: Path) -> None:
    outcome = run(tmp_path, changed("ex:Progetto", "ex:Progeto"))
    (entry,) = json.loads(outcome.stdout)["entries"]
    assert (entry["severity"], entry["rule"]) == ("warning", "depot:non-examine") and "#Progeto" in entry["message"]


def test_a_profile_takes_no_rule_of_the_core_away(tmp_path: Path) -> None:
    less = """
    formes:Projet-titre sh:deactivated true . formes:Projet sh:deactivated true , false ; sh:closed false .
    ex:Altra a sh:NodeShape ; sh:targetClass oia:Projet ; sh:property formes:Projet-titre .
    formes:Projet-titre sh:severity sh:Info .
    """
    outcome = run(tmp_path, changed('dct:title "Un titolo"@it ;', ""), PROFILE + less)
    assert outcome.exit_code == 1
    assert ("violation", "title") in found(outcome)


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("", "holds nothing of a profile"),
        ("ex:Forma a sh:NodeShape ; sh:targetClass oia:Projet ; sh:property [ sh:path 5 ; sh:minCount 1 ] .", "cannot be used"),
        (
            'ex:F a sh:NodeShape ; sh:targetClass oia:Projet ; sh:sparql [ sh:select """SELECT $this WHERE {'
            ' SERVICE <http://127.0.0.1:9/sparql> { $this ?p ?o } }""" ] .',
            "cannot be used",
        ),
        ("ex:a ex:b", "not well-formed"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path, profile: str, said: str) -> None:
    outcome = run(tmp_path, changed("ex:Progetto", "oia:Projet"), profile)
    assert outcome.exit_code == 2
    assert said in outcome.stderr and "Traceback" not in outcome.output


def test_shapes_that_turn_in_circles_or_compute_without_end_are_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "SECONDS", 2)
    circle = "ex:A a sh:NodeShape ; sh:targetClass oia:Projet ; sh:node ex:B . ex:B a sh:NodeShape ; sh:node ex:A ."
    outcome = run(tmp_path, profile=PROFILE + circle)
    assert outcome.exit_code in (0, 2) and "Traceback" not in outcome.output
    endless = 'ex:A a sh:NodeShape ; sh:targetClass oia:Projet ; sh:property [ sh:path dct:title ; sh:pattern "^(a+)+$" ] .'
    outcome = run(tmp_path, changed("Un titolo", "a" * 60 + "!"), PROFILE + endless)
    assert outcome.exit_code == 2 and "2 seconds" in outcome.stderr


def test_bounds_hold_and_tables_are_not_judged_by_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path)
    (tmp_path / "fiches.csv").write_text("titre\nx\n", encoding="utf-8")
    outcome = command(tmp_path / "fiches.csv", tmp_path / "profile.ttl")
    assert outcome.exit_code == 2 and "fiches are in RDF" in outcome.stderr
    monkeypatch.setattr(profiles, "MOST", 20)
    outcome = run(tmp_path)
    assert outcome.exit_code == 2 and "more than 20 statements" in outcome.stderr
    assert "profile.ttl" in outcome.stderr
