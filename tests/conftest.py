"""Fixtures that several folders share: the demonstration, published once a run, what serves it, a browser."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingestion import Edition, Registry, Settings, publish
from ingestion.demo.load import load_demo
from tests.making import missing, once_a_run
from tests.sparql_api.endpoint.live import serve
from tests.sparql_api.remote.fuseki import Fuseki, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_configure() -> None:
    """Look for cycles seldom: modules and tests are a million objects to walk through each time."""
    gc.set_threshold(100_000)


FIRST = (
    "tests/docs/test_academy_guide.py", "tests/laws/", "tests/sparql_api/remote/", "tests/ingestion/registry/", "tests/browser/",
    "tests/sparql_api/packages/", "tests/sparql_api/pages/", "tests/ontologie/", "tests/queries/", "tests/sparql_api/",
)  # fmt: skip
"""The files that take longest come first: processes that share them end together."""


SERVERS = frozenset(("browser", "fuseki"))
"""Fixtures that start a browser or a Java server, which takes as long as many tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what tries generated values and what starts another's server, of the long suites; put long files first."""
    for item in items:
        if SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("long")
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("generated")
    items.sort(key=lambda item: next((n for n, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST)))


@pytest.fixture(scope="session")
def demo_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state folder with the demonstration published, as `observatoire demo` does; do not change it."""
    from sparql_api.outputs import EDITION_OUTPUTS

    def make(var: Path) -> None:
        settings = Settings(var=var)
        registry = Registry(settings)
        load_demo(registry, settings)
        publish(settings, registry, EDITION_OUTPUTS)
        registry.close()

    return once_a_run(tmp_path_factory, "demo", make)


@pytest.fixture(scope="session")
def demo_edition(demo_var: Path) -> Edition:
    """Return the demonstration's edition; do not change it."""
    return Edition(1, demo_var / "editions" / "1")


@pytest.fixture(scope="session")
def address(demo_var: Path) -> Iterator[str]:
    """Where a service over the demonstration answers."""
    from sparql_api.app import create_app
    from sparql_api.settings import Settings

    with serve(create_app(Settings(var=demo_var, workers=2))) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it; closed with the module, since Playwright's loop runs in this thread."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None) or missing("Chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def fuseki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuseki]:
    """Give a running Fuseki; skips where Java or its jar is missing."""
    with running(tmp_path_factory.mktemp("fuseki")) as server:
        yield server
