"""Every door asks the one function that decides: each command and each HTTP method that acts is a row of `doors.csv`
or of `doors_over_http.csv`.

A command whose row names an act refuses who has no right to it, and changes nothing; the others read what is public,
or files that they are given.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from docs.reference.command_line import leaves
from ingestion import Agent, Forbidden, Grant, Registry, Settings
from ingestion.rights import decision
from sparql_api.app import create_app
from sparql_api.cli import main
from sparql_api.http.routing import every_route
from sparql_api.settings import Settings as ServiceSettings
from tests.making import OPERATOR, begun, command, write_csv

with (Path(__file__).parent / "doors.csv").open(encoding="utf-8", newline="") as lines:
    DOORS = list(csv.DictReader(lines))
ACTING = [row for row in DOORS if row["action"]]
with (Path(__file__).parent / "doors_over_http.csv").open(encoding="utf-8", newline="") as lines:
    DOORS_OVER_HTTP = list(csv.DictReader(lines))
"""Each is tried by every role in `tests/sparql_api/acts/test_rights.py`."""
READING = {
    "/sparql", "/rdf-graph-store", "/graphe/{rest:path}", "/reconcile", "/reconcile/match", "/reconcile/extend", "/oai",
    "/editions/{number}/sparql", "/mcp", "/jobs", "/jobs/{identifier}",
}  # fmt: skip
"""Addresses that take a query in a body and answer from an edition, or refuse whatever method writes."""
SIGNING = {"/atelier/sign-in", "/atelier/sign-out"}
"""Addresses by which somebody says who they are: by a token, else refused; they act on nothing."""
WORKSHOP = {
    "/atelier/revue/valider", "/atelier/depot", "/atelier/depot/fichier", "/atelier/libelles/{label}", "/atelier/analyse/{project}",
    "/atelier/libelles/{label}/retirer", "/atelier/depot/publication", "/atelier/depot/module",
    *(f"/atelier/revue/{{kind}}/{{identifier}}/{act}" for act in ("valider", "renvoyer", "retirer", "avis", "constat")),
}  # fmt: skip
"""Forms of who is signed in: each does by the same function what a door above does, which `tests/sparql_api/acts/atelier/` tries."""
LISTING = ("review list", "review digest", "review recheck")
"""Commands that show what their agent may read, perhaps nothing."""
OTHERS = Agent("Lecteur de Lille", (Grant("lecteur", "academie/09"),))
"""Declared, and without any right on what the tests touch, but to read what is Lille's."""


def test_every_command_is_a_door_that_is_named_or_known_to_read_what_is_public() -> None:
    assert {name for name, _ in leaves(get_command(main))} == {row["command"] for row in DOORS}


def test_every_http_method_that_could_act_is_known_to_read() -> None:
    found = {
        route.path
        for route in every_route(create_app(ServiceSettings()))
        if set(getattr(route, "methods", None) or ()) - {"GET", "HEAD", "OPTIONS"}
    }
    named = {row["path"] for row in DOORS_OVER_HTTP if row["method"] == "POST"}
    assert found == READING | SIGNING | WORKSHOP | named, "a door: name it, and have it decide"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    """A state whose edition holds 18-A0; 18-A1 waits, and its row is there to be deposited again."""
    folder = tmp_path_factory.mktemp("doors")
    settings, registry = begun(folder)
    registry.accounts.declare(OTHERS, OPERATOR)
    registry.close()
    rows = write_csv(folder / "rows.csv", [{"id": "A1"}])
    (folder / "harvest.rq").write_text("CONSTRUCT { ?s a ?type } WHERE { ?s a ?type }")
    (folder / "page.html").write_text("<p>")
    assert command(settings.var, "ingest", str(rows)).exit_code == 0
    return settings, rows


def told(settings: Settings) -> list[tuple[Any, ...]]:
    with Registry(settings) as registry, registry._sessions.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT id, event FROM events ORDER BY id")]


@pytest.mark.parametrize("name", [OTHERS.name, "Personne de déclaré"])
@pytest.mark.parametrize("row", ACTING, ids=lambda row: row["command"])
def test_each_door_refuses_who_has_no_right_to_pass(
    state: tuple[Settings, Path], row: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, rows = state
    asked: list[str] = []

    class Noted(Forbidden):
        def __init__(self, why: str, agent: Agent, action: Any, *matter: Any) -> None:
            asked.append(action)
            super().__init__(why, agent, action, *matter)

    monkeypatch.setattr(decision, "Forbidden", Noted)
    monkeypatch.setenv("OBSERVATOIRE_AGENT", name)
    before = told(settings)
    done = command(settings.var, *row["command"].split(), *row["arguments"].format(rows=rows, folder=rows.parent).split())
    if row["command"] in LISTING and name == OTHERS.name:  # who reads for Lille sees nothing of Orléans-Tours
        assert done.exit_code == 0 and "18-" not in done.stdout
    else:
        assert done.exit_code in (1, 2), done.stderr
        assert row["action"] in asked, "the door was shut by something else"
    assert told(settings) == before
