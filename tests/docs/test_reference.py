"""The reference pages say what the code declares, all of it: none is stale, and nothing is named that is not declared."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from docs.generate import HERE, pages
from docs.reference.command_line import leaves
from docs.reference.settings import HOLDERS, readers, variable
from ingestion import Settings as StateSettings
from sparql_api.app import create_app
from sparql_api.cli import main
from sparql_api.settings import Settings

ROOT = Path(__file__).parents[2]
KINDS = (StateSettings, Settings, *HOLDERS)
OF_THE_TESTS = {"OBSERVATOIRE_SUITES"}
"""Where the tests find the suites of others; the program does not read it."""
DECLARED = {variable(kind, name) for kind in KINDS for name in kind.model_fields if name not in HOLDERS.values()}


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_made_from_the_code_is_what_the_code_makes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_each_setting_is_declared_in_one_place_says_what_it_does_and_is_read() -> None:
    for kind in KINDS:
        for name, field in kind.model_fields.items():
            assert field.description, f"{name}: say what it does under it"
            assert readers().get((HOLDERS.get(kind, "settings"), name)), f"{name}: nothing reads it"
    own = [(variable(kind, name)) for kind in KINDS for name in kind.__annotations__ if name in kind.model_fields]
    assert len(own) == len(set(own))


def test_each_variable_named_anywhere_is_a_setting() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in filter(None, tracked.split("\0")):
        found = set(re.findall(rb"OBSERVATOIRE_[A-Z][A-Z0-9_]*", (ROOT / file).read_bytes()))
        for name in {name.decode() for name in found} - DECLARED - OF_THE_TESTS:
            assert name.endswith("_"), f"{file}: {name} is no setting"
            assert any(known.startswith(name) for known in DECLARED), f"{file}: no setting starts with {name}"


def test_each_setting_command_and_address_stands_in_its_page() -> None:
    made = pages()
    assert all(f"`{name}`" in made["settings.md"] for name in DECLARED)
    commands = [name for name, _ in leaves(get_command(main))]
    assert commands
    assert all(f"## `{name}`" in made["cli.md"] for name in commands)
    described = [p for p in create_app(Settings()).openapi()["paths"] if not re.fullmatch(r"/queries/[^/]+(/v[0-9]+(\.svg)?)?", p)]
    assert described
    assert all(f"## `{path}`" in made["http.md"] for path in described)
