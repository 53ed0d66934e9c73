"""A browser over the demonstration's edition. Without Chromium these tests skip, and fail in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.sparql_endpoint.live import serve


def unavailable(reason: str) -> None:
    """Skip with the reason; in CI what is missing is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def address(demo_var: Path) -> Iterator[str]:
    """Where the service answers."""
    with serve(create_app(Settings(var=demo_var, workers=2))) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it; closed with the module, since Playwright's loop runs in this thread."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found is None:
        unavailable("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe() -> Path:
    """The accessibility checker's script."""
    script = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        unavailable("tests/node is not installed: make setup-test")
    return script
