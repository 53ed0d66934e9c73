"""The command line and the HTTP paths are contracts: the tables beside this file say what they are."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest
from fastapi import FastAPI
from typer.main import get_command

from docs.reference.command_line import leaves
from sparql_api.app import create_app
from sparql_api.cli import main
from sparql_api.http.routing import every_route
from sparql_api.settings import Settings

HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def commands() -> dict[str, set[str]]:
    """Every command of the program with its options."""
    return {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")} - {"--help"}
        for name, command in leaves(get_command(main))
    }


def test_each_command_and_option_is_in_the_contract_and_none_is_missing(commands: dict[str, set[str]]) -> None:
    agreed = {row["command"]: set(row["options"].split()) for row in table("commands.csv") if row["options"]}
    assert commands == agreed


def test_what_is_to_come_on_the_command_line_is_not_there_yet(commands: dict[str, set[str]]) -> None:
    for row in table("commands.csv"):
        assert not set(row["to_come"].split()) & commands.get(row["command"], set()), f"{row['command']}: move it"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings())


@pytest.fixture(scope="module")
def methods(app: FastAPI) -> dict[str, set[str]]:
    """Every path of the service with its methods; the questions' paths as one."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in every_route(app):
        if getattr(route, "methods", None) and route.path != "/openapi.json":
            found[general(route.path)] |= set(route.methods)
    return dict(found)


def general(path: str) -> str:
    if re.fullmatch(r"/queries/[^/]+/v[^/]+", path):
        return "/queries/{name}/v{number}"
    if path.startswith("/queries/") and path.count("/") == 2:
        return "/queries/{name}.svg" if path.endswith(".svg") else "/queries/{name}"
    return path


def test_each_path_and_method_is_in_the_contract_and_none_is_missing(methods: dict[str, set[str]]) -> None:
    agreed = {row["path"]: set(row["methods"].split()) for row in table("paths.csv") if row["state"] == "built"}
    assert methods == agreed


def test_what_is_to_come_over_http_is_not_there_yet(methods: dict[str, set[str]]) -> None:
    assert not {row["path"] for row in table("paths.csv") if row["state"] != "built"} & set(methods), "move it"


def test_each_described_path_answers_with_the_codes_of_the_contract(app: FastAPI) -> None:
    described: dict[str, set[str]] = defaultdict(set)
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            described[general(path)] |= set(operation["responses"])
    # A description says a path's parameters by their names alone.
    agreed = {row["path"].replace(":path}", "}"): set(row["codes"].split()) for row in table("paths.csv") if row["codes"]}
    assert dict(described) == agreed
