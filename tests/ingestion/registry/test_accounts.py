"""Accounts: declared, given a token, ended, exported; on SQLite and on PostgreSQL, and on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingestion import Agent, Forbidden, Grant, Registry, Settings
from ingestion.registry.accounts import WrongAccount
from ingestion.registry.agents import new_agent, scope_of
from ingestion.registry.tables.model import NewDocument
from ingestion.rights.model import OPERATOR
from tests.making import NATIONAL, ROW, command, declared, write_csv

LYON = Agent("DRANE Lyon", (Grant("revue", "academie/10"),))
DOCUMENT = NewDocument("projet", "10-A1", "10", {"id": "projet/10-A1", "type": "Projet", "titre": "Un titre"})


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    opened = Registry(Settings(var=tmp_path / "var", database_url=url))
    yield opened
    opened.close()


def test_the_operator_is_there_before_anything_is_and_stays_as_it_is(registry: Registry) -> None:
    assert registry.accounts.known("opérateur") == OPERATOR
    declared(registry)
    assert registry.accounts.known("opérateur") == OPERATOR
    for act in (
        lambda: registry.accounts.revoke("opérateur", OPERATOR),
        lambda: registry.accounts.declare(Agent("opérateur", (Grant("national"),)), OPERATOR),
        lambda: registry.accounts.declare(Agent("publication", (Grant("national"),)), OPERATOR),
    ):
        with pytest.raises(WrongAccount):
            act()


def test_declaring_adds_roles_and_again_changes_nothing(registry: Registry) -> None:
    assert registry.accounts.declare(LYON, OPERATOR)
    assert not registry.accounts.declare(LYON, OPERATOR)
    more = Agent("DRANE Lyon", (Grant("depot", "academie/09"),), "organisation/dgesco", "2999-01-31")
    assert registry.accounts.declare(more, OPERATOR)
    found = registry.accounts.known("DRANE Lyon")
    assert set(found.grants) == {*LYON.grants, *more.grants}
    assert (found.organisation, found.expires) == ("organisation/dgesco", "2999-01-31")
    told = [(one["event"], one["agent"], one["detail"]) for one in registry.history("agent", "DRANE Lyon")]
    assert told == [("declared", "opérateur", "revue"), ("declared", "opérateur", "depot")]


def test_only_who_keeps_accounts_changes_them(registry: Registry) -> None:
    declared(registry, NATIONAL, LYON)
    for by in (NATIONAL, LYON, Agent("inconnu", (Grant("operateur"),))):
        for act in (
            lambda by=by: registry.accounts.declare(Agent("x", (Grant("national"),)), by),
            lambda by=by: registry.accounts.revoke("DRANE Lyon", by),
            lambda by=by: registry.accounts.token("DRANE Lyon", by),
            lambda by=by: registry.accounts.listed(by),
        ):
            with pytest.raises(Forbidden):
                act()
    assert [one.name for one in registry.accounts.listed(OPERATOR)] == ["DRANE Lyon", "Dgesco", "equipe-projet", "opérateur"]


def test_a_revoked_agent_does_nothing_more_and_its_name_is_not_given_again(registry: Registry) -> None:
    declared(registry, LYON).register([DOCUMENT], LYON)
    token = registry.accounts.token("DRANE Lyon", OPERATOR)
    registry.accounts.revoke("DRANE Lyon", OPERATOR)
    with pytest.raises(Forbidden):
        registry.validate("projet", "10-A1", LYON)
    assert registry.accounts.holder(token) is None
    for act in (
        lambda: registry.accounts.declare(LYON, OPERATOR),
        lambda: registry.accounts.token("DRANE Lyon", OPERATOR),
        lambda: registry.accounts.revoke("DRANE Lyon", OPERATOR),
        lambda: registry.accounts.revoke("personne", OPERATOR),
    ):
        with pytest.raises(WrongAccount):
            act()
    assert registry.history("projet", "10-A1")[0]["agent"] == "DRANE Lyon"


def test_a_token_is_256_random_bits_known_by_its_hash_alone_and_the_last_one_counts(registry: Registry) -> None:
    declared(registry, LYON, NATIONAL)
    first, second = (registry.accounts.token("DRANE Lyon", OPERATOR) for _ in range(2))
    other = registry.accounts.token("Dgesco", OPERATOR)
    assert len({first, second, other}) == 3
    assert all(re.fullmatch(r"oia_[\w-]{43}", one) for one in (first, second, other))
    holders = [registry.accounts.holder(one) for one in (first, second, other, "", second[:-1], second + "x")]
    assert [one and one.name for one in holders] == [None, "DRANE Lyon", "Dgesco", None, None, None]
    with registry._sessions.engine.connect() as connection:
        kept = str(connection.execute(sa.text("SELECT * FROM agents")).all())
    assert second not in kept and second.removeprefix("oia_") not in kept


def test_an_expired_account_is_still_known_by_its_token_and_may_do_nothing(registry: Registry) -> None:
    declared(registry, Agent("DRANE Lyon", LYON.grants, expires="2020-01-31"), NATIONAL)
    registry.register([DOCUMENT], NATIONAL)
    holder = registry.accounts.holder(registry.accounts.token("DRANE Lyon", OPERATOR))
    assert holder is not None
    with pytest.raises(Forbidden) as refused:
        registry.validate("projet", "10-A1", holder)
    assert refused.value.why == "agent-expired" and "2020-01-31" in refused.value.messages["en"]


def test_what_a_document_was_counts_as_what_it_becomes(registry: Registry) -> None:
    """Whoever may deposit for Lyon does not take over an analysis of Lille by having it evaluate a project of Lyon."""
    declared(registry, NATIONAL, LYON)
    content = {"id": "analyse/a", "type": "Analyse"}
    registry.register([NewDocument("analyse", "a", "09", {**content, "evalue": "projet/09-B1"})], NATIONAL)
    with pytest.raises(Forbidden):
        registry.register([NewDocument("analyse", "a", "10", {**content, "evalue": "projet/10-A1"})], LYON)
    assert registry.get("analyse", "a").version == 1


@pytest.mark.parametrize(
    ("name", "roles", "scope", "said"),
    [
        ("x", ["revue"], "", "--academie"),
        ("x", ["national"], "academie/10", "national"),
        ("x", ["depot", "partenaire"], "academie/10", "--instrument"),
        ("", ["national"], "", "agent"),
        ("a\u202eb", ["national"], "", "agent"),
        ("x" * 97, ["national"], "", "agent"),
    ],
)
def test_an_account_that_cannot_be_is_told_what_to_do(name: str, roles: list[str], scope: str, said: str) -> None:
    with pytest.raises(WrongAccount) as refused:
        new_agent(name, roles, scope)
    assert said in refused.value.messages["fr"]


def test_scopes_dates_and_organisations_are_taken_as_people_write_them() -> None:
    assert scope_of("Lyon", None, None) == "academie/10" == scope_of("10", None, None)
    assert scope_of(None, "Auvergne-Rhône-Alpes", None) == "region-academique/auvergne-rhone-alpes"
    assert scope_of(None, "auvergne-rhone-alpes", None) == "region-academique/auvergne-rhone-alpes"
    assert scope_of(None, None, "ai-act") == "instrument/ai-act"
    assert new_agent("x", ["national"], organisation="DGESCO").organisation == "organisation/dgesco"
    for wrong in (
        lambda: scope_of("Lyon", "Bretagne", None), lambda: scope_of(None, "Atlantide", None),
        lambda: scope_of(None, None, "../x"), lambda: new_agent("x", ["national"], organisation="Atlantide"),
        lambda: new_agent("x", ["national"], expires="demain"),
    ):  # fmt: skip
        with pytest.raises(WrongAccount):
            wrong()


def test_accounts_on_the_command_line(tmp_path: Path) -> None:
    var = tmp_path / "var"
    add = ("agent", "add", "DRANE Lyon", "--role", "revue", "--role", "depot", "--academie", "Lyon")
    assert command(var, *add).exit_code == 0
    assert "Rien à faire" in command(var, *add).stderr
    assert command(var, "agent", "add", "x", "--role", "revue", "--lang", "en").exit_code == 2
    listed = command(var, "agent", "list").stdout
    assert "DRANE Lyon" in listed and "revue academie/10" in listed and "opérateur" in listed
    given = command(var, "agent", "token", "DRANE Lyon")
    token = given.stdout.strip()
    assert token.startswith("oia_") and token not in given.stderr
    told = command(var, "agent", "export", "DRANE Lyon", "--as", "DRANE Lyon").stdout
    known = json.loads(told)
    assert known["roles"] == [{"role": "depot", "scope": "academie/10"}, {"role": "revue", "scope": "academie/10"}]
    assert [one["event"] for one in known["events"]] == ["declared", "declared", "token"]
    assert token not in told and "hash" not in told
    assert command(var, "agent", "revoke", "DRANE Lyon").exit_code == 0
    assert "fermé le" in command(var, "agent", "list").stdout
    assert command(var, "agent", "export", "personne").exit_code == 1


def test_each_row_that_the_agent_may_not_deposit_is_refused_at_its_line(tmp_path: Path) -> None:
    var, report = tmp_path / "var", tmp_path / "report.json"
    lille = {"id": "B1", "academie": "Lille", "region_academique": "Hauts-de-France"}
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}, lille])
    command(var, "agent", "add", "DRANE Orléans-Tours", "--role", "depot", "--academie", "18")
    for dry in (["--dry-run"], []):
        done = command(var, "ingest", str(rows), "--as", "DRANE Orléans-Tours", "--report", str(report), *dry)
        assert done.exit_code == 1
        told = json.loads(report.read_text(encoding="utf-8"))
        refused = [(one["line"], one["field"]) for one in told["entries"] if one["rule"] == "depot:depot-non-permis"]
        assert refused == [(3, "academie")] and told["summary"]["accepted"] == 1
    with Registry(Settings(var=var)) as registry:
        assert [one.identifier for one in registry.listed()] == ["18-A1"]
        (event,) = registry.history("projet", "18-A1")
    assert (event["agent"], event["academie"]) == ("DRANE Orléans-Tours", "18")


def test_a_national_deposit_is_for_a_national_agent(tmp_path: Path) -> None:
    var, rows = tmp_path / "var", write_csv(tmp_path / "rows.csv", [{"academie": "", "region_academique": ""}])
    command(var, "agent", "add", "Dgesco", "--role", "national")
    for arguments in (["--national"], ["--national", "--dry-run"]):
        done = command(var, "ingest", str(rows), *arguments)
        assert done.exit_code == 2 and "national" in done.stderr
    assert command(var, "ingest", str(rows), "--national", "--as", "Dgesco").exit_code == 0
    with Registry(Settings(var=var)) as registry:
        assert [one.identifier for one in registry.listed()] == ["n-A1"]


def test_who_validates_at_the_deposit_is_declared_and_may_validate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    var, rows = tmp_path / "var", write_csv(tmp_path / "rows.csv", [ROW])
    command(var, "agent", "add", "Dépôt", "--role", "depot", "--academie", "18")
    command(var, "agent", "add", "DRANE", "--role", "revue", "--academie", "18")
    for name, said in (("Jeanne", "agent add"), ("Dépôt", "aucun rôle"), ("opérateur", "--as")):
        done = command(var, "ingest", str(rows), "--validated-by", name)
        assert done.exit_code == 2 and said in done.stderr, done.stderr
    assert command(var, "ingest", str(rows), "--as", "Dépôt", "--validated-by", "DRANE").exit_code == 2
    assert "Rien n'attend" in command(var, "review", "list").stderr
    monkeypatch.setenv("OBSERVATOIRE_AGENT", "Dépôt")
    assert command(var, "ingest", str(rows), "--validated-by", "DRANE").exit_code == 0
    with Registry(Settings(var=var)) as registry:
        told = [(one["event"], one["agent"], one["academie"]) for one in registry.history("projet", "18-A1")]
    assert told == [("deposited", "DRANE", "18"), ("validated", "DRANE", "18")]


def test_one_reads_the_deposits_of_ones_scope(tmp_path: Path) -> None:
    var = tmp_path / "var"
    lille = {"id": "B1", "academie": "Lille", "region_academique": "Hauts-de-France"}
    command(var, "ingest", str(write_csv(tmp_path / "rows.csv", [{"id": "A1"}, lille])))
    command(var, "agent", "add", "Lecteur", "--role", "lecteur", "--academie", "Lille")
    assert "18-A1" in command(var, "review", "list").stdout
    mine = command(var, "review", "list", "--as", "Lecteur").stdout
    assert "09-B1" in mine and "18-A1" not in mine
    assert command(var, "review", "show", "09-B1", "--as", "Lecteur").exit_code == 0
    assert command(var, "review", "show", "18-A1", "--as", "Lecteur").exit_code == 2
    assert command(var, "review", "list", "--as", "Inconnu").exit_code == 2
