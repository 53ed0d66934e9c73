"""What the tests of the words share: the packaged corpus, read once."""

from __future__ import annotations

import pytest

from ontologie.checks.model import Corpus, load


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load()
