"""The editions that questions are asked of: the demonstration, and the same with two assessors' analyses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import Edition, Options, Registry, Settings, deposit_file, publish
from tests.making import TEAM
from tests.queries.assessors import assessors, write_documents


@pytest.fixture(scope="session")
def store(demo_edition: Edition) -> ox.Store:
    """Return the demonstration."""
    return ox.Store.read_only(str(demo_edition.store_path))


@pytest.fixture(scope="session")
def assessed(demo_var: Path, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Return the demonstration with the analyses of two assessors, deposited, validated and published."""
    folder = tmp_path_factory.mktemp("assessed")
    settings = Settings(var=Path(shutil.copytree(demo_var, folder / "var", symlinks=True)))
    registry = Registry(settings)
    done = deposit_file(write_documents(folder / "analyses.json"), registry, TEAM, Options(), validate=True)
    assert done.summary.accepted == len(assessors()), done.entries
    edition = publish(settings, registry).edition
    registry.close()
    return ox.Store.read_only(str(edition.store_path))
