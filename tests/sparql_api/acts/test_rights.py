"""The table role × act × scope over HTTP: every role at every door, on documents in its scope and out of it.

What each may do is read here from `rights.csv` by other means than the function that decides.
"""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from ingestion import Agent, Grant
from ingestion.derivation.deciding import findings_of
from ingestion.resolution.decided import label_name
from tests.contracts.test_doors import DOORS_OVER_HTTP
from tests.making import OPERATOR
from tests.sparql_api.acts.conftest import Acting
from tests.sparql_api.endpoint.live import wait_until

FOLDER = files("ingestion").joinpath("rights")
RIGHTS = list(csv.DictReader(FOLDER.joinpath("rights.csv").read_text("utf-8").splitlines()))
SCOPES = {row["role"]: row["scopes"].split() for row in csv.DictReader(FOLDER.joinpath("roles.csv").read_text("utf-8").splitlines())}
GIVEN = {"country": "", "academie": "academie/18", "region-academique": "region-academique/centre-val-de-loire", "instrument": "instrument/ai-act"}
CASES = [(role, kind) for role, kinds in SCOPES.items() if role != "operateur" for kind in kinds]
HERE, THERE = "18", "09"


def allowed(role: str, kind: str, action: str, academie: str) -> bool:
    """Whether `rights.csv` lets a role, with a scope of this kind around 18, do an act on a project of an académie."""
    reaches = {"all": True, "academies": True, "own": False, "scope": kind == "country" or (academie == HERE and kind != "instrument")}
    return any(
        row["role"] == role and row["action"] == action and (not row["kinds"] or "projet" in row["kinds"].split()) and reaches[row["extent"]]
        for row in RIGHTS
    )


@pytest.fixture(scope="module")
def drafts(acting: Acting, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A draft of each of both académies."""
    folder = tmp_path_factory.mktemp("rights")
    lille = {"academie": "Lille", "region_academique": "Hauts-de-France", "auteur_institutionnel": "Académie de Lille"}
    here = acting.waiting("T1", folder, niveaux=f"Classe {HERE} bleue")
    return {HERE: here, THERE: acting.waiting("T2", folder, niveaux=f"Classe {THERE} bleue", **lille)}


@pytest.fixture(scope="module")
def asked(acting: Acting) -> dict[tuple[str, str], str]:
    """The agent of each role and scope."""
    for role, kind in CASES:
        agent = Agent(f"{role} {kind}", (Grant(role, GIVEN[kind]),))
        acting.registry.accounts.declare(agent, OPERATOR)
        acting.tokens[agent.name] = acting.registry.accounts.token(agent.name, OPERATOR)
    return {(role, kind): f"{role} {kind}" for role, kind in CASES}


def tried(acting: Acting, who: str, door: dict[str, str], name: str, document: Any, number: int) -> tuple[int, Any]:
    """Return the status of a door for a document, and what it answered."""
    finding = findings_of(acting.registry, acting.registry.get("projet", name))[0].identifier if "{finding}" in door["path"] else ""
    label = label_name("niveaux", f"Classe {name[:2]} bleue")
    path = door["path"].format(kind="projet", identifier=name, number=number, finding=finding, label=label)
    if door["body"] == "{document}":
        answer = acting.ask(who, "POST", path, json=document, params={"dry_run": "true"})
        if answer.status_code != 202:
            return answer.status_code, None
        wait_until(lambda: acting.ask(who, "GET", answer.headers["location"]).status_code == 200)
        taken = acting.ask(who, "GET", answer.headers["location"]).json()["summary"]["accepted"]
        return (202 if taken else 403), None
    body = json.loads(door["body"].replace("{kind}/{identifier}", f"projet/{name}")) if door["body"] else None
    answer = acting.ask(who, door["method"], path, **({"json": body} if door["method"] == "POST" else {}))
    return answer.status_code, answer.text if door["path"] == "/deposits/feed" else answer.json()


@pytest.mark.parametrize("role", sorted({role for role, _ in CASES}))
def test_each_role_passes_the_doors_that_the_table_opens_to_it(
    acting: Acting, drafts: dict[str, str], asked: dict[tuple[str, str], str], role: str
) -> None:
    for kind, academie, door in product(SCOPES[role], (HERE, THERE), DOORS_OVER_HTTP):
        who, name, action = asked[role, kind], drafts[academie], door["action"]
        found = acting.registry.get("projet", name)
        number = acting.registry.received.note(OPERATOR)
        acting.registry.received.end(number, "done", {"fr": {}, "en": {}})
        status, said = tried(acting, who, door, name, found.document, number)
        opens, reads = allowed(role, kind, action, academie), allowed(role, kind, "read", academie)
        case = (who, academie, door["method"], door["path"], status)
        if door["path"] == "/reviews":
            assert status == 200 and (name in {one["id"] for one in whole(acting, who)}) is opens, case
        elif door["path"] == "/reviews/validate":
            assert status == 200 and said["results"][0]["status"] in ((200, 409) if opens else (403, 404)), case
        elif door["path"] == "/labels":
            asks = any(allowed(role, kind, action, each) for each in (HERE, THERE))
            assert status == (200 if asks else 403), case
            waits = opens and found.state in ("depose", "valide", "publie")
            assert not asks or not waits or f"Classe {academie} bleue" in {one["label"] for one in said["items"]}, case
            assert opens or not asks or f"Classe {academie} bleue" not in {one["label"] for one in said["items"]}, case
        elif door["path"] == "/deposits/feed":
            assert status == 200 and (f"/projet/{name}" in said) is (opens and found.state in ("depose", "retourne", "publie")), case
        elif door["path"] in ("/labels/{label}", "/labels/{label}/withdraw"):
            assert status in ((200, 404) if opens else (403,)), case
        elif opens:
            assert status in (200, 202, 409), case
        else:
            assert status == (404 if door["path"].startswith("/deposits/") or not reads else 403) or (door["path"] == "/deposits" and status == 403), case


def whole(acting: Acting, who: str) -> list[dict[str, Any]]:
    return list(acting.ask(who, "GET", "/reviews", params={"state": "toutes", "per_page": "200"}).json()["items"])
