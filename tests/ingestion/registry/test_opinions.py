"""What reviewers and inspectors say of a deposit: opinions, remarks by field; what an erasure leaves of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingestion import Agent, Forbidden, Grant, RefusedTransition, Registry, Settings, publish
from ingestion.publication.erasure import erase
from tests.making import NATIONAL, OPERATOR, begun, command, write_csv

INSPECTOR = Agent("IA-IPR Orléans", (Grant("inspection", "academie/18"),))
ELSEWHERE = Agent("IA-IPR Lille", (Grant("inspection", "academie/09"),))


@pytest.fixture
def state(tmp_path: Path) -> tuple[Settings, Registry]:
    """A state where 18-A0 is published and 18-A1 waits."""
    settings, registry = begun(tmp_path)
    for one in (INSPECTOR, ELSEWHERE):
        registry.accounts.declare(one, OPERATOR)
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1", "url_source": "https://example.org/a1"}])
    assert command(settings.var, "ingest", str(rows)).exit_code == 0
    return settings, registry


def test_the_opinion_of_an_inspector_is_shown_and_changes_nothing_else(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    text = "Conforme au programme de 3e."
    done = command(settings.var, "review", "opinion", "18-A1", "--text", text, "--as", INSPECTOR.name)
    assert done.exit_code == 0, done.stderr
    assert registry.get("projet", "18-A1").state == "depose"
    last = registry.history("projet", "18-A1")[-1]
    assert (last["event"], last["remark"], last["agent"], last["academie"]) == ("opinion", text, INSPECTOR.name, "18")
    assert text in command(settings.var, "review", "show", "18-A1").stdout
    with pytest.raises(Forbidden):
        registry.give_opinion("projet", "18-A1", ELSEWHERE, text)
    before = registry.editions.last()
    registry.give_opinion("projet", "18-A0", INSPECTOR, text)
    publish(settings, registry)
    after = registry.editions.last()
    assert before and after and before.number == after.number, "an opinion makes no edition"


def test_a_return_tells_what_is_wrong_field_by_field(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    said = ["--reason", "Deux points.", "--field", "niveaux=Précisez la classe.", "--field", "resume=Trop court."]
    done = command(settings.var, "review", "return", "18-A1", *said, "--as", NATIONAL.name)
    assert done.exit_code == 0, done.stderr
    told = registry.history("projet", "18-A1")[-1]
    assert told["fields"] == {"niveaux": "Précisez la classe.", "resume": "Trop court."}
    shown = command(settings.var, "review", "show", "18-A1").stdout
    assert "Précisez la classe." in shown and "Deux points." in shown
    for wrong, near in (("nivaux=x", "niveaux"), ("niveaux", "niveaux")):
        done = command(settings.var, "review", "return", "18-A1", "--reason", "x", "--field", wrong)
        assert done.exit_code == 2 and near in done.stderr


def test_what_was_not_looked_at_is_not_validated(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    with pytest.raises(RefusedTransition) as refused:
        registry.validate("projet", "18-A1", NATIONAL, version=2)
    assert refused.value.reason == "other-version"
    registry.validate("projet", "18-A1", NATIONAL, version=1)


def test_an_erasure_takes_opinions_remarks_and_every_kept_report(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    registry.give_opinion("projet", "18-A1", INSPECTOR, "Une remarque sur Zanzibarine.")
    registry.send_back("projet", "18-A1", NATIONAL, "x", {"resume": "Zanzibarine"})
    number = registry.received.note(INSPECTOR)
    registry.received.end(number, "done", {"fr": {"value": "Zanzibarine"}})
    assert registry.received.get(number, INSPECTOR).report == {"fr": {"value": "Zanzibarine"}}
    assert b"Zanzibarine" in settings.registry_path.read_bytes() + settings.registry_path.with_name("registre.sqlite-wal").read_bytes()
    erase(settings, registry, "projet", "18-A1", NATIONAL)
    assert registry.received.get(number, INSPECTOR).report is None
    assert b"Zanzibarine" not in b"".join(path.read_bytes() for path in settings.var.rglob("*") if path.is_file())
    with closing(sqlite3.connect(settings.registry_path)) as database:
        assert database.execute("SELECT count(*) FROM deposits").fetchone() == (1,)


def test_a_report_is_for_who_sent_the_deposit_alone(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    mine = Agent("DRANE Orléans", (Grant("revue", "academie/18"),))
    registry.accounts.declare(mine, OPERATOR)
    number = registry.received.note(INSPECTOR)
    registry.received.end(number, "done", {})
    assert registry.received.get(number, INSPECTOR).state == "done"
    for nobody in (NATIONAL, mine, ELSEWHERE, OPERATOR):
        with pytest.raises(LookupError):
            registry.received.get(number, nobody)
    with pytest.raises(LookupError):
        registry.received.get(number + 1, INSPECTOR)
    registry.accounts.revoke(INSPECTOR.name, OPERATOR)
    with pytest.raises(LookupError):
        registry.received.get(number, INSPECTOR)
