"""Fixtures that several folders share: the demonstration, published once for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion import Edition, Registry, Settings, publish
from ingestion.demonstration import load_demo
from tests.remote.fuseki import Fuseki, running


@pytest.fixture(scope="session")
def demo_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state folder with the demonstration published, as `observatoire demo` does; do not change it."""
    from sparql_api.faces import FACES

    var = tmp_path_factory.mktemp("demo") / "var"
    settings = Settings(var=var)
    registry = Registry(settings)
    load_demo(registry, settings)
    publish(settings, registry, FACES)
    registry.close()
    return var


@pytest.fixture(scope="session")
def demo_edition(demo_var: Path) -> Edition:
    """Return the demonstration's edition; do not change it."""
    return Edition(1, demo_var / "editions" / "1")


@pytest.fixture(scope="session")
def fuseki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuseki]:
    """Give a running Fuseki; skips where Java or its jar is missing."""
    with running(tmp_path_factory.mktemp("fuseki")) as server:
        yield server
