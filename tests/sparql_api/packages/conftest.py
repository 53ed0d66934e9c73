"""The package, made once by its command and unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sparql_api.cli import main
from sparql_api.packages.principles import NAME, VERSION


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive."""
    place = tmp_path_factory.mktemp("paquet") / "principes.zip"
    done = CliRunner().invoke(main, ["export", "principes", "--out", str(place)])
    assert done.exit_code == 0, done.output
    return place


@pytest.fixture(scope="session")
def unpacked(packed: Path) -> Path:
    """The folder that the archive holds."""
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(packed.parent)
    return packed.parent / f"{NAME}-{VERSION}"
