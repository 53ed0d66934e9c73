"""Rules run as rows and templates say what their CONSTRUCT says, as pyoxigraph runs it: the same graphs."""

from __future__ import annotations

import hashlib

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.derivation.looks import by_predicate, look_of, looked_at, predicate
from ingestion.derivation.rules import STEPS, Derivation, our_lines
from ingestion.derivation.templates import all_lines, conclude, template_of
from ontologie import PREFIXES, RuleFile, rule_files
from tests.ingestion.derivation.findings import derive_batch, document, store_of
from tests.ingestion.derivation.test_cases import CASES, facts

RDF = PREFIXES["rdf"]
X = "https://exemple.fr/"
RULES = [(step, rule) for step in (*STEPS, "inferences") for rule in rule_files(step)]


def constructed(store: ox.Store, text: str) -> set[bytes]:
    """Return what a CONSTRUCT gives as N-Triples, each premise named by its statement, below its finding's document."""
    triples = store.query(text, use_default_graph_as_union=True)
    assert isinstance(triples, ox.QueryTriples)
    plain, nodes, links = set(), dict[ox.BlankNode, dict[str, ox.Triple]](), []
    for one in triples:
        if isinstance(one.subject, ox.BlankNode):
            nodes.setdefault(one.subject, {})[one.predicate.value] = one
        elif isinstance(one.object, ox.BlankNode):
            links.append(one)
        else:
            plain.add(one)
    for link in links:
        assert isinstance(link.object, ox.BlankNode) and isinstance(link.subject, ox.NamedNode)
        said = nodes[link.object]
        parts = [said.get(RDF + part) for part in ("subject", "predicate", "object")]
        if None in parts:
            continue
        statement = " ".join(str(part.object) for part in parts if part)
        digest = hashlib.sha256(statement.encode()).hexdigest()[:12]
        node = ox.NamedNode(f"{link.subject.value.partition('#')[0]}#premisse-{digest}")
        plain.add(ox.Triple(link.subject, link.predicate, node))
        plain |= {ox.Triple(node, one.predicate, one.object) for one in said.values()}
    written = bytes(ox.serialize(plain, format=ox.RdfFormat.N_TRIPLES) or b"")
    return {line + b"\n" for line in written.split(b"\n") if line}


@pytest.fixture(scope="module")
def world() -> ox.Store:
    """Return the vocabularies, every case of the tables of findings, and what is derived of each, workings included."""
    identifiers = [f"18-C{rank}" for rank in range(len(CASES))]
    store = store_of(*(document(name, **facts(case)) for name, case in zip(identifiers, CASES, strict=True)))
    projects = [f"https://w3id.org/observatoire-ia/projet/{name}" for name in identifiers]
    workings: dict[str, list[bytes]] = {}
    for quads in derive_batch(store, projects, workings=workings).values():
        store.extend(quads)
    load = (*our_lines(), *(line for lines in workings.values() for line in lines))
    store.load(b"".join(load), format=ox.RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize(("step", "rule"), RULES, ids=[f"{step}/{rule.name}" for step, rule in RULES])
def test_a_rule_says_what_its_construct_says(step: str, rule: RuleFile, world: ox.Store) -> None:
    assert all_lines(conclude(world, rule)) == constructed(world, rule.text)


def test_the_world_makes_most_rules_speak(world: ox.Store) -> None:
    silent = [f"{step}/{rule.name}" for step, rule in RULES if not conclude(world, rule)]
    assert set(silent) <= {"concerne/appreciation", "projets/est-evalue-par"}


literals = st.one_of(
    st.text(max_size=8).map(ox.Literal),
    st.text(max_size=8).map(lambda text: ox.Literal(text, language="fr")),
    st.integers(-(2**62), 2**62).map(ox.Literal),
    st.floats(allow_nan=False).map(ox.Literal),
    st.booleans().map(ox.Literal),
    st.sampled_from(["1.50", "-0.0", "+7.", ".5", "x"]).map(
        lambda text: ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))
    ),
    st.sampled_from(["2025-01", "2025"]).map(
        lambda text: ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + "gYearMonth"))
    ),
)
TEMPLATE = f"""PREFIX rdf: <{RDF}>
CONSTRUCT {{
  ?s ?p ?o ; a <{X}C> , <{X}D> ; <{X}sait> true .
  ?s <{X}lien> [ a <{X}P> ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ]
}}
WHERE {{ ?s ?p ?x . OPTIONAL {{ ?s <{X}q> ?o }} }}
"""


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([f"{X}a", f"{X}a#1", f"{X}b"]),
            st.sampled_from([f"{X}p", f"{X}q"]),
            st.one_of(literals, st.just(ox.NamedNode(f"{X}a"))),
        ),
        max_size=6,
    )
)
def test_whatever_the_terms_rows_and_construct_agree(quads: list[tuple[str, str, ox.Literal | ox.NamedNode]]) -> None:
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in quads)
    assert all_lines(conclude(store, RuleFile("essai", TEMPLATE, {}))) == constructed(store, TEMPLATE)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p ?o }",
        "CONSTRUCT { ?s <p:p> [ <p:q> ?o ] } WHERE { ?s <p:r> ?o }",
        "CONSTRUCT { ?s inconnu:p ?o } WHERE { ?s <p:r> ?o }",
        "CONSTRUCT { ?s <p:p> ?o , } WHERE { ?s <p:r> ?o }",
    ],
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="essai"):
        template_of("essai", text)


class Everything(frozenset[bytes]):
    """Holds whatever is asked for."""

    def __contains__(self, _: object) -> bool:
        return True


def test_what_no_rule_looks_at_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivation that loads everything derives the same as one that loads what is looked at."""
    lines = our_lines()
    everything = frozenset(predicate(line) for line in lines)
    seen = looked_at([rule for step in STEPS for rule in rule_files(step)], by_predicate(lines))
    assert len(seen & everything) < len(everything) / 2
    store = store_of(*(document(f"18-C{rank}", **facts(case)) for rank, case in enumerate(CASES[::5])))
    projects = [f"https://w3id.org/observatoire-ia/projet/18-C{rank}" for rank in range(len(CASES[::5]))]
    own = Derivation()
    monkeypatch.setattr("ingestion.derivation.rules.looked_at", lambda rules, lines: Everything())
    assert derive_batch(store, projects, derivation=Derivation()) == derive_batch(store, projects, derivation=own)


def test_a_predicate_that_is_a_variable_comes_from_somewhere() -> None:
    ahead = "CONSTRUCT { ?s ?p ?o } WHERE { ?r <x:lue> ?p . ?s ?p ?o }"
    behind = "CONSTRUCT { ?s ?c ?o } WHERE { VALUES ?c { <x:c> } ?p <x:sous>+ ?c . ?s a <x:C> ; ?p ?o }"
    lines = [b"<x:r> <x:lue> <x:un> <x:g> .\n", b"<x:b> <x:sous> <x:a> <x:g> .\n", b"<x:a> <x:sous> <x:c> <x:g> .\n"]
    lines += [b"<x:z> <x:sous> <x:y> <x:g> .\n"]
    assert {b"<x:lue>", b"<x:un>"} <= looked_at([RuleFile("a", ahead, {})], by_predicate(lines))
    found = looked_at([RuleFile("b", behind, {})], by_predicate(lines))
    assert {b"<x:sous>", b"<x:a>", b"<x:b>", b"<x:c>", b"<x:C>"} <= found and b"<x:z>" not in found
    with pytest.raises(ValueError, match="any predicate"):
        look_of("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
