"""What several tests make: small deposits that are real, and a state folder with them published."""

from __future__ import annotations

import atexit
import csv
import fcntl
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner, Result

from ingestion import Agent, Grant, Options, Registry, Settings, deposit_file, publish
from ingestion.registry.agents import TEAM
from ingestion.rights.model import OPERATOR
from sparql_api.cli import main

__all__ = [
    "HEADER", "NATIONAL", "OPERATOR", "ROW", "TEAM", "begun", "command", "declared", "dump_of", "missing", "observatoire", "once_a_run", "published",
    "registry_with", "write_csv",
]  # fmt: skip

HEADER = files("ingestion").joinpath("demo", "usages.csv").read_text("utf-8").split("\n")[0].split(",")
ROW = {
    "id": "A1",
    "titre": "Écrire un conte avec une IA",
    "resume": "Des élèves de 3e écrivent un conte et jugent le texte proposé par une IA.",
    "academie": "Orléans-Tours",
    "region_academique": "Centre-Val de Loire",
    "niveaux": "3e",
    "disciplines": "Français",
    "outils_ia": "ChatGPT",
    "type_ia": "generative",
    "objectifs": "Relire et améliorer son texte",
    "competences": "Esprit critique",
    "points_vigilance": "Respect du RGPD",
    "date": "2025-05",
    "auteur_institutionnel": "Académie d'Orléans-Tours - Lettres",
    "url_source": "https://pedagogie.ac-orleans-tours.fr/exemple",
}


NATIONAL = Agent("Dgesco", (Grant("national"),), "organisation/dgesco")
"""Who may validate any fiche, once it is declared."""


def declared(registry: Registry, *agents: Agent) -> Registry:
    """Declare agents, the project's team first, and return the registry."""
    for agent in (TEAM, *agents):
        registry.accounts.declare(agent, OPERATOR)
    return registry


def missing(reason: str) -> NoReturn:
    """Skip the test for a reason; where everything must be there (CI=true), fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a state folder that the first process of a run makes, and each process has a copy of."""
    beside = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        beside = beside.parent  # the run's own, where each of its processes has its folder
    made = beside / f"{name}-made"
    with (beside / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=beside) as folder:
                make(Path(folder) / "var")
                (Path(folder) / "var").rename(made)
    return Path(shutil.copytree(made, factory.mktemp(name) / "var", symlinks=True))


def observatoire(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line over a state folder, as a person would."""
    command = str(Path(sys.executable).with_name("observatoire"))
    environment = {**os.environ, "OBSERVATOIRE_VAR": str(var)}
    return subprocess.run([command, *arguments], capture_output=True, text=True, env=environment)


def command(var: Path, *arguments: str) -> Result:
    """Run the command line over a state folder in this process, which spares its start; see `exit_code`, `stderr`."""
    done = CliRunner(env={"OBSERVATOIRE_VAR": str(var), "COLUMNS": "120"}).invoke(main, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def dump_of(edition: Path, form: str = "nq") -> bytes:
    """Return a dump of an edition's folder unpacked, as `gzip -dc` gives it of its members in the order of their list."""
    rows = [line.split("\t") for line in (edition / "members.tsv").read_text("utf-8").split("\n")[1:-1]]
    files = [edition / "members" / f"{row[1]}.{form}.gz" for row in rows if row[0] == form]
    assert files, "no such dump"
    return gzip.decompress(b"".join(file.read_bytes() for file in files))


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], extra: Sequence[str] = ()) -> Path:
    """Write rows, each completing `ROW`, as a canonical CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*HEADER, *extra], restval="")
        writer.writeheader()
        writer.writerows({**ROW, **row} for row in rows)
    return path


def registry_with(tmp_path: Path, rows: Sequence[Mapping[str, str]]) -> tuple[Settings, Registry]:
    """Return a state folder whose registry holds these rows, validated."""
    settings = Settings(var=tmp_path / "var")
    registry = declared(Registry(settings), NATIONAL)
    deposit_file(write_csv(tmp_path / "rows.csv", rows), registry, TEAM, Options(), validate=True)
    return settings, registry


@cache
def _template() -> Path:
    """Make, once for all, a state with an edition of one project: what is slow is the vocabularies."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    _, registry = published(folder, [{"id": "A0"}])
    registry.close()
    return folder / "var"


def begun(folder: Path) -> tuple[Settings, Registry]:
    """Return a state folder of its own, whose edition 1 holds the project 18-A0."""
    shutil.copytree(_template(), folder / "var", symlinks=True)
    state = Settings(var=folder / "var")
    return state, Registry(state)


def published(tmp_path: Path, rows: Sequence[Mapping[str, str]]) -> tuple[Settings, Registry]:
    """Return a state folder with an edition of these rows."""
    settings, registry = registry_with(tmp_path, rows)
    publish(settings, registry)
    return settings, registry
