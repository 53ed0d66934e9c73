"""The W3C SPARQL 1.1 query suites through the HTTP endpoint: each test's data is a store of its own.

The stores are served as numbered editions, with the union default graph off, as they are. The table of
passes is written to `sparql11.md` beside this file by the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from sparql_api.engine.workers.gateway import Reach, ServiceAnswer, ServiceCall, ServiceRefused
from sparql_api.query.errors import EditionNotFound, NoEdition
from sparql_api.query.stores import StoreRef
from sparql_api.words.problems import problem
from tests import patient
from tests.conformance.comparison import expected_media_type, same
from tests.conformance.suites import BASE, Case, query_cases, suites_folder
from tests.sparql_api.endpoint.live import Live, endpoint

FOLDERS = (
    "aggregates", "bind", "bindings", "cast", "construct", "csv-tsv-res", "exists", "functions", "grouping",
    "json-res", "negation", "project-expression", "property-path", "subquery", "syntax-query", "syntax-fed",
    "service",
)  # fmt: skip
TABLE = Path(__file__).with_name("sparql11.md")
VALUES_STORE = "Oxigraph stores values, not lexical forms: "
ABSENT = "Oxigraph: a path of length zero from a constant matches only where the constant is in the data."
EXPLAINED = {
    "aggregates/agg-empty-group-count-graph": "Oxigraph: GRAPH ?g over a subquery without ?g is evaluated once.",
    "aggregates/agg-groupconcat-04": "Oxigraph keeps the language all values share; none is expected.",
    "aggregates/agg-groupconcat-06": "As agg-groupconcat-04.",
    "bindings/graph": "Oxigraph: VALUES inside GRAPH ?g does not bind ?g.",
    "csv-tsv-res/csv03": VALUES_STORE + "1.0e6 comes back as 1000000.",
    "csv-tsv-res/tsv03": VALUES_STORE + "-3 of xsd:negativeInteger comes back as xsd:integer.",
    "functions/bnode01": "Oxigraph: BNODE(text) gives one node a text for all solutions, not one a solution.",
    "negation/graph-minus": "Oxigraph: GRAPH ?g makes ?g shared by the two sides of MINUS inside of it.",
    "property-path/zero_or_more_set_end": ABSENT,
    "property-path/zero_or_more_set_start": ABSENT,
    "property-path/zero_or_one_set_end": ABSENT,
    "property-path/zero_or_one_set_start": ABSENT,
    "service/service3": "One call holds another, which the first service makes; the one played here makes none.",
    "service/service5": "A variable names the service; here only addresses written out are called.",
}
"""Tests that differ, and why: the store's own reading, and what the guard keeps."""
OUTSIDE = {
    "SELECT (GROUP_CONCAT(?p; separator=' ') AS ?x) { { SELECT ?p { ?p a <urn:T> } ORDER BY ?p } }": (
        ["x", "urn:a urn:b"],
        ["x", ""],
        "Oxigraph gives GROUP_CONCAT of IRIs no value, where other stores join them; the header `Observatoire-Hint` "
        "says to write STR().",
    ),
}
"""Queries of no suite: the rows of the recommendation's reading, those of the store's, and why they differ."""
NOT_RUN = (
    "- `entailment`: the service computes no entailment; it describes itself as `ent:Simple`.",
    "- `basic-update` and the other folders of updates: the service is read-only.",
)
PARSED = ("evaluation", "service-failed")
"""Problems of a query that was understood: an unknown function, an address that does not answer."""


@dataclass
class SuiteStores:
    """A store for each set of data files, numbered as editions are."""

    folder: Path
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)
    services: dict[str, Path] = field(default_factory=dict)
    """The services of the test that is running, by address."""

    async def fetch(self, call: ServiceCall, reach: Reach) -> ServiceAnswer:
        """Answer as the service that a query calls."""
        if call.address not in self.services:
            raise ServiceRefused("no such service")
        store = ox.Store()
        store.load(path=str(self.services[call.address]), base_iri=BASE)
        # A service that does not exist, called by this one: no test reaches for the network.
        text = call.body.decode().replace("http://invalid.endpoint.org/", "http://127.0.0.1:1/")
        try:
            results = store.query(text)
        except (SyntaxError, OSError, RuntimeError) as error:
            raise ServiceRefused(str(error)) from error
        assert isinstance(results, ox.QuerySolutions)
        data = results.serialize(format=ox.QueryResultsFormat.XML)
        assert data is not None
        return ServiceAnswer("application/sparql-results+xml", data)

    def number(self, case: Case) -> int:
        """Return the number of the store with a test's data, writing it where it is new."""
        key = (case.data, case.graphs)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            store = ox.Store(self.folder / str(self.numbers[key]))
            for file in case.data:
                store.load(path=str(file), base_iri=BASE + file.name)
            for name, file in case.graphs:
                store.load(path=str(file), base_iri=name, to_graph=ox.NamedNode(name))
            store.flush()
        return self.numbers[key]

    def current(self) -> StoreRef:
        if not self.numbers:
            raise NoEdition(problem("no-edition"))
        return self.get(1)

    def get(self, number: int) -> StoreRef:
        if number not in self.numbers.values():
            raise EditionNotFound(problem("edition-not-found", edition=number))
        return StoreRef(number, self.folder / str(number))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> SuiteStores:
    return SuiteStores(tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="module")
def live(stores: SuiteStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    var = tmp_path_factory.mktemp("var")
    listed = f"{BASE},http://example.org,http://example1.org,http://example2.org,http://invalid.endpoint.org"
    values = {"union_default_graph": False, "base_iri": BASE, "service_allow": listed, "client_seconds": 0}
    with endpoint(stores, var, fetch=stores.fetch, **values) as running:
        yield running


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, str]]:
    """Folder → test → what went wrong, "" where it passed."""
    return {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_the_query_suite_passes(
    folder: str, live: Live, stores: SuiteStores, outcomes: dict[str, dict[str, str]]
) -> None:
    found = outcomes.setdefault(folder, {})
    with patient.Client() as client:
        for case in query_cases(suites_folder() / "sparql" / "sparql11" / folder):
            found[case.name] = judge(case, stores, client, live.url)
    unexplained = {name: why for name, why in found.items() if why and f"{folder}/{name}" not in EXPLAINED}
    assert not unexplained


def test_the_table_of_passes_is_written_and_every_difference_explained(
    outcomes: dict[str, dict[str, str]],
) -> None:
    if set(outcomes) != set(FOLDERS):
        pytest.skip("only a part of the suite was run")
    failed = {f"{folder}/{name}" for folder in outcomes for name, why in outcomes[folder].items() if why}
    assert failed == set(EXPLAINED), "a difference without explanation, or an explanation without difference"
    outside = {query: why for query, (_, _, why) in OUTSIDE.items()}
    TABLE.write_text(render(outcomes, EXPLAINED, outside=outside), encoding="utf-8")


@pytest.mark.parametrize("query", OUTSIDE)
def test_a_difference_outside_of_the_suites_still_is_one(query: str) -> None:
    right, ours, _ = OUTSIDE[query]
    store = ox.Store()
    store.load(b"<urn:a> a <urn:T> . <urn:b> a <urn:T> .", ox.RdfFormat.TURTLE)
    results = store.query(query)
    assert isinstance(results, ox.QuerySolutions)
    found = (results.serialize(format=ox.QueryResultsFormat.CSV) or b"").decode().splitlines()
    assert found == ours != right


def test_a_path_meets_no_term_that_the_data_has_not() -> None:
    """Reported of Oxigraph 0.5 (oxigraph#1952), where `()` of the query was matched; a row is due where the data has it."""
    query = "SELECT * { () a? ?b . ?b a | ^(a* / a*) ?1 }"
    for data, rows in ((b"<urn:a> a <urn:T> .", 0), (b"<urn:a> <urn:p> () .", 1)):
        store = ox.Store()
        store.load(data, ox.RdfFormat.TURTLE)
        results = store.query(query)
        assert isinstance(results, ox.QuerySolutions)
        assert len(list(results)) == rows


def judge(case: Case, stores: SuiteStores, client: httpx.Client, url: str) -> str:
    """Return what is wrong with the endpoint's answer to a test, "" where nothing is."""
    text = case.query.read_text(encoding="utf-8")
    media_type = expected_media_type(case.result) if case.result else "*/*"
    headers = {"Content-Type": "application/sparql-query", "Accept": media_type}
    stores.services = dict(case.services)
    parameters = {"edition": stores.number(case)}
    answer = client.post(url, params=parameters, content=text.encode(), headers=headers)
    if case.kind.startswith("NegativeSyntax"):
        return "" if answer.status_code == 400 else f"status {answer.status_code} to a query that is none"
    if case.kind.startswith("PositiveSyntax") and answer.status_code != 200:
        return "" if answer.json()["type"].rpartition("/")[2] in PARSED else f"refused: {answer.text}"
    if answer.status_code != 200:
        return f"status {answer.status_code}: {answer.json().get('detail')}"
    if case.result is None:
        return ""
    return "" if same(case.result, media_type, answer.content) else f"another result: {answer.text[:300]}"


def render(
    outcomes: dict[str, dict[str, str]],
    explained: dict[str, str],
    version: str = "1.1",
    not_run: tuple[str, ...] = NOT_RUN,
    outside: Mapping[str, str] | None = None,
) -> str:
    """Return the table of passes a folder, and the differences."""
    passed = {folder: sum(not why for why in tests.values()) for folder, tests in outcomes.items()}
    lines = [
        f"# W3C SPARQL {version} query tests, through the HTTP endpoint",
        "",
        f"Written by `tests/conformance/test_sparql{version.replace('.', '')}_query.py`; not edited by hand.",
        "",
        "| folder | passed | of |",
        "|---|---:|---:|",
        *(f"| {folder} | {passed[folder]} | {len(tests)} |" for folder, tests in outcomes.items()),
        f"| all | {sum(passed.values())} | {sum(map(len, outcomes.values()))} |",
        "",
        "## Differences",
        "",
        *(f"- `{name}`: {why}" for name, why in sorted(explained.items())),
        "",
        *(["## Outside of the suites", "", *(f"- `{q}`: {w}" for q, w in outside.items()), ""] if outside else ()),
        "## Not run",
        "",
        *not_run,
    ]
    return "\n".join(lines) + "\n"
