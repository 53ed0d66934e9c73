"""A service where 18-A0 is published, 18-A1 waits, and agents are declared, each with its token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion import Agent, Grant, Options, Registry, Settings, deposit_file
from sparql_api.app import create_app
from sparql_api.settings import Settings as ServiceSettings
from tests.ingestion.partners import PARTNER
from tests.making import HEADER, NATIONAL, OPERATOR, begun, write_csv
from tests.sparql_api.endpoint.live import serve

AGENTS = {
    "national": NATIONAL,
    "revue": Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),)),
    "lille": Agent("DRANE Lille", (Grant("revue", "academie/09"),)),
    "depot": Agent("CARDIE Orléans-Tours", (Grant("depot", "academie/18"),)),
    "inspection": Agent("IA-IPR Orléans-Tours", (Grant("inspection", "academie/18"),)),
    "lecteur": Agent("Lecteur de Lille", (Grant("lecteur", "academie/09"),)),
    "partenaire": PARTNER,
}


@dataclass(frozen=True)
class Acting:
    """A running service, its registry, and a client that bears the token of whom it is asked for."""

    client: httpx.Client
    registry: Registry
    settings: Settings
    tokens: dict[str, str]

    def ask(self, who: str | None, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        return self.client.request(method, path, headers={**headers, **sent.pop("headers", {})}, **sent)

    def waiting(self, name: str, folder: Path, **row: str) -> str:
        """Deposit a row that waits from now on; return its id."""
        path = write_csv(folder / f"{name}.csv", [{"id": name, "url_source": f"https://example.org/{name}", **row}], sorted({*row} - {*HEADER}))
        done = deposit_file(path, self.registry, OPERATOR, Options())
        assert done.summary.accepted == 1, done.entries
        return done.taken[0].identifier


@pytest.fixture(scope="package")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acting]:
    folder = tmp_path_factory.mktemp("acts")
    settings, registry = begun(folder)
    tokens = {}
    for name, agent in AGENTS.items():
        registry.accounts.declare(agent, OPERATOR)
        tokens[name] = registry.accounts.token(agent.name, OPERATOR)
    app = create_app(ServiceSettings(var=settings.var, workers=1))
    with serve(app) as url, httpx.Client(base_url=url, timeout=300) as client, registry:
        yield Acting(client, registry, settings, tokens)
