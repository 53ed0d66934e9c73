"""The small store and the endpoint that most of these tests ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sparql_api.query.stores import SingleStore
from tests.sparql_api.endpoint.live import Live, endpoint, small_quads, write_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_store(tmp_path_factory.mktemp("small") / "store", small_quads())


@pytest.fixture(scope="module")
def live(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    var = tmp_path_factory.mktemp("var")
    with endpoint(SingleStore(store), var, query_memory_mb=512, answer_max_mb=4) as running:
        yield running


@pytest.fixture
def client(live: Live) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live.url.removesuffix("/sparql"), timeout=300) as session:
        yield session
