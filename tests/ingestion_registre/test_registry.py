"""The registry: states, versions, who may review, and events that only grow; on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingestion import Agent, NewDocument, RefusedTransition, Registry, Settings

POSTGRES = Path("/usr/lib/postgresql/15/bin")
LYON, NATIONAL = Agent("DRANE Lyon", "valideur", "10"), Agent("Dgesco")


def document(identifier: str = "10-A1", title: str = "Un titre", academie: str | None = "10") -> NewDocument:
    return NewDocument("projet", identifier, academie, {"id": f"projet/{identifier}", "type": "Projet", "titre": title})


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real PostgreSQL on loopback; without one, CI fails and others skip."""
    if not (POSTGRES / "initdb").exists():
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL 15 is missing")
        pytest.skip("PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/observatoire-pg-XXXXXX"], text=True).strip())
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    initdb = f"initdb -D {folder}/data -U app -A trust -E UTF8 --locale=C.UTF-8 --no-sync".split()
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    start = ["pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start"]
    for name, *arguments in (initdb, start):
        subprocess.run([*as_user, str(POSTGRES / name), *arguments], check=True, stdout=subprocess.DEVNULL)
    yield f"postgresql+psycopg://app@127.0.0.1:{port}/postgres"
    stop = [str(POSTGRES / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop"]
    subprocess.run([*as_user, *stop], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        with sa.create_engine(url).begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    opened = Registry(Settings(var=tmp_path / "var", database_url=url))
    yield opened
    opened.close()


def test_the_same_content_makes_no_new_version_and_new_content_makes_one(registry: Registry) -> None:
    assert registry.register([document()], LYON)["created"] == 1
    assert registry.register([document()], LYON)["unchanged"] == 1
    assert registry.register([document(title="Un autre")], LYON)["new-version"] == 1
    assert registry.get("projet", "10-A1").version == 2


def test_a_document_is_public_only_once_validated(registry: Registry) -> None:
    registry.register([document()], LYON)
    assert not list(registry.publishable())
    registry.validate("projet", "10-A1", LYON)
    assert [found.identifier for found in registry.publishable()] == ["10-A1"]


def test_the_published_version_stays_public_until_the_new_one_is_validated(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    registry.mark_published(1)
    registry.register([document(title="Un autre")], LYON)
    (public,) = registry.publishable()
    assert public.document is not None and public.document["titre"] == "Un titre"
    registry.validate("projet", "10-A1", LYON)
    (public,) = registry.publishable()
    assert public.document is not None and public.document["titre"] == "Un autre"


def test_a_reviewer_of_another_academie_may_not_act_and_a_national_one_may(registry: Registry) -> None:
    registry.register([document()], LYON)
    with pytest.raises(RefusedTransition) as caught:
        registry.validate("projet", "10-A1", Agent("DRANE Lille", "valideur", "09"))
    assert "autre académie" in caught.value.messages["fr"]
    registry.validate("projet", "10-A1", NATIONAL)


def test_a_deposit_sent_back_can_be_deposited_again(registry: Registry) -> None:
    registry.register([document()], LYON)
    registry.send_back("projet", "10-A1", LYON, "Précisez le niveau.")
    assert registry.get("projet", "10-A1").state == "retourne"
    registry.register([document(title="Corrigé")], LYON)
    assert registry.get("projet", "10-A1").state == "depose"
    assert [event["event"] for event in registry.history("projet", "10-A1")] == ["deposited", "returned", "deposited"]


def test_what_is_withdrawn_or_unknown_cannot_be_validated(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    registry.withdraw("projet", "10-A1", LYON)
    with pytest.raises(RefusedTransition):
        registry.validate("projet", "10-A1", LYON)
    with pytest.raises(LookupError):
        registry.validate("projet", "10-Z9", LYON)


def test_erasure_removes_payload_and_personal_data_and_keeps_the_fact(registry: Registry) -> None:
    found = document()
    private = NewDocument(found.kind, found.identifier, found.academie, found.document, (), {"deposant_nom": "X"})
    registry.register([private], LYON, validate=True)
    registry.erase("projet", "10-A1", LYON)
    assert registry.get("projet", "10-A1").document is None
    assert not list(registry.publishable())
    assert registry.history("projet", "10-A1")[-1]["event"] == "erased"


@pytest.mark.parametrize("statement", ["DELETE FROM events", "UPDATE events SET agent = 'x'"])
def test_events_only_grow(registry: Registry, statement: str) -> None:
    registry.register([document()], LYON)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry._engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_reading_an_empty_state_makes_no_file(tmp_path: Path) -> None:
    registry = Registry(Settings(var=tmp_path / "var"))
    assert not list(registry.publishable())
    assert not (tmp_path / "var").exists()


def test_many_documents_go_in_one_transaction(registry: Registry) -> None:
    counts = registry.register((document(f"10-A{n}") for n in range(1200)), LYON, validate=True)
    assert counts["created"] == 1200
    assert len(list(registry.publishable())) == 1200
