"""What the browser's tests alone need: the checker of accessibility."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.making import missing


@pytest.fixture(scope="session")
def axe() -> Path:
    """The accessibility checker's script."""
    script = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
    return script if script.is_file() else missing("tests/node is not installed: make setup-test")
