"""The examples in the docstrings of public functions hold."""

from __future__ import annotations

import doctest
import importlib

import pytest

WITH_EXAMPLES = (
    "ontologie.folding",
    "ontologie.namespaces",
    "shapes.reporting.cells",
    "shapes.privacy.folding",
    "shapes.privacy.masking",
    "shapes.privacy.passages",
    "shapes.privacy.words",
    "ingestion.words.columns",
    "ingestion.words.languages",
)


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_of_a_module_hold(module: str) -> None:
    done = doctest.testmod(importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert done.attempted > 0
    assert done.failed == 0
