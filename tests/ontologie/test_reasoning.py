"""Mistakes that a person makes and a reasoner finds: each seeded alone, each found by HermiT."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES
from ontologie.checks.model import OIA, Corpus, Triple, as_triples
from ontologie.checks.reasoning import reason

pytest.importorskip("owlready2")

PROLOGUE = (
    f"@base <{BASE}> . @prefix oia: <{OIA}> . "
    + " ".join(f"@prefix {p}: <{PREFIXES[p]}> ." for p in ("prov", "skos", "foaf", "xsd"))
    + "\n"
)
MISTAKES = {
    "a project that is also an académie": "<projet/x> a oia:Projet , oia:Academie .",
    "a project that is also its fiche": "<projet/x> a oia:Projet , oia:Fiche .",
    "a project that is also an invented example": "<projet/x> a oia:Projet , oia:ProjetExemple .",
    "an invented example tied to a principle": "<projet/x> a oia:ProjetExemple ; oia:concerne <principe/x> .",
    "an invented example that was evaluated": "<projet/x> a oia:ProjetExemple . <analyse/x> oia:evalue <projet/x> .",
    "a criterion in two dimensions": "<critere/x> oia:dansDimension <dimension/D1> , <dimension/D2> .",
    "a dimension in two grids": "<dimension/x> oia:dansGrille <grille/a> , <grille/b> .",
    "a step with two values": "<echelon/x> oia:valeur 1 , 2 .",
    "an analysis of two projects": "<analyse/x> oia:evalue <projet/a> , <projet/b> .",
    "an appraisal in two analyses": "<analyse/a> oia:comporte <x> . <analyse/b> oia:comporte <x> .",
    "an appraisal with two steps": "<x> a oia:Appreciation ; oia:echelon <echelon/a> , <echelon/b> .",
    "an académie in two regions": "<academie/x> a oia:Academie ; "
    "oia:regionAcademique <region-academique/a> , <region-academique/b> .",
    "an académie that owns a project and is associated to it": "<projet/x> oia:academie <academie/a> ; "
    "oia:academieAssociee <academie/a> .",
    "a project built on as if it were an entity": "<module/x> prov:wasDerivedFrom <projet/a> . "
    "<projet/a> a oia:Projet .",
    "a rule that is also a principle": "<regle/x> a oia:RegleDuCadre , oia:Principe .",
    "an instrument that is one of its principles": "<instrument/x> a oia:Instrument , oia:Principe .",
    "a project used as a tool": "<projet/x> oia:outil <projet/y> . <projet/y> a oia:Projet .",
    "a criterion that bears on a grid": "<critere/x> oia:porteSur <grille/x> . <grille/x> a oia:Grille .",
    "a number of pupils in words": '<projet/x> oia:effectif "vingt"@fr .',
    "a criterion eliminatory and not": "<critere/x> oia:eliminatoire true , false .",
    "a publication of two kinds": "<publication/x> a oia:FicheSynthetique , oia:DossierThematique .",
    "a finding shared by two projects": "<projet/a> oia:constat <x> . <projet/b> oia:constat <x> .",
    "a validation taken for the project": "<v> a oia:ValidationAcademique , oia:Projet .",
}


def parse(turtle: str) -> list[Triple]:
    return list(as_triples(ox.parse(PROLOGUE + turtle, format=ox.RdfFormat.TURTLE)))


def terms_alone(corpus: Corpus) -> Corpus:
    return Corpus({path: triples for path, triples in corpus.files.items() if path.startswith("termes/")})


def test_an_honest_project_with_its_analysis_is_consistent(corpus: Corpus) -> None:
    honest = parse("""
        <projet/x> a oia:Projet ; oia:academie <academie/18> ; oia:academieAssociee <academie/10> ;
          oia:outil <outil/chatgpt> ; oia:effectif 28 ; oia:objectif "Apprendre"@fr ;
          oia:niveau <concept/niveau/lycee> .
        <graphe/projet/x> a oia:Fiche ; foaf:primaryTopic <projet/x> .
        <analyse/x> a oia:Analyse ; oia:evalue <projet/x> ; oia:grille <grille/nationale-1> ;
          oia:comporte <analyse/x#1> .
        <analyse/x#1> oia:critere <critere/C-D1-1> ; oia:echelon <echelon/partiel> ;
          oia:preuve <analyse/x#2> .
        <module/x> a oia:ModuleFormation ; oia:sAppuieSur <projet/x> .
    """)
    assert reason(terms_alone(corpus), honest).consistent


QUICK = (  # one of properties, one of values; each starts a reasoner
    "a criterion in two dimensions",
    "a number of pupils in words",
)
CASES = [
    pytest.param(turtle, id=what, marks=[] if what in QUICK else [pytest.mark.long])
    for what, turtle in MISTAKES.items()
]


@pytest.mark.parametrize("mistake", CASES)
def test_the_reasoner_finds(corpus: Corpus, mistake: str) -> None:
    assert not reason(terms_alone(corpus), parse(mistake)).consistent


@pytest.mark.long
def test_a_mistake_is_explained_by_the_axioms_that_contradict_one_another(corpus: Corpus) -> None:
    verdict = reason(terms_alone(corpus), parse(MISTAKES["a project that is also an académie"]), explain=True)
    assert not verdict.consistent
    assert "Academie" in verdict.explanation and "Projet" in verdict.explanation


def test_a_class_that_nothing_can_belong_to_is_named(corpus: Corpus) -> None:
    impossible = parse(
        "oia:Chimere a <http://www.w3.org/2002/07/owl#Class> ; "
        "<http://www.w3.org/2000/01/rdf-schema#subClassOf> oia:Projet , oia:Academie ."
    )
    assert reason(terms_alone(corpus), impossible).unsatisfiable == (OIA + "Chimere",)
