"""The wheel: built from a checkout, installed elsewhere, it works from anywhere with its data."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

from ontologie import BASE

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


@pytest.mark.long
def test_the_wheel_holds_the_five_folders_with_their_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for expected in (
        "ontologie/contextes/1.0.0.jsonld",
        "ontologie/tiers/scolomfr/LICENCE",
        "queries/projets-principe-unesco.rq",
        "ingestion/demo/usages.csv",
        "ingestion/registry/tables/migrations/env.py",
        "ingestion/registry/tables/migrations/versions/0002_context_of_payloads.py",
        "ingestion/registry/tables/migrations/versions/0003_passages_to_read.py",
    ):
        assert expected in names
    assert any(name.startswith("shapes/") and name.endswith(".ttl") for name in names)
    assert any(name.startswith("sparql_api/templates/") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


@pytest.mark.long
def test_an_installed_wheel_publishes_the_demo_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    # Own copies of the dependencies would cost a minute and prove nothing: they are taken from this environment,
    # the project itself from the wheel alone.
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    site = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    dependencies = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "dependencies.pth").write_text(dependencies + "\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = (
        "import sys, ontologie, sparql_api.cli; assert ontologie.__file__.startswith(sys.prefix), ontologie.__file__;"
        "sys.argv = ['observatoire', 'demo']; sparql_api.cli.main()"
    )
    done = subprocess.run(
        [str(python), "-c", code], cwd=elsewhere, capture_output=True, text=True,
        env={**os.environ, "OBSERVATOIRE_VAR": str(elsewhere / "var")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "var" / "editions" / "current" / "manifest.json").exists()


def test_the_file_of_citation_says_what_the_package_says() -> None:
    """Citation File Format 1.2.0: the four required members, and nothing that the package says otherwise."""
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= said.keys()
    assert (said["version"], said["license"][0]) == (package["version"], package["license"])
    assert said["identifiers"][0]["value"] == BASE
