"""The registry: states, versions, who may review, and events that only grow; on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingestion import Agent, Forbidden, Grant, RefusedTransition, Registry, Settings
from ingestion.registry.editions import RegisteredEdition
from ingestion.registry.tables.model import NewDocument, now
from tests.making import NATIONAL, OPERATOR, declared

POSTGRES = Path("/usr/lib/postgresql/15/bin")
LYON = Agent("DRANE Lyon", (Grant("revue", "academie/10"),))
LILLE = Agent("DRANE Lille", (Grant("revue", "academie/09"),))
LATER = "2100-01-01T00:00:00Z"


def document(identifier: str = "10-A1", title: str = "Un titre", academie: str | None = "10") -> NewDocument:
    return NewDocument("projet", identifier, academie, {"id": f"projet/{identifier}", "type": "Projet", "titre": title})


def public(registry: Registry) -> dict[str, str]:
    """Return the titles of what the next edition would hold, by identifier."""
    put = [one for one in registry.editions.plan().put]
    payloads = [json.loads(content.payload or "{}") for content in registry.editions.contents(put)]
    return {one.identifier: payload["titre"] for one, payload in zip(put, payloads, strict=True)}


def cut(registry: Registry) -> int:
    """Note an edition of all that is to be public, as the publisher does; return its number."""
    last = registry.editions.last()
    plan = registry.editions.plan(None if last is None else last.last_event)
    number = 1 if last is None else last.number + 1
    registry.editions.commit(RegisteredEdition(number, now(), plan.last_event, "0" * 64, {}), plan)
    return number


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    opened = declared(Registry(Settings(var=tmp_path / "var", database_url=url)), LYON, LILLE, NATIONAL)
    yield opened
    opened.close()


def test_the_same_content_makes_no_new_version_and_new_content_makes_one(registry: Registry) -> None:
    assert registry.register([document()], LYON)["created"] == 1
    assert registry.register([document()], LYON)["unchanged"] == 1
    assert registry.register([document(title="Un autre")], LYON)["new-version"] == 1
    assert registry.get("projet", "10-A1").version == 2


def test_a_document_is_public_only_once_validated(registry: Registry) -> None:
    registry.register([document()], LYON)
    assert not public(registry)
    registry.validate("projet", "10-A1", LYON)
    assert public(registry) == {"10-A1": "Un titre"}
    cut(registry)
    assert registry.get("projet", "10-A1").state == "publie"


def test_the_published_version_stays_public_until_the_new_one_is_validated(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    cut(registry)
    registry.register([document(title="Un autre")], LYON)
    assert public(registry) == {"10-A1": "Un titre"}
    registry.validate("projet", "10-A1", LYON)
    assert public(registry) == {"10-A1": "Un autre"}


def test_a_new_version_sent_back_leaves_the_published_one_public(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    cut(registry)
    registry.register([document(title="Un autre")], LYON, validate=True)
    registry.send_back("projet", "10-A1", LYON, "Le titre ne va pas.")
    assert public(registry) == {"10-A1": "Un titre"}


def test_sending_back_does_not_revive_what_was_withdrawn(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    cut(registry)
    registry.withdraw("projet", "10-A1", LYON)
    registry.register([document(title="Un autre")], LYON, validate=True)
    registry.send_back("projet", "10-A1", LYON, "Non.")
    assert not public(registry)


def test_a_reviewer_of_another_academie_may_not_act_and_a_national_one_may(registry: Registry) -> None:
    registry.register([document()], LYON)
    with pytest.raises(Forbidden) as caught:
        registry.validate("projet", "10-A1", LILLE)
    assert "autre académie" in caught.value.messages["fr"]
    registry.validate("projet", "10-A1", NATIONAL)


def test_what_an_agent_may_do_is_what_the_registry_says_whatever_is_said_of_it(registry: Registry) -> None:
    registry.register([document(), document("09-B1", academie="09")], NATIONAL)
    for claimed in ((), (Grant("national"),), (Grant("revue", "academie/09"),)):
        with pytest.raises(Forbidden):
            registry.validate("projet", "09-B1", Agent("DRANE Lyon", claimed))
    registry.validate("projet", "10-A1", Agent("DRANE Lyon"))


def test_validating_at_the_deposit_what_is_another_academies_registers_nothing(registry: Registry) -> None:
    with pytest.raises(Forbidden):
        registry.register([document(), document("09-B1", academie="09")], LYON, validate=True)
    assert not list(registry.listed())


def test_a_deposit_sent_back_can_be_deposited_again(registry: Registry) -> None:
    registry.register([document()], LYON)
    registry.send_back("projet", "10-A1", LYON, "Précisez le niveau.")
    assert registry.get("projet", "10-A1").state == "retourne"
    registry.register([document()], LYON, validate=True)
    assert registry.get("projet", "10-A1").state == "retourne", "the same content again changes no decision"
    registry.register([document(title="Corrigé")], LYON)
    assert registry.get("projet", "10-A1").state == "depose"
    history = registry.history("projet", "10-A1")
    assert [event["event"] for event in history] == ["deposited", "returned", "deposited"]
    assert history[1]["remark"] == "Précisez le niveau."


def test_what_is_withdrawn_stays_so_when_the_same_file_comes_again(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    registry.withdraw("projet", "10-A1", LYON)
    assert registry.register([document()], LYON, validate=True)["unchanged"] == 1
    assert not public(registry)
    registry.validate("projet", "10-A1", LYON)
    assert public(registry), "a person may take it up again"


def test_what_is_published_or_unknown_cannot_be_validated(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    with pytest.raises(RefusedTransition):
        registry.validate("projet", "10-A1", LYON)
    with pytest.raises(LookupError):
        registry.validate("projet", "10-Z9", LYON)


def test_erasure_removes_payload_personal_data_and_remarks_and_keeps_the_fact(registry: Registry) -> None:
    found = document()
    private = replace(found, personal={"deposant_nom": "X"}, graph=b"packed")
    registry.register([private], LYON)
    registry.send_back("projet", "10-A1", LYON, "Demander à X.")
    registry.erase("projet", "10-A1", LYON)
    assert registry.get("projet", "10-A1").document is None
    assert not public(registry)
    history = registry.history("projet", "10-A1")
    assert [event["event"] for event in history] == ["deposited", "returned", "erased"]
    assert not any("remark" in event for event in history)
    with registry._sessions.engine.connect() as connection:
        ((payload, graph, personal),) = connection.execute(sa.text("SELECT payload, graph, personal FROM versions"))
    assert (payload, graph, personal) == (None, None, None)


def test_editions_that_hold_what_was_erased_are_known_whatever_came_before_and_after(registry: Registry) -> None:
    def deposit(name: str, title: str) -> None:
        registry.register([document(f"10-{name}", title)], LYON, validate=True)

    for name in ("always", "erased", "withdrawn", "changed", "returns", "never"):
        deposit(name, "un") if name != "never" else registry.register([document("10-never")], LYON)
    assert cut(registry) == 1 and registry.editions.of_erased() == {}
    deposit("changed", "deux")
    registry.withdraw("projet", "10-withdrawn", LYON)
    assert cut(registry) == 2
    deposit("always", "deux")
    assert cut(registry) == 3
    found = {}
    for name in ("never", "withdrawn"):
        registry.erase("projet", f"10-{name}", LYON)
        found[name] = set(registry.editions.of_erased())
    assert found == {"never": set(), "withdrawn": {1}}
    registry.erase("projet", "10-erased", LYON)
    assert set(registry.editions.of_erased()) == {1, 2, 3}, "the last one too, until the next is made"
    deposit("late", "un")
    assert cut(registry) == 4 and set(registry.editions.of_erased()) == {1, 2, 3}
    # Deposited anew: what was erased is gone, what is new is not.
    deposit("erased", "de retour")
    deposit("late", "deux")
    assert cut(registry) == 5 and set(registry.editions.of_erased()) == {1, 2, 3}
    registry.erase("projet", "10-late", LYON)
    deposit("late", "trois")
    assert cut(registry) == 6 and set(registry.editions.of_erased()) == {1, 2, 3, 4, 5}


def test_an_edition_in_the_making_holds_what_is_erased_meanwhile(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    plan = registry.editions.plan()
    registry.erase("projet", "10-A1", LYON)
    registry.editions.commit(RegisteredEdition(1, now(), plan.last_event, "0" * 64, {}), plan)
    assert set(registry.editions.of_erased()) == {1}
    assert cut(registry) == 2
    assert set(registry.editions.of_erased()) == {1}


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET at = 'x'"])
@pytest.mark.parametrize("table", ["events", "editions"])
def test_events_and_editions_only_grow(registry: Registry, statement: str, table: str) -> None:
    registry.register([document()], LYON, validate=True)
    cut(registry)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry._sessions.engine.begin() as connection:
        connection.execute(sa.text(statement.format(table)))


def test_reading_an_empty_state_makes_no_file(tmp_path: Path) -> None:
    registry = Registry(Settings(var=tmp_path / "var"))
    assert not registry.editions.plan().put
    assert not list(registry.listed())
    assert registry.editions.last() is None
    with pytest.raises(LookupError):
        registry.validate("projet", "10-A1", LYON)
    assert not (tmp_path / "var").exists()


def test_many_documents_go_in_one_transaction(registry: Registry) -> None:
    many = [document(f"10-A{n}") for n in range(1200)]
    assert registry.register(many, LYON, validate=True)["created"] == 1200
    assert len(registry.editions.plan().put) == 1200
    assert registry.register(many, LYON, validate=True)["unchanged"] == 1200
    broken = (*[document(f"10-B{n}") for n in range(600)], document("09-C1", academie="09"))
    with pytest.raises(Forbidden):
        registry.register(broken, LYON, validate=True)
    assert len(registry.editions.plan().put) == 1200


def test_an_edition_asks_for_what_changed_alone(registry: Registry) -> None:
    registry.register([document(f"10-A{n}") for n in range(5)], LYON, validate=True)
    cut(registry)
    last = registry.editions.last()
    assert last is not None
    nothing = registry.editions.plan(last.last_event)
    assert not nothing.put and not nothing.remove
    registry.register([document("10-A1", "Un autre")], LYON, validate=True)
    registry.withdraw("projet", "10-A2", LYON)
    plan = registry.editions.plan(last.last_event)
    assert [(one.identifier, one.version, one.fresh) for one in plan.put] == [("10-A1", 2, True)]
    assert plan.remove == (("projet", "10-A2"),)


def test_what_is_reviewed_while_an_edition_is_made_waits_for_the_next(registry: Registry) -> None:
    registry.register([document("10-A1"), document("10-A2")], LYON, validate=True)
    plan = registry.editions.plan()
    registry.withdraw("projet", "10-A1", LYON)
    registry.register([document("10-A2", "Un autre")], LYON, validate=True)
    registry.register([document("10-A3")], LYON, validate=True)
    registry.editions.commit(RegisteredEdition(1, now(), plan.last_event, "0" * 64, {}), plan)
    held = {one.identifier: one.published_version for one in registry.listed()}
    assert held == {"10-A1": 1, "10-A2": 1, "10-A3": None}
    assert {one.identifier: one.state for one in registry.listed()}["10-A2"] == "valide"
    following = registry.editions.plan(plan.last_event)
    assert [(one.identifier, one.version) for one in following.put] == [("10-A2", 2), ("10-A3", 1)]
    assert following.remove == (("projet", "10-A1"),)


def test_the_facts_of_a_version_are_those_of_its_edition_whatever_comes_after(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    cut(registry)
    last = registry.editions.last()
    assert last is not None
    again = registry.editions.plan_again(last)
    before = registry.editions.facts(again.put, last.last_event, LATER)
    assert (before[0].academie, before[0].issued, before[0].modified) == ("10", last.at, None)
    registry.withdraw("projet", "10-A1", LYON)
    registry.validate("projet", "10-A1", NATIONAL)
    registry.register([document(title="Un autre")], LYON)
    assert registry.editions.plan_again(last) == again
    assert registry.editions.facts(again.put, last.last_event, LATER) == before


def test_a_document_published_again_keeps_the_date_of_its_first_publication(registry: Registry) -> None:
    registry.register([document()], LYON, validate=True)
    cut(registry)
    first = registry.editions.last()
    assert first is not None
    registry.register([document(title="Un autre")], LYON, validate=True)
    plan = registry.editions.plan(first.last_event)
    (again,) = registry.editions.facts(plan.put, plan.last_event, LATER)
    assert (again.version, again.issued, again.modified) == (2, first.at, LATER)
    # Where the clock went back, nothing is published before it was published.
    (behind,) = registry.editions.facts(plan.put, plan.last_event, "2000-01-01T00:00:00Z")
    assert (behind.issued, behind.modified) == ("2000-01-01T00:00:00Z", None)


def test_the_file_of_a_registry_is_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    with Registry(settings) as registry:
        registry.accounts.declare(NATIONAL, OPERATOR)
        files = list(settings.var.glob("registre.sqlite*"))
        assert len(files) > 1 and all(path.stat().st_mode & 0o077 == 0 for path in files)
