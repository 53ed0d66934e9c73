"""The finding rules, one by one, on a few stated facts: what they conclude, from what, and when they cannot."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.derivation.rules import STEPS
from ontologie import BASE, read_table, rule_files, vocabularies
from ontologie.generation import generate
from ontologie.generation.law import dates
from tests.ingestion.derivation.findings import (
    LEVELS,
    PROJECT,
    RDF,
    derivation_over,
    derive_batch,
    derived,
    document,
    findings,
    local,
    oia,
    store_of,
)
from tests.ingestion.derivation.test_cases import CASES, facts

GENERATIVE, PUPILS = "modele-langue", "eleves"
IN_LAW = "2025-11-04"
"""A day on which the framework applies, and of the AI Act what applies since 2025."""
RULES = {row["id"]: row for row in read_table("donnees", "regles_constats.csv")}
OUTCOMES = read_table("donnees", "issues_constats.csv")
SPARQL = [rule for step in STEPS for rule in rule_files(step)]


def test_a_finding_links_the_very_statements_it_rests_on() -> None:
    facts = {"niveau": "5e", "typeIA": GENERATIVE, "manipulateur": PUPILS, "outil": "chatgpt", "date": IN_LAW}
    quads = derived(store_of(document(**facts)))
    found = findings(quads)
    tool = {("typeIA", name) for name in ("agent-conversationnel", "generation-image")}
    assert found["constat-cu-r04"].premises == {
        ("niveau", "022-num-020"), ("typeIA", GENERATIVE), ("manipulateur", PUPILS), ("date", IN_LAW), *tool,
    }  # fmt: skip
    statements = [quad for quad in quads if quad.predicate.value.startswith(RDF + "subject")]
    assert len(statements) == len({local(quad.subject) for quad in statements})


def test_what_holds_of_every_finding_and_every_premise_is_said_of_none() -> None:
    """That a person must look is what `oia:aRevoir` says of all findings; what `oia:premisse` leads to is a premise."""
    quads = derived(store_of(document(niveau="5e", typeIA=GENERATIVE, date=IN_LAW)))
    premises = {quad.object for quad in quads if quad.predicate == oia("premisse")}
    assert premises
    assert {local(quad.predicate) for quad in quads if quad.subject in premises} == {"subject", "predicate", "object"}
    assert not [quad for quad in quads if quad.predicate == oia("aRevoir")]


def test_a_finding_says_its_rule_its_provision_and_whom_it_binds() -> None:
    found = findings(derived(store_of(document(niveau="5e", typeIA=GENERATIVE, date=IN_LAW))))["constat-cu-r04"]
    assert found.said["applique"] == [ox.NamedNode(f"{BASE}regle/CU-R04")]
    assert found.said["debiteur"] == [ox.NamedNode(f"{BASE}concept/debiteur/enseignant")]
    # Its words and its confidence are said once, by the outcome that it names.
    assert found.said["issue"] == [ox.NamedNode(f"{BASE}regle/constat-cu-r04#manque-qui")]
    assert found.said.keys().isdisjoint({"comment", "confiance", "dateApplication"})


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_finding_cites_the_open_statement_that_the_tables_name(name: str) -> None:
    named = next(
        row
        for row in read_table("donnees", "corrections", "dates_des_regles.csv")
        if row["regle"] in (name, name.removeprefix("constat-").upper())
    )
    rows = read_table("donnees", "corrections", "application.csv")
    for property, case in (("dateePar", named["cas"]), ("dateeEnsuitePar", named["second_cas"])):
        expected = {
            row["applique_a_partir_du"]
            for row in rows
            if row["id"] == named["disposition_ou_regle"] and row["cas"] == case and not row["fin"]
        }
        assert {stated(term) for term in objects(f"{BASE}regle/{name}", property)} == expected
        assert len(expected) == (1 if case else 0)


@pytest.mark.long
def test_a_changed_date_changes_the_finding_without_touching_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"niveau": "5e", "typeIA": GENERATIVE, "manipulateur": PUPILS, "date": "2024-03-05"}
    store = store_of(document(**facts))
    assert findings(derived(store))["constat-cu-r04"].verdict == "anterieur-au-texte"
    earlier = [
        {**row, "applique_a_partir_du": "2023-09"} if row["id"] == "CU-R04" else row for row in dates.statements()
    ]
    monkeypatch.setattr(dates, "statements", lambda: tuple(earlier))
    made = generate()
    again = derivation_over(lambda path, lines: lines_of(made.get(path, "")) or lines)
    (quads,) = derive_batch(store, [PROJECT], derivation=again).values()
    assert findings(quads)["constat-cu-r04"].verdict == "contraire"


def test_a_conclusive_finding_on_the_facts_of_a_project_ties_it_and_no_other_does() -> None:
    def principles(day: str = IN_LAW, **facts: Any) -> set[str]:
        quads = derived(store_of(document(date=day, **facts)))
        return {local(q.object) for q in quads if q.predicate == oia("concerne")}

    assert principles(niveau="5e", typeIA=GENERATIVE, manipulateur=PUPILS) == {"CU-C2"}
    assert principles(niveau="5e", typeIA=GENERATIVE) == set(), "cannot be concluded"
    assert principles("2024-11-04", niveau="5e", typeIA=GENERATIVE, manipulateur=PUPILS) == set(), "before the text"
    assert principles("2027-01-04", typeIA=GENERATIVE) == set(), "a duty of the provider"
    assert principles("2028-01-04", finalite="surveiller-examen") == {"AIA-III-3-d"}
    assert principles("2028-01-04", finalite="decouvrir-metiers", typeIA="predictive") == set(), "the default class"
    assert principles(alternativeExaminee="false") == {"CU-P3", "CU-V3"}, "a deviation concludes"
    assert principles(niveau="cp", finalite="debattre-enjeux", manipulateur="personne") == {"CU-P5"}


def test_a_suspended_rule_publishes_no_finding_and_says_that_it_is() -> None:
    facts = {"niveau": "3e", "typeIA": GENERATIVE, "manipulateur": PUPILS, "acces": "compte-eleve-grand-public"}
    found = findings(derived(store_of(document(date=IN_LAW, **facts))))
    assert "constat-cu-r09" in found and "constat-cu-r31" not in found
    assert [name for name, row in RULES.items() if row["suspendue"] == "oui"] == ["constat-cu-r31"]
    (suspended,) = objects(f"{BASE}regle/constat-cu-r31", "suspendue")
    assert suspended == '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'


def test_each_outcome_of_the_table_is_met_by_a_case_that_its_rule_tells_apart() -> None:
    for row in OUTCOMES:
        if row["regle"] == "clause-date":
            assert f'"{row["cas"]}"' in next(rule.text for rule in SPARQL if rule.name == "date")
            continue
        if row["regle"] == "relecture":  # no rule concludes it, a person does
            continue
        folder, _, name = RULES[row["regle"]]["requete"].partition("/")
        text = next(rule.text for rule in rule_files(folder) if rule.name == name)
        assert f"<regle/{row['regle']}>" in text and f'"{row["cas"]}"' in text, row
    assert max(Counter((row["regle"], row["cas"]) for row in OUTCOMES).values()) == 1


def test_each_iri_that_a_rule_names_is_described_in_the_vocabularies() -> None:
    known = {line.partition(b"> ")[0][1:].decode() for vocabulary in vocabularies() for line in vocabulary.lines}
    known |= {f"{BASE}regle/clause-date"}
    for rule in SPARQL:
        body = rule.text.partition("CONSTRUCT")[2]
        named = {part.partition(">")[0] for part in body.split("<")[1:] if "<" not in part.partition(">")[0]}
        named = {iri if "://" in iri else BASE + iri for iri in named if " " not in iri}
        named = {iri for iri in named if not iri.startswith(f"{BASE}travail#")}
        assert named <= known, (rule.name, named - known)


def test_what_only_serves_the_steps_is_no_part_of_what_is_derived() -> None:
    quads = derived(store_of(document(niveau="5e", typeIA=GENERATIVE, manipulateur=PUPILS, date=IN_LAW)))
    assert not [quad for quad in quads if "travail#" in quad.predicate.value]


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
            st.sampled_from([PUPILS, "enseignant", "personne", "enseignant-et-eleves", "non-precise"]),
            min_size=1,
            max_size=2,
            unique=True,
        ),
        "donneesPersonnellesSaisies": st.sampled_from(["true", "false"]),
        "encadrement": st.sampled_from(["supervise", "cadre-ecrit", "sans-cadre", "non-precise"]),
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
        "pointVigilance": st.sampled_from(["Sans compte élève", "Supervision active de l'enseignant", "Droits d'auteur", "Rien"]),
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
            assert [len(said[key]) for key in ("type", "regle", "verdict", "issue")] == [1] * 4
            assert found.premises
            assert bool(found.missing) == (found.verdict == "non-conclu")
        parts = {(str(quad.subject), local(quad.predicate)): str(quad.object) for quad in quads}
        premises = [str(quad.object) for quad in quads if quad.predicate == oia("premisse")]
        stated = [tuple(parts[one, part] for part in ("subject", "predicate", "object")) for one in premises]
        assert set(stated) <= written
        assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))
        assert not {quad.triple for quad in quads} & known


def test_a_fiche_derives_the_same_alone_and_among_others() -> None:
    documents = [document(f"18-C{number}", **facts(row)) for number, row in enumerate(CASES[:100:5])]
    store = store_of(*documents)
    projects = [f"{BASE}projet/18-C{number}" for number in range(20)]
    together = derive_batch(store, projects, BASE)
    for project in projects[::7]:
        assert {graph: set(quads) for graph, quads in derive_batch(store, [project], BASE).items()}.items() <= {
            graph: set(quads) for graph, quads in together.items()
        }.items()


def objects(subject: str, property: str) -> list[str]:
    """Return the objects, in N-Triples, of a property of ours in the packaged vocabularies."""
    start = f"<{subject}> <{oia(property).value}> ".encode()
    return [
        line[len(start) :].rpartition(b" <")[0].decode()
        for vocabulary in vocabularies()
        for line in vocabulary.lines
        if line.startswith(start)
    ]


def stated(statement: str) -> str:
    """Return the date of application that a dated statement gives."""
    (found,) = objects(statement.strip("<>"), "appliqueAPartirDu")
    return found.split('"')[1]


def lines_of(turtle: str) -> bytes:
    """Return Turtle as lines of N-Quads."""
    quads = (ox.Quad(*quad.triple, ox.NamedNode(f"{BASE}x")) for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    return (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"") if turtle else b""
