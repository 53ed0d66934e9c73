"""The finding rules, one by one, on a few stated facts: what they conclude, from what, and when they cannot."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontologie import BASE, Iris, rule_files, vocabularies
from tests.ingestion.derivation.finding_cases import CASES, GENERATIVE, NO_ONE, PUPILS, SUPERVISED, TEACHER
from tests.ingestion.derivation.findings import (
    LEVELS,
    PROJECT,
    RDF,
    Found,
    Term,
    derive_batch,
    derived,
    document,
    findings,
    local,
    oia,
    store_of,
)

RULES = {rule.name: rule for rule in rule_files("constats")}


@pytest.fixture(scope="module")
def case_findings() -> list[dict[str, Found]]:
    """Return the findings of every case, drawn in one batch: no project sees another."""
    store = store_of(*(document(f"18-C{number}", **facts) for number, (_, facts, *_) in enumerate(CASES)))
    projects = [f"{BASE}projet/18-C{number}" for number in range(len(CASES))]
    graphs = derive_batch(store, projects, BASE).values()
    return [findings(quads, project) for project, quads in zip(projects, graphs, strict=True)]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: f"{CASES[number][0]} {CASES[number][1]}")
def test_a_rule_concludes_from_the_facts_of_the_fiche(number: int, case_findings: list[dict[str, Found]]) -> None:
    rule, _, verdict, missing = CASES[number]
    found = case_findings[number].get(f"constat-{rule}")
    assert (found.verdict if found else None) == verdict
    assert (found.missing if found else "") == missing


def test_each_rule_is_tried_both_where_it_speaks_and_where_it_is_silent() -> None:
    spoken = {f"constat-{rule}" for rule, _, verdict, _ in CASES if verdict}
    silent = {f"constat-{rule}" for rule, _, verdict, _ in CASES if verdict is None}
    assert spoken == silent == set(RULES)


def test_each_case_that_a_rule_can_meet_is_tried() -> None:
    for name, rule in RULES.items():
        written = {
            v for v in ("conforme", "contraire", "applicable", "a-examiner", "non-conclu") if f"/{v}>" in rule.text
        }
        tried = {verdict for case, _, verdict, _ in CASES if f"constat-{case}" == name and verdict}
        if name == "constat-cu-r17":
            # No tool of the bundled table is known not to be free software: see the test below.
            tried.add("non-conclu")
        assert tried == written, name


def test_a_tool_that_is_known_not_to_be_free_leaves_the_preference_open() -> None:
    store = ox.Store()
    graph = ox.NamedNode(Iris().vocabulary_graph("outils"))
    (rule,) = (rule for rule in rule_files("constats") if rule.name == "constat-cu-r17")
    store.add(ox.Quad(ox.NamedNode(PROJECT), oia("outil"), ox.NamedNode(f"{BASE}outil/x"), graph))
    closed = ox.Literal("false", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
    store.add(ox.Quad(ox.NamedNode(f"{BASE}outil/x"), oia("logicielLibre"), closed, graph))
    triples = store.query(rule.text, use_default_graph_as_union=True)
    assert isinstance(triples, ox.QueryTriples)
    assert {local(triple.object) for triple in triples if triple.predicate == oia("verdict")} == {"non-conclu"}


def test_a_finding_links_the_very_statements_it_rests_on() -> None:
    store = store_of(document(niveau="5e", typeIA=GENERATIVE, manipulateur=PUPILS, outil="chatgpt"))
    found = findings(derived(store))
    assert found["constat-cu-r04"].premises == {
        ("niveau", "022-num-020"),
        ("typeIA", GENERATIVE),
        ("manipulateur", PUPILS),
    }
    statements = [quad for quad in derived(store) if quad.predicate.value.startswith(RDF + "subject")]
    assert len(statements) == len({local(quad.subject) for quad in statements})
    assert ("typeIA", "agent-conversationnel") in found["constat-aia-50-1"].premises


def test_a_finding_says_its_rule_its_provision_its_confidence_and_that_a_person_must_look() -> None:
    found = findings(derived(store_of(document(niveau="5e", typeIA=GENERATIVE))))["constat-cu-r04"]
    assert found.said["applique"] == [ox.NamedNode(f"{BASE}regle/CU-R04")]
    assert [term.value for term in found.said["aRevoir"]] == ["true"]
    (confidence,) = found.said["confiance"]
    assert isinstance(confidence, ox.Literal) and confidence.datatype.value.endswith("#decimal")
    assert float(confidence.value) == 0
    messages = {term.language: term.value for term in found.said["comment"] if isinstance(term, ox.Literal)}
    assert messages == {
        "fr": "Ne peut être conclu : la fiche ne dit pas qui manipule l'outil.",
        "en": "Cannot be concluded: the fiche does not say who handles the tool.",
    }


@pytest.mark.parametrize(
    ("finalite", "rule", "risk", "applies"),
    [
        ("inferer-emotions", "constat-aia-5-1-f", "ProhibitedAISystem-A5-1-f", {date(2025, 2, 2)}),
        ("affecter-admettre", "constat-aia-iii-3-a", "HighRiskAISystem-AnnexIII-3-a", {date(2027, 12, 2)}),
        ("evaluer-acquis", "constat-aia-iii-3-b", "HighRiskAISystem-AnnexIII-3-b", {date(2027, 12, 2)}),
        ("orienter-niveau", "constat-aia-iii-3-c", "HighRiskAISystem-AnnexIII-3-c", {date(2027, 12, 2)}),
        ("surveiller-examen", "constat-aia-iii-3-d", "HighRiskAISystem-AnnexIII-3-d", {date(2027, 12, 2)}),
        ("dialoguer", "constat-aia-50-1", "RiskLevelTransparencyRequired", {date(2026, 8, 2)}),
        ("decouvrir-metiers", "constat-aia-minimal", "RiskLevelMinimal", {date(2027, 12, 2)}),
    ],
)
def test_a_class_of_the_ai_act_comes_with_the_date_its_current_text_states(
    finalite: str, rule: str, risk: str, applies: set[date]
) -> None:
    found = findings(derived(store_of(document(finalite=finalite))))[rule].said
    assert [term.value for term in found["classeRisque"]] == [f"https://w3id.org/dpv/legal/eu/aiact#{risk}"]
    assert {stated_day(term) for term in found["dateApplication"]} == applies


def test_marking_synthetic_content_has_two_dates_each_with_its_condition() -> None:
    found = findings(derived(store_of(document(typeIA="generation-image"))))["constat-aia-50-2"].said
    assert {stated_day(term) for term in found["dateApplication"]} == {date(2026, 8, 2), date(2026, 12, 2)}


def test_a_conclusive_finding_on_the_facts_of_a_project_ties_it_and_no_other_does() -> None:
    def principles(**facts: Any) -> set[str]:
        return {local(q.object) for q in derived(store_of(document(**facts))) if q.predicate == oia("concerne")}

    assert principles(niveau="5e", typeIA=GENERATIVE, manipulateur=PUPILS) == {"CU-C2"}
    assert principles(niveau="5e", typeIA=GENERATIVE) == set(), "cannot be concluded"
    assert principles(typeIA=GENERATIVE) == set(), "a duty of the provider"
    assert principles(finalite="surveiller-examen") == {"AIA-III-3-d"}
    assert principles(finalite="decouvrir-metiers") == set(), "the default class"
    assert principles(frugalite="Un essai par groupe") == {"CU-P3", "CU-V3"}


def test_each_rule_cites_on_its_card_what_its_findings_cite() -> None:
    for name, rule in RULES.items():
        assert f"oia:regle <regle/{name}> ; oia:applique <{'> , <'.join(rule.card['applique'])}> ;" in rule.text
        assert f'"#{name}"' in rule.text


def test_each_iri_that_a_rule_names_is_described_in_the_vocabularies() -> None:
    known = {line.partition(b"> ")[0][1:].decode() for vocabulary in vocabularies() for line in vocabulary.lines}
    for name, rule in RULES.items():
        body = rule.text.partition("CONSTRUCT")[2]
        named = {part.partition(">")[0] for part in body.split("<")[1:] if "<" not in part.partition(">")[0]}
        named = {iri if "://" in iri else BASE + iri for iri in named if " " not in iri}
        assert named <= known, (name, named - known)


facets = st.fixed_dictionaries(
    {},
    optional={
        "niveau": st.lists(st.sampled_from(sorted(LEVELS)), min_size=1, max_size=3, unique=True),
        "typeIA": st.lists(
            st.sampled_from(
                [
                    GENERATIVE,
                    "generation-image",
                    "adaptative",
                    "reconnaissance-emotions",
                    "frugale",
                    "autre",
                    "robotique",
                ]
            ),
            min_size=1,
            max_size=3,
            unique=True,
        ),
        "finalite": st.lists(
            st.sampled_from(
                [
                    "evaluer-acquis",
                    "s-entrainer",
                    "creer",
                    "debattre-enjeux",
                    "inferer-emotions",
                    "preparer",
                    "dialoguer",
                ]
            ),
            min_size=1,
            max_size=3,
            unique=True,
        ),
        "manipulateur": st.lists(
            st.sampled_from([PUPILS, TEACHER, NO_ONE, "enseignant-et-eleves", "non-precise"]),
            min_size=1,
            max_size=2,
            unique=True,
        ),
        "acces": st.lists(
            st.sampled_from(["gar", "local", "compte-eleve-grand-public", "non-precise"]),
            min_size=1,
            max_size=2,
            unique=True,
        ),
        "donneesPersonnelles": st.lists(
            st.sampled_from(["num-001", "num-003", "num-004"]), min_size=1, max_size=2, unique=True
        ),
        "outil": st.lists(
            st.sampled_from(["chatgpt", "craiyon", "scratch", "pix"]), min_size=1, max_size=3, unique=True
        ),
        "pointVigilance": st.sampled_from(["Sans compte élève", SUPERVISED, "Droits d'auteur", "Rien"]),
        "competenceCRCN": st.just("1.1"),
        "transparence": st.just("Dit aux élèves"),
        "frugalite": st.just("Un essai par groupe"),
        "delegueConsulte": st.sampled_from(["true", "false"]),
        "analyseImpact": st.sampled_from(["true", "false"]),
        "baseLegale": st.just("Mission d'intérêt public"),
        "responsableTraitement": st.just("Le chef d'établissement"),
        "date": st.sampled_from(["2024-05-01", "2026-05-01"]),
    },
)


@settings(max_examples=8, deadline=None)
@given(st.lists(facets, min_size=10, max_size=30))
def test_whatever_fiches_say_each_finding_is_one_and_whole(batch: list[dict[str, Any]]) -> None:
    store = store_of(*(document(f"18-H{number}", **facts) for number, facts in enumerate(batch)))
    projects = [f"{BASE}projet/18-H{number}" for number in range(len(batch))]
    tools = (line for one in vocabularies() if one.name in ("outils", "donnees-personnelles") for line in one.lines)
    known = {quad.triple for quad in (*store, *ox.parse(b"".join(tools), format=ox.RdfFormat.N_QUADS))}
    written = {(str(one.subject), str(one.predicate), str(one.object)) for one in known}
    for project, quads in zip(projects, derive_batch(store, projects, BASE).values(), strict=True):
        for name, found in findings(quads, project).items():
            said = found.said
            assert name in RULES
            assert [len(said[key]) for key in ("type", "regle", "verdict", "confiance", "aRevoir")] == [1] * 5
            assert sorted(str(term.language) for term in said["comment"] if isinstance(term, ox.Literal)) == [
                "en",
                "fr",
            ]
            assert found.premises
            assert bool(found.missing) == (found.verdict == "non-conclu")
        parts = {(str(quad.subject), local(quad.predicate)): str(quad.object) for quad in quads}
        premises = [str(quad.object) for quad in quads if quad.predicate == oia("premisse")]
        stated = [tuple(parts[one, part] for part in ("subject", "predicate", "object")) for one in premises]
        assert set(stated) <= written
        assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))
        assert not {quad.triple for quad in quads} & known


def test_a_fiche_derives_the_same_alone_and_among_others() -> None:
    documents = [document(f"18-C{number}", **facts) for number, (_, facts, *_) in enumerate(CASES[:20])]
    store = store_of(*documents)
    projects = [f"{BASE}projet/18-C{number}" for number in range(20)]
    together = derive_batch(store, projects, BASE)
    for project in projects[::7]:
        assert {graph: set(quads) for graph, quads in derive_batch(store, [project], BASE).items()}.items() <= {
            graph: set(quads) for graph, quads in together.items()
        }.items()


def stated_day(statement: Term) -> date:
    """Return the day that a statement of applicability gives."""
    (vocabulary,) = (one for one in vocabularies() if one.name == "applicabilite")
    (line,) = (
        line
        for line in vocabulary.lines
        if line.startswith(f"{statement} <{oia('appliqueAPartirDu').value}> ".encode())
    )
    return date.fromisoformat(line.split(b'"')[1].decode())
