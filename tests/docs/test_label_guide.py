"""A national editor follows `docs/libelles.md`: its commands run, and each decision that it names is one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ingestion.resolution.decided import label_name
from tests.making import command, registry_with

GUIDE = (Path(__file__).parents[2] / "docs" / "libelles.md").read_text(encoding="utf-8")
LABEL = "Classe passerelle verte"
VALUES = {"concept": ["Terminale"], "alias": ["Terminale"], "text": [], "split": ["Terminale", "Seconde"]}
CHOICES = re.findall(r"^\| `(\w+)[ `]", GUIDE, re.MULTILINE)


def test_the_commands_of_the_guide_run(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [{"id": "A1", "niveaux": LABEL}])
    registry.close()
    (block,) = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        _, *words = shlex.split(line.partition(" > ")[0])
        done = command(settings.var, *words)
        assert done.exit_code == 0, done.stderr
    assert LABEL in done.stdout  # the last one writes a table


@pytest.mark.parametrize("choice", CHOICES)
def test_each_decision_of_the_guide_can_be_taken(tmp_path: Path, choice: str) -> None:
    settings, registry = registry_with(tmp_path, [{"id": "A1", "niveaux": LABEL}])
    registry.close()
    name = label_name("niveaux", LABEL)
    done = command(settings.var, "labels", "decide", name, choice, *VALUES[choice], "--as", "Dgesco")
    assert done.exit_code == 0, done.stderr
    aliases = command(settings.var, "labels", "list", "--decided", "--format", "csv").stdout.splitlines()
    assert len(aliases) == (2 if choice == "alias" else 1)
    assert choice != "alias" or aliases[1] == f"niveaux,{LABEL},niveau,concept/niveau/terminale,"


def test_the_guide_names_every_decision() -> None:
    assert set(CHOICES) == set(VALUES)
