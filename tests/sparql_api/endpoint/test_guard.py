"""No spelling of SERVICE passes the guard unseen. The oracle is the store's own parser, in this process.

A query whose SERVICE the store would call raises here: port 1 is one its HTTP client refuses to open.
"""

from __future__ import annotations

import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ontologie import PREFIXES
from queries import tokenize
from sparql_api.query.guard import allowed, inspect
from sparql_api.query.stores import SingleStore
from tests import patient
from tests.laws.lengths import examples
from tests.sparql_api.endpoint.live import Live, Trap, endpoint

NOWHERE = "<http://127.0.0.1:1/>"
STORE = ox.Store()
STORE.load(b"<urn:a> <urn:p> true .", ox.RdfFormat.TURTLE)

SPELLINGS = [
    "SELECT * { SERVICE %s {?s ?p ?o} }",
    "SELECT * { service%s{?s ?p ?o} }",
    "SELECT * { SeRvIcE SILENT %s {?s ?p ?o} }",
    "SELECT * { SERVICESILENT%s{?s ?p ?o} }",
    "SELECT * { ?s ?p ?o SERVICE # comment }\n %s {?s ?p ?o} }",
    "SELECT * { ?s ?p trueSERVICE%s{?s ?p ?o} }",
    "SELECT * { ?s ?p 1SERVICE%s{?s ?p ?o} }",
    "PREFIX : %s SELECT * { SERVICE:{?s ?p ?o} }",
    "PREFIX : %s PREFIX service: <http://a/> SELECT * { SERVICE:{?s ?p ?o} }",
    "PREFIX a: %s SELECT * { SERVICE a: {?s ?p ?o} }",
    "PREFIX:%s SELECT * { SERVICE : {?s ?p ?o} }",
    "BASE %s SELECT * { SERVICE <> {?s ?p ?o} }",
    "SELECT * { ?s ?p ?o FILTER(1<2)SERVICE#c>\n%s{?s ?p ?o} }",
    "SELECT * { ?s ?p ?o FILTER(?o<'>') SERVICE %s {?s ?p 'x'} }",
    "SELECT * { ?s ?p ?o FILTER(?o<<b#c>)SERVICE %s {?s ?p ?o} }",
    "SELECT * { ?s ?p ?o FILTER xsd:boolean(?o<'>') SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o(?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } ORDER BY ?o(?o<<urn:b#c>) } SERVICE %s {?s ?p ?o} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } ORDERBY ?o(?o<<urn:b#c>) } SERVICE %s {?s ?p ?o} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o HAVING (1) (?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o HAVING (EXISTS { ?a ?b ?c }) (?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } ORDER BY ?o xsd:boolean(?o<<urn:b#c>) } SERVICE %s {?s ?p ?o} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o xsd:boolean(?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o(?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } ORDER BY ?o(?o<<urn:b#c>) } SERVICE %s {?s ?p ?o} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } ORDERBY ?o(?o<<urn:b#c>) } SERVICE %s {?s ?p ?o} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o HAVING (1) (?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } GROUP BY ?o HAVING (EXISTS { ?a ?b ?c }) (?o<<urn:b'c>) } SERVICE %s {?s ?p 'x'} }",
    "SELECT * { { SELECT ?o { ?s ?p ?o } ORDER BY ?o xsd:boolean(?o<'>') } SERVICE %s {?s ?p 'x'} }",
    'SELECT * { VALUES ?x { """a" } SERVICE %s {?s ?p ?o} }',
    "SELECT * { VALUES ?x { true }SERVICE%s{?s ?p ?o} }",
    "SELECT * { BIND(%s AS ?x) SERVICE ?x {?s ?p ?o} }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE %s {?s ?p ?o} } }",
    "SELECT * { { SELECT * { OPTIONAL { SERVICE %s {?s ?p ?o} } } } }",
    "SELECT * { { ?s ?p ?o } UNION { SERVICE SILENT %s {?s ?p ?o} } }",
    "SELECT * { GRAPH ?g { SERVICE %s {?s ?p ?o} } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE %s {?s ?p ?o} }",
    "ASK { MINUS { SERVICE %s {?s ?p ?o} } }",
    "DESCRIBE ?s { SERVICE %s {?s ?p ?o} }",
    "SELECT * { \\u0053ERVICE %s {?s ?p ?o} }",
    "SELECT * { SERVIC\\U00000045 %s {?s ?p ?o} }",
]
INNOCENT = [
    'SELECT * { ?s ?p "SERVICE <http://x> {}" }',
    "SELECT * { ?service ?p ?o } # SERVICE <http://x> {}",
    "SELECT * { ?s <http://x/service#about> ?o }",
    "PREFIX service: <http://x/> SELECT * { ?s service:a ?o ; a service:b }",
    "PREFIX service: <http://x/> SELECT * { GRAPH service:g { ?s ?p ?o } }",
    "SELECT * { VALUES (?a ?b) { (<http://a#b> <http://c#d>) } FILTER(CONTAINS(?t, 'service public')) }",
    "SELECT ?s { ?s ?p ?o FILTER(?o<3 && ?o>1) ; }",
    "SELECT * { ?s ex:webservice ?o }",
    "SELECT * { ?s ?p '''\nSERVICE <x> {}\n''' }",
]


def refused(text: str, *entries: str) -> bool:
    found = inspect(text, PREFIXES, "http://base.example/")
    addresses = [call.address for call in found.calls]
    return found.refused or not all(a is not None and allowed(a, entries) for a in addresses)


def would_call(text: str) -> bool:
    """Tell whether the store evaluates this text and calls a service for it."""
    try:
        results = STORE.query(text, prefixes=dict(PREFIXES), base_iri="http://base.example/")
        if not isinstance(results, ox.QueryBoolean):
            next(iter(results), None)
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError) as error:
        return "service" in str(error).lower() or "port 1" in str(error) or "http" in str(error).lower()
    return False


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_of_service_is_refused(spelling: str) -> None:
    assert refused(spelling.replace("%s", NOWHERE))


@pytest.mark.parametrize("text", INNOCENT)
def test_the_word_alone_is_no_call(text: str) -> None:
    assert not refused(text)


GLUE = st.sampled_from(["", " ", "\n", "#c>\n", "\t", " # ' \n", "."])
BEFORE = st.sampled_from(
    ["", "true", "1", "'a'", "?o", "<urn:x>", "a:b", "FILTER(1<2)", "FILTER(?o<'>')", "BIND(1 AS ?z)", "}{",
     "VALUES ?x {1}", "FILTER xsd:boolean(1<'#')", "OPTIONAL{}", "FILTER(?o<<urn:b#'>)", '"""a"', "?s ?p ?o"]
)  # fmt: skip
KEYWORD = st.sampled_from(["SERVICE", "service", "SERVICESILENT", "SERVICE SILENT", "sErViCe", "SERVICE#\n", "GRAPH"])
TARGET = st.sampled_from([NOWHERE, ":", "a:", "?x", "<>", "<\\u0068ttp://127.0.0.1:1/>"])
AFTER = st.sampled_from(["{?s ?p ?o}", "{?s ?p 'x'}", "{}", "{?s ?p '}'}"])
PROLOGUE = st.sampled_from(
    ["", f"PREFIX : {NOWHERE}", f"PREFIX a: {NOWHERE} PREFIX service: <urn:>", f"BASE {NOWHERE}"]
)


@given(PROLOGUE, st.lists(st.one_of(BEFORE, GLUE), max_size=4), KEYWORD, GLUE, TARGET, GLUE, AFTER)
@settings(max_examples=examples(600), deadline=None)
@example("", ["?s ?p ?o", " ", "FILTER(1<2)"], "SERVICE#\n", "", NOWHERE, "", "{}")
def test_whatever_the_store_would_call_is_refused(
    prologue: str, before: list[str], keyword: str, glue: str, target: str, glue2: str, after: str
) -> None:
    text = f"{prologue} SELECT * {{ {''.join(before)}{keyword}{glue}{target}{glue2}{after} }}"
    if would_call(text):
        assert refused(text), text


@given(st.text(alphabet=st.sampled_from(list("SERVICEservice<>{}()?:.#'\"\\u0 \n@_-^|&=!1aé"))))
@settings(max_examples=examples(500), deadline=None)
def test_any_text_is_read_without_failing_and_nothing_of_it_is_lost(text: str) -> None:
    tokens = list(tokenize(text, trivia=True))
    assert "".join(token.text for token in tokens) == text
    for token in tokens:
        line_start = text.rfind("\n", 0, token.start) + 1
        assert token.line == text.count("\n", 0, token.start) + 1
        assert token.column == token.start - line_start + 1
    inspect(text, PREFIXES)


@pytest.mark.parametrize(
    "unit", ['"', "'''", '\\"', "<", "a.", ".", "?", "\\", "a:", '""a', "1", "@a-", "%41", "((", "<a#", "SERVICE", "x{"]
)
def test_reading_takes_time_in_proportion_to_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = "SELECT * { service " + unit * (length // len(unit))
        started = time.process_time()
        inspect(text, PREFIXES)
        return time.process_time() - started

    # Sixteen times the text: 16 times the time where it is linear, 256 where it is quadratic. The best of several
    # runs, since a busy machine slows any one of them.
    assert min(seconds(64_000) for _ in range(3)) < 160 * max(min(seconds(4_000) for _ in range(3)), 0.005)


@pytest.mark.parametrize(
    ("address", "entry", "expected"),
    [
        ("https://ok.example/sparql", "https://ok.example", True),
        ("https://ok.example/sparql", "https://ok.example/sparql", True),
        ("https://ok.example/sparql/", "https://ok.example/sparql", True),
        ("https://ok.example:443/sparql", "https://ok.example/", True),
        ("https://OK.example/sparql", "https://ok.example/", True),
        ("https://ok.example/sparql2", "https://ok.example/sparql", False),
        ("https://ok.example.evil.org/", "https://ok.example", False),
        ("https://ok.example@evil.org/", "https://ok.example", False),
        ("https://evil.org/https://ok.example/", "https://ok.example", False),
        ("https://evil.org#https://ok.example", "https://ok.example", False),
        ("http://ok.example/sparql", "https://ok.example/sparql", False),
        ("https://ok.example:8443/", "https://ok.example", False),
        ("https://ok.example/sparql/../admin", "https://ok.example/sparql", False),
        ("https://ok.example/sparql/%2e%2e/admin", "https://ok.example/sparql", False),
        ("https://ok.example\\@evil.org/", "https://ok.example", False),
        ("file:///etc/passwd", "https://ok.example", False),
        ("https://[::1]/", "https://ok.example", False),
        ("https://ok.example:x/", "https://ok.example", False),
    ],
)
def test_the_list_matches_by_origin_and_path_segment(address: str, entry: str, expected: bool) -> None:
    assert allowed(address, [entry]) is expected


@pytest.mark.parametrize(
    ("text", "entries", "expected"),
    [
        ("SELECT * { SERVICE <https://ok.example/s> {} }", ["https://ok.example"], False),
        ("PREFIX o: <https://ok.example/> SELECT * { SERVICE o:s {} }", ["https://ok.example"], False),
        ("SELECT * { SERVICE <https://ok.example/s> {} SERVICE <http://x/> {} }", ["https://ok.example"], True),
        ("SELECT * { SERVICE ?x {} }", ["https://ok.example"], True),
        ("PREFIX o: <https://ok.example/> PREFIX:<http://x/> SELECT * { SERVICE : {} }", ["https://ok.example"], True),
    ],
)
def test_only_addresses_written_out_and_listed_pass(text: str, entries: list[str], expected: bool) -> None:
    assert refused(text, *entries) is expected


@pytest.mark.parametrize("word", ["INSERT DATA {}", "DELETE WHERE {}", "LOAD <x>", "CLEAR ALL", "WITH <g> DELETE {}"])
def test_an_update_is_known_by_its_first_keyword(word: str) -> None:
    assert inspect(f"PREFIX a: <urn:a> # INSERT\n{word}", PREFIXES).update


def test_a_dataset_clause_is_seen_in_each_spelling() -> None:
    for text in ("SELECT * FROM <g> {}", "SELECT*FROM<g>{}", "CONSTRUCT {?s ?p ?o} from named <g> WHERE {}",
                 "PREFIX : <urn:> SELECT * FROM:g {}", "ASK FROM <g> {}", "DESCRIBE <x> FROM <g>"):  # fmt: skip
        assert inspect(text, PREFIXES).names_dataset, text
    for text in ("SELECT ?from { ?from ?p 'FROM' } # FROM <g>", "PREFIX from: <urn:> DESCRIBE from:x",
                 "SELECT (from:f(1) AS ?x) {}"):  # fmt: skip
        assert not inspect(text, PREFIXES).names_dataset, text


@pytest.fixture(scope="module")
def guarded(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Live:
    with endpoint(SingleStore(store), tmp_path_factory.mktemp("var")) as running:
        yield running


def test_the_network_stays_untouched_whatever_is_asked(guarded: Live) -> None:
    trap = Trap()
    address = f"<{trap.url}>"
    with patient.Client() as client:
        for spelling in SPELLINGS:
            answer = client.post(guarded.url, data={"query": spelling.replace("%s", address)})
            assert answer.status_code in (400, 403), spelling
    trap.close()
    assert trap.visits == 0
