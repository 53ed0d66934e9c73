"""The shapes of the core judge a fiche of any country; what is French is in the profile's file alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCTERMS, FOAF, RDF, SH, SKOS

import ontologie
import shapes
from ontologie import BASE, read_table
from shapes.facts import fact_lines
from shapes.rules.sources import SOURCES, shapes_graph

OIA = rdflib.Namespace(BASE + "ontologie#")
SHAPES = Path(shapes.__file__).parent
QUEBEC = Path(ontologie.__file__).parent / "exemples" / "profil-qc"
FICHES = sorted(path.name for path in QUEBEC.glob("qc-*.ttl"))
FRENCH = ("academie", "regionAcademique", "uai", "competenceCRCN", "educationPrioritaire", "departement")


@cache
def core() -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in SOURCES:
        if not name.startswith("profil-"):
            graph.parse(SHAPES / name)
    return graph


@cache
def known() -> rdflib.Graph:
    """Return the facts of the vocabularies, ours and Québec's, as one graph."""
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=b"".join(fact_lines()).decode(), format="nquads")
    graph = rdflib.Graph()
    for subject, predicate, value, _ in dataset.quads():
        graph.add((subject, predicate, value))
    return graph.parse(QUEBEC / "vocabulaire.ttl")


def faults(fiche: rdflib.Graph, rules: rdflib.Graph) -> set[str]:
    """Return the shapes that the nodes of a fiche break with a violation, judged with what is known of their values."""
    data = rdflib.Graph() + fiche
    for value in set(fiche.objects()) - set(fiche.subjects()):
        data += known().triples((value, None, None))
    _, report, _ = pyshacl.validate(data, shacl_graph=rdflib.Graph() + rules, inference="none")
    results = (one for one in report.subjects(SH.resultSeverity, SH.Violation))
    own = [one for one in results if report.value(one, SH.focusNode) in set(fiche.subjects())]
    return {str(shape).rpartition("#")[2] for one in own for shape in report.objects(one, SH.sourceShape)}


def test_there_are_five_fiches_of_quebec() -> None:
    assert len(FICHES) == 5


@pytest.mark.parametrize("name", FICHES)
def test_a_fiche_of_quebec_holds_against_the_core(name: str) -> None:
    assert faults(rdflib.Graph().parse(QUEBEC / name), core()) == set()


@pytest.mark.parametrize("name", FICHES)
def test_a_fiche_of_quebec_says_its_country_and_cites_a_public_page(name: str) -> None:
    graph = rdflib.Graph().parse(QUEBEC / name)
    (project,) = graph.subjects(RDF.type, OIA.Projet)
    (fiche,) = graph.subjects(FOAF.primaryTopic, project)
    (country,) = graph.objects(project, OIA.pays)
    assert str(country) in {row["code"] for row in read_table("donnees", "pays.csv")}
    assert str(graph.value(project, OIA.subdivision)) == "CA-QC"
    assert all(str(page).startswith("https://") for page in graph.objects(fiche, DCTERMS.source))
    assert list(graph.objects(fiche, DCTERMS.source))
    assert not [term for term in FRENCH if list(graph.objects(None, OIA[term]))]


def test_the_core_still_finds_what_is_wrong_in_a_fiche_of_another_country() -> None:
    fiche = rdflib.Graph().parse(QUEBEC / FICHES[0])
    (project,) = fiche.subjects(RDF.type, OIA.Projet)
    for predicate, value in ((OIA.pays, "Canada"), (OIA.subdivision, "Québec"), (OIA.academie, "x")):
        assert faults(fiche + one(project, predicate, rdflib.Literal(value)), core()), predicate
    fiche.remove((project, DCTERMS.title, None))
    assert faults(fiche, core())


def test_the_profile_of_france_refuses_the_levels_of_another_country_and_nothing_else() -> None:
    broken = faults(rdflib.Graph().parse(QUEBEC / "qc-chene-bleu.ttl"), shapes_graph())
    assert broken == {"Vocabulaire-niveau"}


def test_every_level_of_quebec_stands_in_isced() -> None:
    graph = rdflib.Graph().parse(QUEBEC / "vocabulaire.ttl")
    levels = list(graph.subjects(RDF.type, SKOS.Concept))
    assert len(levels) == 3
    assert all(set(graph.objects(level, OIA.niveauCITE)) for level in levels)


def test_the_shapes_of_the_core_name_no_term_of_the_profile() -> None:
    paths = set(core().objects(None, SH.path)) | set(core().objects(None, SH.targetSubjectsOf))
    assert not [term for term in FRENCH if OIA[term] in paths]


def one(subject: rdflib.term.Node, predicate: rdflib.URIRef, value: rdflib.Literal) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.add((subject, predicate, value))
    return graph
