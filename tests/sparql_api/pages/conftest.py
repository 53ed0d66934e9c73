"""The service over two editions: the demonstration's, then one with deposits that are hard to show."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.making import command, once_a_run, write_csv
from tests.sparql_api.endpoint.live import serve

HOSTILE_TITLE = "<script>alert(1)</script> & \"l'esprit\" \u202ecritique"
HARD_ROWS = [
    {"id": "h.1", "titre": HOSTILE_TITLE, "resume": "<img src=x onerror=alert(2)> </article>", "date": "2026-09"},
    {"id": "d.ttl", "titre": "Un identifiant qui finit comme un format"},
    {"id": "s", "titre": "Un identifiant court"},
    {"id": "s.ttl", "titre": "Le même, suivi d'un format"},
    {
        "id": "p",
        "titre": "Une séance en trois temps",
        "phases": "Zoomer sur la carte|Comparer deux réponses|Écrire la sienne",
        "outils_ia": "Outil-Maison 3000",
        "reprend": "https://w3id.org/observatoire-ia/projet/18-s",
    },
]


@pytest.fixture(scope="session")
def var(demo_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder: edition 1 is the demonstration's, edition 2 adds `HARD_ROWS`."""

    def make(state: Path) -> None:
        shutil.copytree(demo_var, state, symlinks=True)
        rows = write_csv(state.parent / "rows.csv", HARD_ROWS, ("phases", "reprend"))
        for arguments in (["ingest", str(rows), "--validated-by", "equipe-projet"], ["publish"]):
            done = command(state, *arguments)
            assert done.exit_code == 0, done.stderr

    return once_a_run(tmp_path_factory, "pages", make)


@pytest.fixture(scope="session")
def client(var: Path) -> Iterator[httpx.Client]:
    """A client of the service that follows no redirection by itself."""
    with (
        serve(create_app(Settings(var=var, workers=2))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "*/*"}) as session,
    ):
        yield session


@pytest.fixture(scope="session")
def store(var: Path) -> ox.Store:
    """The store of the current edition, to compare answers with."""
    return ox.Store.read_only(str(var / "editions" / "current" / "store"))
