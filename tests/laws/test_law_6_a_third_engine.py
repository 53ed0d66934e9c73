"""Law 6. One truth for queries, asked of a third engine: oxilite, which has pyoxigraph's interface over one SQLite file.

It compiles SPARQL to SQL, so it shares with the reference neither its evaluation nor its storage. It is an oracle of
the tests; nothing is ever served from it.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import oxilite
import pytest
from hypothesis import HealthCheck, given, settings

from ingestion import Edition, files_of, lines_of
from ontologie import BASE, PREFIXES, Iris
from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.engine.port import Engine
from sparql_api.engines import open_engine
from sparql_api.query.errors import EngineError
from sparql_api.settings import Settings
from tests.laws.bags import bag, lines, table
from tests.laws.generated_queries import generated
from tests.laws.lengths import examples
from tests.sparql_api.remote.making import announce, cut_edition, rich

ACCEPT = "application/sparql-results+json, application/n-triples;q=0.5"


@dataclass(frozen=True)
class Oracle:
    """The reference engine and the third one, over the same edition."""

    runner: asyncio.Runner
    reference: Engine
    third: oxilite.Store

    def ask(self, text: str) -> tuple[object, object]:
        """Return what each answers, as something to be compared."""
        return self.runner.run(self._reference(text)), self._third(text)

    async def _reference(self, text: str) -> object:
        try:
            return bag(await self.reference.query(text, accept=ACCEPT))
        except EngineError as error:
            return error.problem.name

    def _third(self, text: str) -> object:
        found = self.third.query(text, use_default_graph_as_union=True, base_iri=BASE, prefixes=PREFIXES)
        if isinstance(found, oxilite.QueryTriples):
            return lines(found.serialize(format=oxilite.RdfFormat.N_TRIPLES))
        return table(found.serialize(format=oxilite.QueryResultsFormat.JSON))


def over(var: Path, edition: Edition) -> Iterator[Oracle]:
    """Load an edition's dump into the third engine, and open the reference over the edition."""
    third = oxilite.Store()
    third.load(b"".join(lines_of(files_of(edition, "dump.nq.gz"))), format=oxilite.RdfFormat.N_QUADS)
    reference = open_engine(Settings(var=var, workers=1, log_queries=False, cache_mb=0))
    with asyncio.Runner() as runner:
        runner.run(reference.start())
        try:
            yield Oracle(runner, reference, third)
        finally:
            runner.run(reference.stop())


@pytest.fixture(scope="module")
def demonstration(demo_var: Path, demo_edition: Edition) -> Iterator[Oracle]:
    yield from over(demo_var, demo_edition)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    var = tmp_path_factory.mktemp("third")
    edition = cut_edition(var, 1, rich())
    announce(var, edition)
    yield from over(var, edition)


@pytest.mark.long
def test_the_catalogue_s_questions_have_one_answer(demonstration: Oracle) -> None:
    differing = []
    for name, question in catalogue(BASE).items():
        text = bound(question, {}, Iris(BASE))
        reference, third = demonstration.ask(text)
        assert not isinstance(reference, str), f"{name}: {reference}"
        if explained(text, reference, reference) != explained(text, third, reference):
            differing.append(name)
    assert differing == []


@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(text=generated())
def test_generated_queries_have_one_answer(small: Oracle, text: str) -> None:
    reference, third = small.ask(text)
    assert not isinstance(reference, str), (text, reference)
    assert explained(text, third, reference) == explained(text, reference, reference), text


def explained(text: str, answer: Any, reference: Any) -> object:
    """Return an answer without what SPARQL leaves open, or the third engine reads otherwise.

    The order of columns of `SELECT *` is free. A SUM, AVG, MIN or MAX over a row without value is an error, so the
    variable stays unbound (SPARQL 1.1 §18.5.1); the third engine leaves such rows out, as SQL does.
    """
    if not isinstance(answer, tuple):
        return answer
    columns, rows = answer
    loose = set()
    if re.search(r"\b(SUM|AVG|MIN|MAX)\(", text):
        loose = {name for name in columns if any(name not in dict(row) for row in reference[1])}
    kept: Counter[object] = Counter()
    for row, count in rows.items():
        kept[frozenset((name, value) for name, value in row if name not in loose)] += count
    return frozenset(columns), kept
