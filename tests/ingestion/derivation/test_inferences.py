"""What follows from the vocabularies and from a project's own graphs: useful to plain queries, never said twice."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest

from ingestion.derivation.rules import derive_vocabularies, rests_on, rules_digest
from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, canonical_lines, canonical_quads, vocabularies
from tests.ingestion.derivation.findings import PROJECT, derive_batch, derived, document, oia, store_of

SKOS, PROV = PREFIXES["skos"], PREFIXES["prov"]
ANALYSIS = f"{BASE}analyse/essai"


def analysis(
    project: str = "projet/18-T1", step: str = "echelon/atteint", kinds: tuple[str, ...] = ("Analyse",)
) -> dict[str, Any]:
    """Return an analysis with one appreciation."""
    return {
        "id": "analyse/essai",
        "type": list(kinds),
        "evalue": project,
        "grille": "grille/nationale-1",
        "comporte": [
            {
                "id": "analyse/essai#appreciation-C-D2-3",
                "type": "Appreciation",
                "critere": "critere/C-D2-3",
                "echelon": step,
            }
        ],
    }


def triples(quads: list[ox.Quad], predicate: str) -> set[tuple[str, str]]:
    return {(str(q.subject)[1:-1], str(q.object)[1:-1]) for q in quads if q.predicate.value == predicate}


@pytest.fixture(scope="module")
def packaged() -> ox.Store:
    store = ox.Store()
    store.bulk_load(b"".join(line for one in vocabularies() for line in one.lines), format=ox.RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def inferred() -> list[ox.Quad]:
    (lines,) = derive_vocabularies().values()
    return list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))


def test_what_follows_from_the_vocabularies_has_a_graph_of_its_own(packaged: ox.Store, inferred: list[ox.Quad]) -> None:
    found = derive_vocabularies()
    assert list(found) == [Iris().derived_graph("vocabulaire", "inferences")]
    stated = {quad.triple for quad in packaged}
    assert inferred and not {quad.triple for quad in inferred} & stated
    assert [canonical_lines(inferred)] == list(found.values())


def test_links_are_seen_from_both_ends(packaged: ox.Store, inferred: list[ox.Quad]) -> None:
    for inverse, stated in (("aPourCritere", "dansDimension"), ("aPourDimension", "dansGrille")):
        told = packaged.quads_for_pattern(None, oia(stated), None, None)
        ends = {(str(quad.object)[1:-1], str(quad.subject)[1:-1]) for quad in told}
        assert ends and triples(inferred, oia(inverse).value) == ends


def test_a_provision_is_all_that_its_class_says(packaged: ox.Store, inferred: list[ox.Quad]) -> None:
    provision = ox.NamedNode(f"{BASE}principe/ai-act/AIA-4")
    told = {str(q.object)[1:-1] for q in packaged.quads_for_pattern(provision, ox.NamedNode(RDF_TYPE), None, None)}
    known = told | {kind for subject, kind in triples(inferred, RDF_TYPE) if subject == provision.value}
    assert {oia("Disposition").value, oia("Principe").value, SKOS + "Concept"} <= known
    assert "http://data.europa.eu/eli/ontology#LegalResourceSubdivision" in known


def test_hierarchies_are_followed_to_their_top_but_those_of_others_are_left_to_them(inferred: list[ox.Quad]) -> None:
    above = triples(inferred, SKOS + "broaderTransitive")
    point = f"{BASE}principe/ai-act/AIA-III-3-b"
    assert {top for concept, top in above if concept == point} >= {
        f"{BASE}principe/ai-act/AIA-III-3",
        f"{BASE}principe/ai-act/AIA-III",
    }
    assert all(concept.startswith(BASE) for concept, _ in above)


def test_no_restriction_of_the_ontology_becomes_a_class_of_things(inferred: list[ox.Quad]) -> None:
    assert not [kind for _, kind in triples(inferred, RDF_TYPE) if "/.well-known/genid/" in kind]


def test_a_project_knows_its_analyses_and_its_general_classes_and_where_all_this_comes_from() -> None:
    quads = derived(store_of(document(), analysis()))
    fiche, graph = f"{BASE}graphe/projet/18-T1", f"{BASE}graphe/derive/projet/18-T1"
    assert triples(quads, oia("estEvaluePar").value) == {(PROJECT, ANALYSIS)}
    assert {(PROJECT, PROV + "Activity"), (fiche, PROV + "Entity")} <= triples(quads, RDF_TYPE)
    assert (ANALYSIS, oia("Analyse").value) not in triples(quads, RDF_TYPE), "the analysis says so itself"
    assert triples(quads, PROV + "wasDerivedFrom") == {(graph, fiche), (graph, f"{BASE}graphe/analyse/essai")}


def test_an_appreciation_above_0_ties_the_project_and_one_without_value_or_illustrative_does_not() -> None:
    def tied(step: str, *kinds: str) -> set[str]:
        quads = derived(store_of(document(), analysis(step=step, kinds=("Analyse", *kinds))))
        return {principle.rpartition("/")[2] for _, principle in triples(quads, oia("concerne").value)}

    assert tied("echelon/atteint") == tied("echelon/partiel") == {"CU-P5", "UNP9", "CFS-2-1"}
    assert tied("echelon/non-atteint") == tied("echelon/non-renseigne") == tied("echelon/non-applicable") == set()
    assert tied("echelon/atteint", "AnalyseIllustrative") == set()


def test_a_project_says_by_which_kinds_of_evidence_it_is_tied_and_by_no_other() -> None:
    facts: dict[str, dict[str, Any]] = {
        "": {"objectif": ["Esprit critique"]},
        "indice": {"pointVigilance": ["Vérifier les sources"]},
        "constat": {
            "niveau": ["cp"], "typeIA": ["modele-langue"], "manipulateur": ["eleves"], "date": ["2025-07-01"],
        },
    }  # fmt: skip
    for kind, said in facts.items():
        quads = derived(store_of(document(**said)))
        found = {end.rpartition("/")[2] for _, end in triples(quads, oia("genreDePreuve").value)}
        assert found == {kind} - {""}
        by_kind = triples(quads, oia(f"concernePar{kind.title()}").value) if kind else set()
        assert by_kind == triples(quads, oia("concerne").value), "the one kind there is ties to all of them"
        assert bool(found) == bool(triples(quads, oia("concerne").value))
    both = derived(store_of(document(**facts["indice"]), analysis()))
    assert {end.rpartition("/")[2] for _, end in triples(both, oia("genreDePreuve").value)} == {"indice", "appreciation"}


def test_rules_of_french_words_do_not_read_another_language() -> None:
    def spoken(*tags: str) -> set[tuple[str, str]]:
        made = document() | {"pointVigilance": {tag: ["Vérifier les sources"] for tag in tags}}
        return triples(derived(store_of(made)), oia("passage").value)

    assert spoken("fr") and spoken("fr") == spoken("fr", "en") == spoken("en", "fr-fr")
    assert spoken("en") == spoken("frp") == set()


def test_an_indice_ties_its_project_where_it_addresses_the_principle_and_there_alone() -> None:
    def tied(**facts: list[str]) -> set[str]:
        quads = derived(store_of(document(**facts)))
        assert triples(quads, oia("indice").value)
        return {principle.rpartition("/")[2] for _, principle in triples(quads, oia("concerne").value)}

    assert tied(pointVigilance=["Vérifier les sources"]) == {"CU-P5"}
    assert tied(pointVigilance=["Sources jamais vérifiées", "Élèves sans recul"]) == set()
    assert tied(objectif=["Vérifier les sources"]) == tied(objectif=["Étudier le RGPD"]) == set()
    assert tied(pointVigilance=["Données personnelles"]) == set()


def test_a_rule_that_asks_whether_a_fiche_names_a_tool_takes_a_label_for_one() -> None:
    lone = {"pointVigilance": ["Données personnelles"]}
    mention = {"id": "projet/18-T1#mention-1", "type": "Mention", "champ": "outils_ia", "libelleDepose": "Outil maison"}
    for named in ({"outil": ["chatgpt"]}, {"mention": [mention]}):
        quads = derived(store_of(document(**lone, **named)))
        assert [end.rpartition("/")[2] for _, end in triples(quads, oia("concerne").value)] == ["CU-P2"]


def test_a_project_rests_on_its_own_graph_and_on_those_of_its_analyses() -> None:
    graph = f"{BASE}graphe/analyse/essai"
    lines = canonical_lines(store_of(analysis("projet/18-T2")))
    assert rests_on(graph, lines) == [f"{BASE}projet/18-T2"]
    assert rests_on(f"{BASE}graphe/projet/18-T1", []) == [PROJECT]
    assert rests_on(f"{BASE}graphe/publication/18-T1", lines) == []
    after = store_of(document(), document("18-T2"), analysis("projet/18-T2"))
    first, second = derive_batch(after, [PROJECT, f"{BASE}projet/18-T2"]).values()
    assert not triples(first, oia("concerne").value) and triples(second, oia("concerne").value)


def test_a_project_that_is_gone_derives_to_nothing() -> None:
    assert derive_batch(store_of(document("18-T2")), [PROJECT]) == {f"{BASE}graphe/derive/projet/18-T1": []}


def test_deriving_twice_gives_the_same_lines_whatever_was_derived_between() -> None:
    store, other = store_of(document(objectif=["Esprit critique"]), analysis()), store_of(document("18-T2"))
    first = derive_batch(store, [PROJECT])
    derive_batch(other, [f"{BASE}projet/18-T2"])
    assert first == derive_batch(store, [PROJECT]) and first[f"{BASE}graphe/derive/projet/18-T1"]


def test_what_is_derived_is_canonical() -> None:
    odd = 'Esprit "critique" \\ des\nélèves\tet\u001f\U0001f600 de l\u2028IA'
    lines = derive_batch(
        store_of(document(objectif=[odd], typeIA=["generative"], niveau=["3e"]), analysis()), [PROJECT]
    )
    (quads,) = lines.values()
    assert any(odd in str(quad.object.value) for quad in quads if isinstance(quad.object, ox.Literal))
    assert set(canonical_quads(quads)) == set(quads)


def test_another_base_derives_the_same_under_its_own_names() -> None:
    other = "https://exemple.fr/observatoire/"
    lines = b"".join(str(quad).encode() + b" .\n" for quad in store_of(document(objectif=["Esprit critique"])))
    moved = ox.Store()
    moved.load(lines.replace(BASE.encode(), other.encode()), format=ox.RdfFormat.N_QUADS)
    (quads,) = derive_batch(moved, [f"{other}projet/18-T1"], other).values()
    expected = derived(store_of(document(objectif=["Esprit critique"])))
    plain = [quad for quad in quads if "#premisse-" not in str(quad)]
    assert {str(quad).replace(other, BASE) for quad in plain} == {
        str(q) for q in expected if "#premisse-" not in str(q)
    }
    assert len(quads) == len(expected)
    assert rules_digest(other) != rules_digest(BASE)
