"""A session in the workshop's own forms: another page cannot send them, and what its agent loses it loses at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingestion import Agent, Grant
from ingestion.registry.tables.schema import signed_in
from sparql_api.acts.session import COOKIE
from tests.making import OPERATOR
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.atelier.test_depositing import FORM, GOOD
from tests.sparql_api.acts.conftest import Acting


@pytest.fixture
def passing(acting: Acting, request: pytest.FixtureRequest) -> str:
    """Declare somebody who deposits, whose account is this test's alone."""
    agent = Agent(f"CARDIE {request.node.name}"[:90], (Grant("depot", "academie/18"),))
    acting.registry.accounts.declare(agent, OPERATOR)
    acting.tokens[agent.name] = acting.registry.accounts.token(agent.name, OPERATOR)
    return agent.name


def test_every_form_bears_what_only_our_pages_know(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = acting.waiting("CSRF1", tmp_path)
    one = worker("national")
    forms = {route.path for route in acting_routes()}
    assert len(forms) >= 10
    for path in forms:
        address = path.format(kind="projet", identifier=name, project="18-A0", label="x")
        for token in ("", "0" * 64, one.token[:-1]):
            sent = {"files": {"file": ("p.csv", b"id,titre", "text/csv")}} if path.endswith("/fichier") else {}
            assert one.post(address, {"form": token, "version": "1", "confirm": "oui"}, **sent).status_code == 403, path
    assert acting.registry.get("projet", name).state == "depose"


def acting_routes() -> list[Any]:
    """Return the routes of forms that who is signed in sends."""
    from fastapi import APIRouter

    from sparql_api.acts.atelier.routes import atelier_router
    from sparql_api.settings import Settings

    service: Any = type("Declared", (), {"settings": Settings()})()
    router: APIRouter = atelier_router(service, None, None)  # type: ignore[arg-type]
    anybody = {"/atelier/sign-in", "/atelier/sign-out"}
    return [route for route in router.routes if "POST" in getattr(route, "methods", ()) and route.path not in anybody]  # type: ignore[attr-defined]


def test_a_role_that_is_taken_away_is_gone_at_the_next_page_and_act(acting: Acting, worker: Any, passing: str) -> None:
    one = worker(passing)
    assert one.get(FORM).status_code == 200
    acting.registry.accounts.declare(Agent(passing, (Grant("lecteur", "academie/18"),)), OPERATOR)
    with acting.registry._sessions.writing() as connection:
        connection.execute(sa.text("DELETE FROM roles WHERE agent = :name AND role = 'depot'"), {"name": passing})
    assert f'href="{FORM}"' not in one.get("/atelier").text
    assert one.post(FORM, {**GOOD, "act": "deposer"}).status_code == 403
    acting.registry.accounts.revoke(passing, OPERATOR)
    gone = one.post(FORM, {**GOOD, "act": "deposer"})
    assert gone.status_code == 401 and "/atelier" in said(gone), "it is told how to go on, and nothing is done"
    assert one.get(FORM).headers["location"] == "/atelier"


def test_a_session_that_is_over_or_planted_opens_nothing(acting: Acting, worker: Any, passing: str) -> None:
    one = worker(passing)
    planted = worker(passing)
    planted.cookie = f"{COOKIE}=plante-par-un-autre"
    assert planted.get("/atelier/revue").headers["location"] == "/atelier"
    with acting.registry._sessions.writing() as connection:
        connection.execute(signed_in.update().where(signed_in.c.agent == passing).values(until="2020-01-01T00:00:00Z"))
    assert one.get("/atelier/revue").headers["location"] == "/atelier"
    assert one.post(FORM, {**GOOD, "act": "garder"}).status_code == 401
