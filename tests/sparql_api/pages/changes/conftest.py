"""A service over four editions: 2 adds and changes fiches, 3 withdraws one and 4 comes after another was erased."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from ingestion import Options, Registry, deposit_file, publish
from ingestion import Settings as State
from ingestion.publication.erasure import erase
from sparql_api.app import create_app
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.settings import Settings
from tests.making import TEAM, begun, dump_of, write_csv
from tests.sparql_api.endpoint.live import serve

WORD = "zanzibarite"
"""What the erased fiche alone says."""


@dataclass
class Changing:
    """A state, its service and a client of it; the quads of each edition as it was cut, of 3 after the erasure too."""

    state: State
    registry: Registry
    client: httpx.Client
    quads: dict[str, set[bytes]] = field(default_factory=dict)
    answers: dict[str, httpx.Response] = field(default_factory=dict)

    def note(self, name: str) -> None:
        """Note what the current edition holds, by its own dump, and how the stream begins."""
        self.quads[name] = set(dump_of(self.state.var / "editions" / "current").split(b"\n")) - {b""}

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask, and follow, until the edition is made anew."""
        for _ in range(1200):
            answer = self.client.get(path, headers=headers, follow_redirects=True)
            if answer.status_code != 503:
                return answer
            time.sleep(0.05)
        raise AssertionError("the edition is not made anew")

    def deposit(self, *rows: dict[str, str]) -> None:
        """Deposit, validate and publish rows."""
        path = write_csv(self.state.var.parent / "rows.csv", rows)
        deposit_file(path, self.registry, TEAM, Options(), validate=True)
        self.publish()

    def publish(self) -> None:
        """Publish."""
        publish(self.state, self.registry, EDITION_OUTPUTS)


@pytest.fixture(scope="session")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changing]:
    """18-B1 is in 2, withdrawn in 3; 18-B2, which says the word, is in 2 and 3, erased then; 4 changes 18-A0 again."""
    state, registry = begun(tmp_path_factory.mktemp("changing"))
    with (
        serve(create_app(Settings(var=state.var, workers=1))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "*/*"}) as client,
    ):
        world = Changing(state, registry, client)
        world.note("1")
        text = f"Des élèves lisent une histoire de la {WORD} avec une IA."
        world.deposit(
            {"id": "A0", "titre": "Écrire un conte à deux"},
            {"id": "B1", "titre": "Une carte"},
            {"id": "B2", "titre": f"La {WORD}", "resume": text},
        )
        world.note("2")
        registry.withdraw("projet", "18-B1", TEAM, "à la demande de l'académie")
        world.publish()
        world.note("3")
        world.answers["before"] = client.get("/ldes")
        erase(state, registry, "projet", "18-B2", TEAM, EDITION_OUTPUTS)
        world.note("3 redacted")
        world.answers["redacted"] = client.get("/ldes")
        world.answers["page"] = client.get("/ldes/0-99")
        since = client.get("/editions/3").json()["date"]
        world.answers["harvested"] = client.get(f"/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&from={since}")
        world.deposit({"id": "A0", "titre": "Écrire un conte à trois"})
        world.note("4")
        yield world
    registry.close()
