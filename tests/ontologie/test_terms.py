"""The terms: complete, in modules that load alone, read alike by two parsers."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

import ontologie
from ontologie import BASE, context, context_versions
from ontologie.checks.model import OIA, Corpus, iris, literals
from ontologie.packaged import packaged

FOLDER = Path(ontologie.__file__).parent
CORE = (
    "noyau", "usage-ia", "evaluation", "gouvernance", "formation",
    "territoire", "niveau", "competence", "public",
)  # fmt: skip
PROFILES = ("profil-fr", "profil-qc")
MODULES = (*CORE, *PROFILES)
CLASSES = (
    "Usage", "Projet", "ProjetExemple", "Fiche", "Mention", "Phase", "OutilIA", "Instrument", "Principe", "Disposition",
    "RegleDuCadre", "Grille", "Dimension", "Critere", "Echelle", "Echelon", "Analyse",
    "AnalyseIllustrative", "Appreciation", "Preuve", "Indice", "RegleIndice", "Constat", "RegleConstat",
    "Publication", "FicheSynthetique", "RetourExperience", "DossierThematique", "ModuleFormation",
    "Academie", "RegionAcademique", "Organisation", "Dispositif", "ValidationAcademique",
    "Applicabilite", "Alignement", "Territoire",
    "PrincipeDirecteur", "Valeur", "Exigence", "DomaineAction", "BlocDeCompetences",
)  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_of_the_model_is_declared(corpus: Corpus, name: str) -> None:
    assert "http://www.w3.org/2002/07/owl#Class" in iris(corpus.terms[OIA + name], str(rdflib.RDF.type))


@pytest.mark.parametrize("module", [*MODULES, "ontologie"])
def test_a_module_states_its_version_licence_and_title_in_both_languages(module: str) -> None:
    graph = rdflib.Graph().parse(FOLDER / "termes" / f"{module}.ttl")
    (header,) = graph.subjects(rdflib.RDF.type, rdflib.OWL.Ontology)
    assert str(header) == BASE + ("ontologie" if module == "ontologie" else f"ontologie/{module}")
    assert graph.value(header, rdflib.OWL.versionIRI) == rdflib.URIRef(f"{header}/2.1.0")
    assert graph.value(header, rdflib.DCTERMS.license) == rdflib.URIRef("https://spdx.org/licenses/etalab-2.0.html")
    titles = {text.language for text in graph.objects(header, rdflib.DCTERMS.title)}
    assert titles == {"fr", "en"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_loads_alone_in_an_owl_library(module: str) -> None:
    owlready2 = pytest.importorskip("owlready2")
    graph = rdflib.Graph().parse(FOLDER / "termes" / f"{module}.ttl")
    assert not list(graph.objects(None, rdflib.OWL.imports))
    world = owlready2.World()
    loaded = world.get_ontology(f"{BASE}ontologie/{module}")
    loaded.load(fileobj=io.BytesIO(graph.serialize(format="nt", encoding="utf-8")))
    own = {str(s) for s in graph.subjects(rdflib.RDFS.isDefinedBy, rdflib.URIRef(f"{BASE}ontologie/{module}"))}
    assert own
    assert all(world[iri] is not None for iri in own)


def test_every_term_stands_in_exactly_one_module() -> None:
    homes: dict[str, list[str]] = {}
    for module in MODULES:
        graph = rdflib.Graph().parse(FOLDER / "termes" / f"{module}.ttl")
        for term in {str(s) for s in graph.subjects(rdflib.SKOS.definition) if str(s).startswith(OIA)}:
            homes.setdefault(term, []).append(module)
    assert {term: where for term, where in homes.items() if len(where) > 1} == {}
    assert len(homes) >= 130


BIG = {"tiers/scolomfr/scolomfr-voc-015.ttl"}
"""Ten times the next one."""


@pytest.mark.parametrize("path", [pytest.param(p, marks=[pytest.mark.long] if p in BIG else []) for p in packaged()])
def test_two_parsers_read_a_file_alike(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    theirs = rdflib.Graph().parse(FOLDER / path, publicID=BASE)
    ours = rdflib.Graph().parse(data=_n_triples(path), format="nt")
    assert isomorphic(theirs, ours)


def _n_triples(path: str) -> str:
    triples = [quad.triple for quad in ox.parse(path=str(FOLDER / path), base_iri=BASE)]
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def test_every_definition_ends_as_a_sentence_and_differs_between_languages(corpus: Corpus) -> None:
    for iri, said in corpus.terms.items():
        texts = {t.language: t.value for t in literals(said, str(rdflib.SKOS.definition))}
        assert texts["fr"].endswith((".", "…")) and texts["en"].endswith((".", "…")), iri
        assert texts["fr"] != texts["en"], iri


def test_french_is_written_with_its_typography(corpus: Corpus) -> None:
    for iri, said in corpus.terms.items():
        for predicate in (rdflib.RDFS.label, rdflib.SKOS.definition, rdflib.SKOS.editorialNote):
            for text in literals(said, str(predicate)):
                assert "  " not in text.value and text.value == text.value.strip(), iri
                if text.language == "fr":
                    assert not any(f"{word}{sign}" in text.value for word in "aeit" for sign in (";", "?")), iri


@pytest.mark.parametrize("version", context_versions())
def test_a_context_keeps_no_feature_that_loses_data(version: str) -> None:
    words = context(version=version)
    assert "@vocab" not in words
    for key, term in words.items():
        if isinstance(term, dict):
            assert "@list" not in str(term.get("@container", "")), key
            assert term.get("@type") != "xsd:double", key


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("javac"), reason="needs a JDK")
def test_each_module_and_core_and_profiles_together_are_in_owl_2_dl(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2")
    groups = {
        **{module: (module,) for module in MODULES},
        "noyau-seul": CORE,
        **{f"noyau-et-{profile}": (*CORE, profile) for profile in PROFILES},
        "ensemble": (*MODULES, "ontologie"),
    }
    files = [_owl_file(tmp_path / f"{name}.owl", modules) for name, modules in groups.items()]
    jars = Path(owlready2.__file__).parent / "pellet" / "*"
    program = Path(__file__).parent / "OwlProfile.java"
    command = ["java", "-cp", str(jars), str(program), *map(str, files)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert answer.stdout == ""


def _owl_file(path: Path, modules: tuple[str, ...]) -> Path:
    """Write some modules as one ontology, under the header of the last of them."""
    together = rdflib.Graph()
    for module in modules:
        graph = rdflib.Graph().parse(FOLDER / "termes" / f"{module}.ttl")
        headers = set() if module == modules[-1] else set(graph.subjects(rdflib.RDF.type, rdflib.OWL.Ontology))
        together += (triple for triple in graph if triple[0] not in headers)
    together.serialize(path, format="xml")
    return path
