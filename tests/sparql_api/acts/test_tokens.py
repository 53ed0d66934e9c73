"""Bearer tokens over HTTP: who they stand for, what is said without one, how failures are bounded."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from ingestion import Agent, Grant
from sparql_api.acts.agents import FAILURES
from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.making import OPERATOR
from tests.sparql_api.acts.conftest import Acting
from tests.sparql_api.endpoint.live import serve

ACTING = (
    ("GET", "/deposits/1"), ("POST", "/deposits"), ("GET", "/reviews"), ("GET", "/reviews/projet/18-A0"),
    ("POST", "/reviews/validate"), *(("POST", f"/reviews/projet/18-A0/{act}") for act in ("validate", "return", "withdraw", "opinion")),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ACTING)
def test_nobody_acts_without_a_token_and_no_other_origin_reads_anything(acting: Acting, method: str, path: str) -> None:
    answer = acting.ask(None, method, path, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="observatoire"'
    assert answer.headers["cache-control"] == "no-store"
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": method}
    for one in (answer, acting.ask(None, "OPTIONS", path, headers=asked), acting.ask("national", method, path)):
        assert not [name for name in one.headers if name.startswith("access-control-")], path


def test_a_token_is_held_to_its_end_and_its_revocation(acting: Acting) -> None:
    registry = acting.registry
    yesterday, grants = (date.today() - timedelta(2)).isoformat(), (Grant("lecteur", "academie/18"),)
    for name, expires in (("Fini", yesterday), ("Fermé", None)):
        registry.accounts.declare(Agent(name, grants, expires=expires), OPERATOR)
        acting.tokens[name] = registry.accounts.token(name, OPERATOR)
    assert acting.ask("Fermé", "GET", "/reviews").status_code == 200
    registry.accounts.revoke("Fermé", OPERATOR)
    for name, said in (("Fermé", "n'ouvre rien"), ("Fini", "a pris fin")):
        answer = acting.ask(name, "GET", "/reviews", headers={"Accept-Language": "fr"})
        assert answer.status_code == 401 and said in answer.json()["detail"]
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_wrong_tokens_are_counted_by_client_and_no_log_holds_any(
    acting: Acting, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(var=acting.settings.var, workers=1)
    with caplog.at_level(logging.DEBUG), serve(create_app(settings)) as url:
        def tried(token: str) -> httpx.Response:
            return httpx.get(f"{url}/reviews", headers={"Authorization": f"Bearer {token}"}, timeout=300)

        # Failures are forgotten little by little: on a slow machine it takes some more of them.
        wrong = [tried(f"oia_wrong{i}").status_code for i in range(4 * FAILURES)]
        assert wrong[:FAILURES] == [401] * FAILURES and wrong[-1] == 429
        assert tried(acting.tokens["national"]).status_code == 200, "a neighbour's wrong tokens stop nobody"
        refused = tried("oia_wrong")
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
        assert refused.json()["type"].endswith("/too-many-failures")
    said = caplog.text + "".join(capfd.readouterr())
    assert "oia_" not in said
    held = b"".join(path.read_bytes() for path in Path(settings.var).rglob("*") if path.is_file())
    assert acting.tokens["national"].encode() not in held and b"oia_wrong" not in held
