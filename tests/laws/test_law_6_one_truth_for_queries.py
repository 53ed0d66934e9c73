"""Law 6. One truth for queries: whatever engine answers, the bag of rows is the one the reference engine gives.

The reference is the embedded engine, over Oxigraph; the other is Apache Jena Fuseki behind the remote engine: two
implementations that share no line. Asked are the catalogue's questions over the demonstration, and generated queries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ingestion import Edition
from ontologie import BASE, Iris
from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.engine.port import Engine
from sparql_api.engine.remote.publication import publish_remote
from sparql_api.engines import open_engine
from sparql_api.query.errors import EngineError
from sparql_api.settings import Settings
from tests.laws.bags import bag, without_languages
from tests.laws.generated_queries import generated
from tests.laws.lengths import examples
from tests.sparql_api.remote.fuseki import Fuseki
from tests.sparql_api.remote.making import announce, cut_edition, rich

ACCEPT = "application/sparql-results+json, application/n-triples;q=0.5"
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
EXPLAINED = {
    # SPARQL 1.1 §18.5.1.7: a simple literal. Oxigraph gives the language that all the texts have in common.
    "projets-d-un-outil": "GROUP_CONCAT",
}
"""Questions whose rows differ between the two, and the word of SPARQL that makes them differ."""


@dataclass(frozen=True)
class Engines:
    """The reference and the other, over the same edition."""

    runner: asyncio.Runner
    reference: Engine
    other: Engine

    def ask(self, text: str) -> tuple[object, object]:
        """Return what each answers, as something to be compared."""
        return tuple(self.runner.run(asked(engine, text)) for engine in (self.reference, self.other))  # type: ignore[return-value]


async def asked(engine: Engine, text: str) -> object:
    try:
        return bag(await engine.query(text, accept=ACCEPT))
    except EngineError as error:
        return error.problem.name


def engines(var: Path, edition: Edition, fuseki: Fuseki) -> Iterator[Engines]:
    """Put an edition into Fuseki, and open both engines over it."""
    fuseki.empty("law")
    remote = fuseki.updating("law")
    publish_remote(edition, remote)
    ours = {"var": var, "workers": 1, "log_queries": False, "cache_mb": 0}
    reference, other = open_engine(Settings(**ours)), open_engine(Settings(**ours, remote=remote))
    with asyncio.Runner() as runner:
        for engine in (reference, other):
            runner.run(engine.start())
        try:
            yield Engines(runner, reference, other)
        finally:
            for engine in (reference, other):
                runner.run(engine.stop())


@pytest.fixture(scope="module")
def demonstration(demo_var: Path, demo_edition: Edition, fuseki: Fuseki) -> Iterator[Engines]:
    yield from engines(demo_var, demo_edition, fuseki)


def test_the_catalogue_s_questions_have_one_answer(demonstration: Engines) -> None:
    differing, empty = [], []
    for name, question in catalogue(BASE).items():
        reference, other = demonstration.ask(bound(question, {}, Iris(BASE)))
        if name in EXPLAINED:
            assert EXPLAINED[name] in question.text and without_languages(reference) == without_languages(other)
            continue
        if reference != other:
            differing.append(name)
        if isinstance(reference, str):
            empty.append(f"{name}: {reference}")
    assert not differing and not empty


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, fuseki: Fuseki) -> Iterator[Engines]:
    var = tmp_path_factory.mktemp("small")
    edition = cut_edition(var, 1, rich())
    announce(var, edition)
    yield from engines(var, edition, fuseki)


@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(text=generated())
def test_generated_queries_have_one_answer(small: Engines, text: str) -> None:
    reference, other = small.ask(text)
    assert not isinstance(reference, str), (text, reference)
    assert other == reference, text
