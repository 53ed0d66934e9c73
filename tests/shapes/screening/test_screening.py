"""What the screen takes for sure is sure: patterns, well-typed forms, escapes, and whose document a node is."""

from __future__ import annotations

import re
from functools import cache

import duckdb
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.namespace import SH

from ontologie import BASE, serialize_lines
from shapes.gate import Gate, gate
from shapes.judging.judge import Judge
from shapes.rules.compiled import rules_of
from shapes.rules.sources import shapes_graph
from shapes.screening.columns import Columns, Facts, id_of, loadable
from shapes.screening.lexical import WELL_TYPED, OtherDialect, full_match, re2
from shapes.screening.screen import Screen
from tests.laws.lengths import examples
from tests.shapes.documents import real_documents, renamed

PATTERNS = sorted({str(pattern) for pattern in shapes_graph().objects(None, SH.pattern)})
pieces = st.sampled_from([
    "a", "b", "é", "0", "7", " ", "-", "@", ".", "\n", "x1", "élève", "Camille", "Durand", "2.3 ", "Partager et publier",
    "18-", "http://", "2025", "-02", "+33", "06", "12", "120890177KB", "1 85 05 78", "https://w3id.org/observatoire-ia/projet/",
])  # fmt: skip
texts = st.one_of(st.lists(pieces, max_size=8).map("".join), st.text(max_size=12))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_of_the_shapes_is_screened(pattern: str) -> None:
    re2(pattern)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(texts, min_size=20, max_size=20))
def test_a_translated_pattern_matches_what_python_matches(values: list[str]) -> None:
    kept = [value for value in values if "\0" not in value]
    for pattern in PATTERNS[:: max(1, len(PATTERNS) // 12)]:
        sql = "SELECT regexp_matches(v, ?) FROM (SELECT unnest(?::VARCHAR[]) AS v)"
        found = [row[0] for row in duckdb.execute(sql, [re2(pattern), kept]).fetchall()]
        assert found == [bool(re.search(pattern, value)) for value in kept], pattern


@pytest.mark.parametrize(
    "pattern", [r"\d", "a$b", "(a$|b)c", "(a$)*", "a(?=b)", r"(a)\1", "[[:alpha:]]", "a{2000}", "a*+", "(", "[a"]
)
def test_a_pattern_that_the_engines_may_read_otherwise_is_left_to_pyshacl(pattern: str) -> None:
    with pytest.raises(OtherDialect):
        re2(pattern)


numbers = st.from_regex(r"[+-]?[0-9]{1,19}([.][0-9]{0,3})?", fullmatch=True)
dates = st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?", fullmatch=True)
forms = st.one_of(
    texts,
    numbers,
    dates,
    st.sampled_from(["true", "0", "2024-02-29", "2025-02-29", "2025-12-31", "0000-01-01", "24:00:00"]),
)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(forms, min_size=10, max_size=10), st.sampled_from(sorted(WELL_TYPED)))
@example(["2025-02-28", "2025-02-29", "2025-04-31", "2025-04-30"], str(rdflib.XSD.date))
def test_a_form_held_to_be_well_typed_is_well_typed_for_pyshacl(values: list[str], datatype: str) -> None:
    kept = [value for value in values if "\0" not in value]
    sql = f"SELECT v FROM (SELECT unnest(?::VARCHAR[]) AS v) WHERE {full_match('v', WELL_TYPED[datatype])}"
    sure = [row[0] for row in duckdb.execute(sql, [kept]).fetchall()]
    shape, focus, path = (rdflib.URIRef("https://exemple.fr/" + name) for name in ("forme", "x", "p"))
    rule = rdflib.Graph()
    rule.add((shape, rdflib.RDF.type, SH.PropertyShape))
    rule.add((shape, SH.targetNode, focus))
    rule.add((shape, SH.path, path))
    rule.add((shape, SH.datatype, rdflib.URIRef(datatype)))
    terms = [
        ox.Literal(value, language="fr")
        if datatype.endswith("langString")
        else ox.Literal(value, datatype=ox.NamedNode(datatype))
        for value in sure
    ]
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(str(focus)), ox.NamedNode(str(path)), term) for term in terms)
    # A Store writes xsd:int and its like as xsd:integer; batches hold terms as a Store gives them back.
    data = [quad for quad in store if quad.object.datatype.value == datatype]
    judge = Judge(rules_of(rule))
    assert judge.judge(data, judge.focus_nodes(data)) == []


@cache
def _columns(predicate: str) -> Columns:
    return Columns(Facts([predicate]))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=6))
@example(['C:\\new\\temp "x"\\\\n', "\u2028\u0085", "a\tb\rc\nd\f\b", "<< x >>", "🤦🏼‍♂️"])
def test_the_columns_of_a_term_are_what_was_written(values: list[str]) -> None:
    subject, predicate = ox.NamedNode("https://exemple.fr/s"), ox.NamedNode("https://exemple.fr/p")
    graph = ox.NamedNode("https://exemple.fr/g")
    quads = [ox.Quad(subject, predicate, ox.Literal(value, language="fr"), graph) for value in values]
    quads = [quad for quad in quads if loadable(b"".join(serialize_lines([quad])))]
    columns = _columns(predicate.value)
    columns.load(serialize_lines(quads))
    found = columns.rows("SELECT lexical, datatype, language FROM terms WHERE kind = 'literal'")
    lang = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    assert {tuple(row) for row in found} == {(quad.object.value, lang, "fr") for quad in quads}


def test_a_term_has_one_id_in_facts_and_batches() -> None:
    fact = b'<https://exemple.fr/s> <https://exemple.fr/p> "x" .\n'
    with Columns(Facts(["https://exemple.fr/p"], [fact])) as columns:
        columns.load([fact])
        (row,) = columns.rows("SELECT t.id, f.id FROM terms t JOIN fterms f USING (text) WHERE t.text = '\"x\"'")
    assert row[0] == row[1] == id_of('"x"')


@pytest.mark.parametrize("place", ["projet/", "graphe/projet/"])
def test_numbered_names_have_an_id_each(place: str) -> None:
    """Two digits eight characters apart: the engine's own hash gives a third of such names the id of another."""
    names = (f"{BASE}{place}{'p' * pad}{a}-G{n:07}" for pad in range(8) for a in range(10, 60) for n in range(500))
    with Columns(Facts(["https://exemple.fr/p"])) as columns:
        columns.load(f'<{name}> <https://exemple.fr/p> "x" .\n'.encode() for name in names)
        assert columns.rows("SELECT count(DISTINCT s) FROM triples") == [(8 * 50 * 500,)]


@pytest.mark.long
def test_a_judge_finds_the_same_after_its_store_was_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    documents = dict(renamed(quads, 0) for quads in real_documents()[:20])
    before = gate.validate_batch(documents)
    monkeypatch.setattr("shapes.judging.judge.RENEWED", 1)
    store = gate.judge._store
    assert [gate.validate_batch(documents) for _ in range(2)] == [before, before]
    assert gate.validate(next(iter(documents.values()))) == before[next(iter(documents))]
    assert any(report.results for report in before.values())
    assert gate.judge._store is not store and set(gate.judge._store) == set(store)


def test_a_pattern_that_sql_cannot_read_falls_back_to_pyshacl() -> None:
    rule = rdflib.Graph().parse(
        data="""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://exemple.fr/> .
            e:f a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:property e:g .
            e:g sh:path e:p ; sh:pattern "^(\\\\d)\\\\1$" .""",
        format="turtle",
    )
    judge = Judge(rules_of(rule))
    screen = Screen(judge.units)
    data = (
        b'<https://exemple.fr/a> <https://exemple.fr/p> "11" .\n<https://exemple.fr/b> <https://exemple.fr/p> "12" .\n'
    )
    quads = list(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    flagged = screen.screen([data])
    screen.close()
    assert [group.reason for group in screen.groups] == ["a pattern that RE2 reads otherwise"]
    assert {r.focus for r in judge.judge(quads, flagged.focus_nodes)} == {"https://exemple.fr/b"}


def document(number: int, *more: str) -> tuple[str, bytes]:
    name = f"{BASE}projet/n-{number}"
    graph = f"{BASE}graphe/projet/n-{number}"
    lines = [f"<{name}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}ontologie#Projet> <{graph}> .", *more]
    return name, "".join(line + "\n" for line in lines).encode()


def test_a_document_of_a_batch_changes_nothing_of_another() -> None:
    name, lines = document(1)
    other, intruder = document(2, f'<{name}> <http://purl.org/dc/terms/title> "Volé"@fr <{BASE}graphe/projet/n-2> .')
    reports = gate().validate_batch({name: lines, other: intruder})
    assert {r.key for r in reports[name].results} == {r.key for r in gate().validate(lines).results}
    assert {r.key for r in reports[other].results} == {r.key for r in gate().validate(intruder).results}


def test_a_deprecated_concept_is_warned_about() -> None:
    concept = f"{BASE}concept/type-ia/generative"
    fact = ox.Quad(
        ox.NamedNode(concept),
        ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated"),
        ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")),
    )
    judge = Judge(rules_of(shapes_graph()), [fact])
    _, lines = document(3, f"<{BASE}projet/n-3> <{BASE}ontologie#typeIA> <{concept}> <{BASE}graphe/projet/n-3> .")
    quads = list(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
    found = {r.shape.partition("#")[2]: r.severity for r in judge.judge(quads, judge.focus_nodes(quads))}
    assert found["EnVigueur-typeIA"] == "warning"


def test_a_gate_is_made_for_each_base() -> None:
    assert isinstance(gate(), Gate)
    assert gate() is gate()


def test_batches_are_judged_as_one_by_one_and_come_in_their_order() -> None:
    documents = dict(renamed(quads, number) for number, quads in enumerate(real_documents()[:9]))
    names = list(documents)
    documents[names[4]] = b"".join(
        line for line in documents[names[4]].splitlines(True) if b"/terms/title>" not in line
    )
    batches = [{name: documents[name] for name in names[start : start + 2]} for start in range(0, 9, 2)]
    found = list(gate().validate_batches(batches))
    assert [list(reports) for reports in found] == [list(batch) for batch in batches]
    together = gate().validate_batch(documents)
    for reports in found:
        for name, report in reports.items():
            assert [result.key for result in report.results] == [result.key for result in together[name].results]
    assert found[2][names[4]].refused


def test_subclasses_that_a_batch_states_count_for_it_and_not_for_the_next() -> None:
    below = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    rule = rdflib.Graph().parse(
        data="""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://exemple.fr/> .
            e:f a sh:NodeShape ; sh:targetClass e:C ; sh:property e:g . e:g sh:path e:p ; sh:minCount 1 .""",
        format="turtle",
    )
    judge = Judge(rules_of(rule))
    screen = Screen(judge.units)
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    data = f"<https://exemple.fr/a> {kind} <https://exemple.fr/E> .\n"
    classes = [f"<https://exemple.fr/{one}> {below} <https://exemple.fr/{two}> .\n" for one, two in ("DC", "ED", "DE")]
    flagged = [screen.screen([text.encode()]).focus_nodes for text in (data + "".join(classes), data)]
    screen.close()
    assert [sum(map(len, nodes.values())) for nodes in flagged] == [1, 0]


def test_a_document_is_cut_into_statements_or_left_to_be_judged_alone() -> None:
    name, lines = document(
        5, f'<{BASE}projet/n-5> <http://purl.org/dc/terms/title> "A <b> ."@fr <{BASE}graphe/projet/n-5> .'
    )
    judge = gate()
    statements = judge.statements(name, lines)
    assert statements is not None and statements.count(b"\n") == 2 and b"graphe/projet" not in statements
    elsewhere = f'<{name}> <http://purl.org/dc/terms/title> "B" <{BASE}graphe/projet/n-6> .\n'.encode()
    for more in (elsewhere, b"<https://exemple.fr/x> <https://exemple.fr/p> <https://exemple.fr/o> .\n"):
        assert judge.statements(name, more + lines) is None and judge.statements(name, lines + more) is None
    assert judge.statements(name, b"") is None
