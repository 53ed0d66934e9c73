"""Two groups side by side, and what no project addresses: worked out over the statements themselves, without SPARQL."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES, read_table
from queries import catalogue
from tests.queries.asking import ask

OIA, SKOS = PREFIXES["oia"], PREFIXES["skos"]
COLLEGE = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-016"
PROPERTIES = {
    "academie": ("academie", "academieAssociee"), "niveau": ("niveau",), "type_ia": ("typeIA",), "discipline": ("discipline",),
    "outil": ("outil",), "annee_scolaire": ("anneeScolaireDeduite",), "principe": ("concerne",), "finalite": ("finalite",),
    "region": ("regionAcademique",),
}  # fmt: skip
STEPPED = {"niveau", "type_ia", "discipline", "finalite"}


def name(term: object) -> str:
    """The IRI or the text of a term."""
    assert isinstance(term, (ox.NamedNode, ox.Literal))
    return term.value


def said(store: ox.Store, subject: str, by: str) -> set[str]:
    return {name(q.object) for q in store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(by), None)}


def above(store: ox.Store, one: str) -> set[str]:
    """Everything broader than a concept, itself among them."""
    found, ahead = {one}, [one]
    while ahead:
        here = ahead.pop()
        upward = said(store, here, SKOS + "broader") if here.startswith("http") else set()
        if here.startswith("http"):
            for by in (SKOS + "narrower", OIA + "couvre"):
                upward |= {name(q.subject) for q in store.quads_for_pattern(None, ox.NamedNode(by), ox.NamedNode(here))}
        ahead += upward - found
        found |= upward
    return found


def projects(store: ox.Store) -> Iterator[str]:
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    yield from {name(q.subject) for q in store.quads_for_pattern(None, kind, ox.NamedNode(OIA + "Projet"))}


def held(store: ox.Store, project: str, facet: str) -> set[str]:
    """The values of a facet that a project holds, broader ones among them where they have steps."""
    named = {value for by in PROPERTIES[facet] for value in said(store, project, OIA + by)}
    return {wide for value in named for wide in above(store, value)} if facet in STEPPED else named


@pytest.mark.parametrize(("facet", "first", "second", "measure"), [
    ("academie", BASE + "academie/18", BASE + "academie/09", "principe"), ("niveau", COLLEGE, BASE + "concept/niveau/lycee", "principe"),
    ("outil", BASE + "outil/chatgpt", BASE + "outil/lalilo", "niveau"), ("annee_scolaire", "2024-2025", "2023-2024", "type_ia"),
    ("type_ia", BASE + "concept/type-ia/generative", BASE + "concept/type-ia/predictive", "discipline"),
])  # fmt: skip
def test_the_numbers_of_two_groups_are_those_of_their_projects(store: ox.Store, facet: str, first: str, second: str, measure: str) -> None:
    every = {one: (held(store, one, facet), held(store, one, measure)) for one in projects(store)}
    named = {value for one in every for by in PROPERTIES[measure] for value in said(store, one, OIA + by)}
    if measure == "principe":
        named = {one for one in named if BASE + "instrument/cadre-usage" in said(store, one, SKOS + "inScheme")}
    groups = [[values for places, values in every.values() if group in places] for group in (first, second)]
    counts = {value: tuple(sum(value in one for one in group) for group in groups) for value in named}
    rows = ask(store, "comparer-deux-groupes", facette=facet, premier=first, second=second, mesure=measure, seuil="1")
    found = {r["valeur"]: (int(r["premierProjets"]), int(r["secondProjets"])) for r in rows}
    assert found == {value.removeprefix(BASE): pair for value, pair in counts.items() if any(pair)}
    assert {(int(r["premierTotal"]), int(r["secondTotal"])) for r in rows} == {tuple(map(len, groups))}
    assert ask(store, "comparer-deux-groupes", facette=facet, premier=first, second=second, mesure=measure, seuil="200") == []


def test_the_threshold_of_the_question_is_that_of_the_table() -> None:
    (told,) = [row["valeur"] for row in read_table("donnees", "seuils.csv") if row["seuil"] == "comparer-fiches"]
    assert [one.default for one in catalogue()["comparer-deux-groupes"].parameters if one.name == "seuil"] == [told]


def test_what_is_missing_is_what_no_project_holds(store: ox.Store) -> None:
    held_by = {facet: {v for one in projects(store) for v in held(store, one, facet)} for facet in ("academie", "niveau", "discipline", "principe")}
    rows = read_table("donnees", "libelles.csv")
    subjects = {iri for row in rows if row["champ"] == "disciplines" for iri in row["concepts"].replace("|", " ").split()}
    asked = {
        "academie": {f"academie/{row['code_academie']}" for row in read_table("donnees", "territoires", "academies.csv")},
        "discipline": subjects,
        "principe": {name(q.subject).removeprefix(BASE) for q in store.quads_for_pattern(None, ox.NamedNode(SKOS + "inScheme"), ox.NamedNode(BASE + "instrument/cadre-usage"))},
    }  # fmt: skip
    for kind, all_of in asked.items():
        missing = {iri for iri in all_of if (iri if "://" in iri else BASE + iri) not in held_by[kind]}
        assert {row["manque"] for row in ask(store, "ce-qui-manque", genre=kind)} == missing
    classes = [row["libelle"] for row in ask(store, "ce-qui-manque", genre="niveau")]
    assert classes == ["petite section", "moyenne section", "grande section", "CP", "CE2"]
