"""Each twin against its SPARQL, over random registries: the same bag of rows, in the order that the question asks for."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import Edition
from ontologie import Iris
from queries import BoundText, Twin, every_version, twins
from sparql_api.columns.comparing import differs
from sparql_api.columns.standing import request_of
from sparql_api.description.questions import bound, order_of
from sparql_api.engine.workers.columns import ColumnsFailed, OpenColumns, decimal
from tests.laws.lengths import examples
from tests.sparql_api.columns.making import Vocabulary, columns_of, registry, values_for, vocabulary_of

MEMORY = 1 << 30
QUESTIONS = {one.reference: one for versions in every_version().values() for one in versions}


@pytest.fixture(scope="module")
def vocabulary(demo_edition: Edition) -> Vocabulary:
    """What the demonstration's vocabularies say."""
    return vocabulary_of(ox.Store.read_only(str(demo_edition.store_path)))


@pytest.fixture(scope="module")
def one_use(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The columns of a registry."""
    quads = list(registry(vocabulary, random.Random(1)))
    vocabulary.store.extend(quads)
    try:
        return columns_of(tmp_path_factory.mktemp("one") / "e", vocabulary.store, quads)
    finally:
        for quad in quads:
            vocabulary.store.remove(quad)


def read(solutions: Any) -> bytes:
    out = io.BytesIO()
    solutions.serialize(out, format=ox.QueryResultsFormat.JSON)
    return out.getvalue()


def by_twin(twin: Twin, text: BoundText, place: Path) -> bytes:
    return read(OpenColumns(MEMORY).results(request_of(twin, text, place), 1 << 24)())


def test_seventeen_questions_with_numbers_have_twins_of_their_latest_version() -> None:
    drawn = [name for name in twins() if QUESTIONS[name].charted]
    assert len(drawn) == 17
    assert not any(QUESTIONS[name].deprecated for name in twins())
    for name, twin in twins().items():
        asked = ox.Store().query(bound(QUESTIONS[name], {}, Iris()))
        assert isinstance(asked, ox.QuerySolutions)
        assert [one.value for one in asked.variables] == list(twin.columns)


def test_twins_answer_as_their_sparql_whatever_is_registered(vocabulary: Vocabulary, tmp_path: Path) -> None:
    store, rows = vocabulary.store, 0
    for seed in range(examples(12)):
        chance = random.Random(seed)
        quads = list(registry(vocabulary, chance))
        store.extend(quads)
        place = columns_of(tmp_path / str(seed), store, quads)
        for name, twin in twins().items():
            given = values_for(QUESTIONS[name], vocabulary, chance) if seed else {}
            text = bound(QUESTIONS[name], given, Iris())
            theirs = read(store.query(text, use_default_graph_as_union=True))
            rows += len(json.loads(theirs)["results"]["bindings"])
            ordered = [name for name, _ in order_of(text)]
            assert differs(theirs, by_twin(twin, text, place), ordered) == "", (seed, name, given)
        for quad in quads:
            store.remove(quad)
    assert rows > 100


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
        "COPY usages TO '/tmp/uses.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "DROP TABLE usages",
        "DELETE FROM usages",
    ],
)
def test_columns_are_read_and_nothing_else(one_use: Path, sql: str) -> None:
    with pytest.raises(ColumnsFailed):
        OpenColumns(MEMORY).results({"file": str(one_use), "sql": sql, "values": {}, "columns": {"a": "string"}}, 1 << 20)


def test_what_is_given_is_a_value_and_never_a_text(one_use: Path) -> None:
    before = one_use.read_bytes()
    name = "comparer-deux-groupes/v1"
    hostile = "niveau' OR true; DROP TABLE usages; -- $seuil \x00"
    text = bound(QUESTIONS[name], {"facette": hostile, "mesure": hostile, "seuil": "0"}, Iris())
    assert json.loads(by_twin(twins()[name], text, one_use))["results"]["bindings"] == []
    assert one_use.read_bytes() == before


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (10**18, "1"), (1_666_666_666_666_666_666, "1.666666666666666666"), (5 * 10**17, "0.5"), (-(10**16), "-0.01")],
)
def test_decimals_are_written_as_sparql_writes_them(number: int, said: str) -> None:
    assert decimal(number) == said
