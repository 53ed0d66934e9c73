"""Registries of earlier releases: opened, brought to today's tables whole or not at all, and as good as before.

Their dumps, and what the code of their time derived of their documents, stand in `releases/`; `make.py` made them.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory

from ingestion import Agent, Edition, Forbidden, Grant, Registry, Settings, publish, rebuild
from ingestion.graphs.conversion import convert
from ingestion.registry.tables.model import NewDocument
from ingestion.registry.tables.schema import connect, metadata
from ingestion.registry.tables.upgrade import CURRENT, REVISIONS, NewerRegistry, copies_of
from ingestion.rights.model import OPERATOR
from ontologie import digest, serialize_lines
from tests.making import NATIONAL, command, declared

RELEASES = Path(__file__).parent / "releases"


def known(release: str) -> dict[str, Any]:
    """Return what the release itself derived of the documents that its registry holds."""
    told: dict[str, Any] = json.loads((RELEASES / f"{release}.json").read_text(encoding="utf-8"))
    return told


def restored(release: str, var: Path, database_url: str | None = None) -> Settings:
    """Return a state folder with the registry of a release."""
    state = Settings(var=var, database_url=database_url)
    dump = (RELEASES / f"{release}.{'postgresql' if database_url else 'sqlite'}.sql").read_text(encoding="utf-8")
    if database_url:
        engine = sa.create_engine(database_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public")
            connection.exec_driver_sql("CREATE SCHEMA public")
            connection.connection.driver_connection.execute(dump)  # type: ignore[union-attr]
        return state
    var.mkdir(parents=True)
    with closing(sqlite3.connect(state.registry_path)) as connection:
        connection.executescript(dump)
        connection.execute("PRAGMA journal_mode=WAL")
    return state


@pytest.fixture(params=["sqlite", "postgresql"])
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Give a state folder with the registry of release 0.1.0, on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    return restored("0.1.0", tmp_path / "var", url)


def engine_of(state: Settings) -> sa.Engine:
    return connect(state.database_url or f"sqlite:///{state.registry_path.absolute()}")


def schema(state: Settings) -> dict[str, Any]:
    """Return the tables as the database has them: columns, keys, indices, triggers, counters."""
    engine = engine_of(state)
    with engine.connect() as connection:
        seen = sa.inspect(connection)
        found: dict[str, Any] = {
            table: (
                [{**column, "type": repr(column["type"])} for column in seen.get_columns(table)],
                seen.get_pk_constraint(table), seen.get_foreign_keys(table), seen.get_indexes(table),
            )
            for table in sorted(seen.get_table_names())
        }  # fmt: skip
        if state.database_url:
            asked = "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
        else:
            asked = "SELECT type, name, tbl_name, CASE type WHEN 'trigger' THEN sql END, sql LIKE '%AUTOINCREMENT%' FROM sqlite_master ORDER BY 1, 2"
        found["made"] = [tuple(row) for row in connection.execute(sa.text(asked))]
        assert not compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return found


def version_in(state: Settings) -> str | None:
    """Return the version that a registry says it has, without opening it as one."""
    engine = engine_of(state)
    with engine.connect() as connection:
        if "alembic_version" not in sa.inspect(connection).get_table_names():
            return None
        return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())


def test_the_versions_that_the_program_names_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "ingestion:registry/tables/migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in scripts.walk_revisions())[::-1] == REVISIONS
    assert scripts.get_heads() == [CURRENT]


def test_a_registry_of_a_release_becomes_what_an_empty_one_of_today_is(
    release: Settings, tmp_path: Path
) -> None:
    with Registry(release) as registry:
        assert registry.get("projet", "18-A1").version == 1
    upgraded = schema(release)
    assert version_in(release) == CURRENT
    if release.database_url:
        fresh = Settings(var=tmp_path / "fresh", database_url=release.database_url)
        engine = engine_of(fresh)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    else:
        fresh = Settings(var=tmp_path / "fresh")
    with declared(Registry(fresh), NATIONAL) as registry:
        registry.register([NewDocument("projet", "18-A1", "18", {"id": "projet/18-A1"})], NATIONAL)
    assert version_in(fresh) == CURRENT
    assert upgraded == schema(fresh)


def test_a_registry_of_a_release_still_says_all_that_it_said(release: Settings) -> None:
    with Registry(release) as registry:
        assert {(one.kind, one.identifier): (one.state, one.version, one.context) for one in registry.listed()} == {
            ("analyse", "18-A1"): ("publie", 1, "1.0.0"),
            ("projet", "18-A1"): ("publie", 1, "1.0.0"),
            ("projet", "18-A2"): ("publie", 2, "1.0.0"),
            ("projet", "18-A3"): ("retourne", 2, "1.0.0"),
            ("projet", "18-A4"): ("retire", 1, "1.0.0"),
            ("projet", "18-A5"): ("retire", 1, "1.0.0"),
            ("projet", "18-A6"): ("depose", 1, "1.0.0"),
        }
        assert registry.get("projet", "18-A5").document is None
        assert [one["event"] for one in registry.history("projet", "18-A3")] == [
            "deposited", "validated", "published", "deposited", "returned",
        ]  # fmt: skip
        last = registry.editions.last()
        assert last is not None and (last.number, last.sha256) == (2, known("0.1.0")["edition"])
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry._sessions.writing() as connection:
            connection.execute(sa.text("DELETE FROM events"))
        declared(registry, NATIONAL)
        registry.register([NewDocument("projet", "18-A7", "18", {"id": "projet/18-A7"})], NATIONAL, validate=True)
        assert {one.identifier for one in registry.editions.plan(last.last_event).put} == {"18-A7"}


def test_who_acted_before_there_were_roles_stays_in_the_history_and_may_do_nothing(release: Settings) -> None:
    with Registry(release) as registry:
        assert [one.name for one in registry.accounts.listed(OPERATOR)] == ["opérateur"]
        told = {(one["event"], one["agent"], one.get("academie")) for one in registry.history("projet", "18-A2")}
        assert ("validated", "DRANE Orléans-Tours", "18") in told
        with pytest.raises(Forbidden) as refused:
            registry.validate("projet", "18-A6", Agent("DRANE Orléans-Tours", (Grant("national"),)))
        assert "observatoire agent add" in refused.value.messages["fr"]


def test_the_payloads_of_a_release_are_converted_to_the_graphs_of_their_time(release: Settings) -> None:
    told = known("0.1.0")["graphs"]
    with Registry(release) as registry:
        last = registry.editions.last()
        assert last is not None
        plan = registry.editions.plan_again(last).put
        contents = registry.editions.contents(plan)
    for content in contents:
        (found,) = convert([json.loads(content.payload or "")], context=content.context)
        assert digest(b"".join(found.lines)) == told[found.graph_iri]
    assert len(contents) == 4


@pytest.mark.long
def test_a_registry_of_a_release_is_published_and_rebuilt_with_the_same_graphs(release: Settings) -> None:
    told = known("0.1.0")["graphs"]
    with Registry(release) as registry:
        done = publish(release, registry)
        assert done.edition.number in (2, 3)
        assert graphs_of(done.edition) == told
        again = rebuild(release, registry).edition
        assert again.number == done.edition.number
        assert graphs_of(again) == told


def graphs_of(edition: Edition) -> dict[str, str]:
    """Return the digests of the graphs that the release knew, in its words: it called every validation an académie's."""
    store = ox.Store.read_only(str(edition.store_path))
    found = {}
    for graph in known("0.1.0")["graphs"]:
        lines = serialize_lines(store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
        then = [line.replace(b"ontologie#Validation>", b"ontologie#ValidationAcademique>") for line in lines]
        found[graph] = digest(b"".join(sorted(then)))
    return found


# The upgrade itself: said, copied before, whole or not at all, once


def test_a_copy_of_a_registry_of_sqlite_is_kept_and_said(tmp_path: Path) -> None:
    state = restored("0.1.0", tmp_path / "var")
    state.registry_path.chmod(0o600)
    said = command(state.var, "review", "list", "--lang", "en").stderr
    (copy,) = copies_of(engine_of(state))
    assert str(copy) in said.replace("\n", "") and "personal data" in said
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "avant" not in command(state.var, "review", "list", "--lang", "en").stderr
    assert version_in(Settings(var=copy.parent, database_url=f"sqlite:///{copy}")) is None
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT count(*) FROM events").fetchone() == (28,)


def test_what_an_erasure_must_remove_is_not_left_in_the_copy(tmp_path: Path) -> None:
    state = restored("0.1.0", tmp_path / "var")
    with Registry(state) as registry:
        assert registry.get("projet", "18-A1") and copies_of(engine_of(state))
        declared(registry, NATIONAL).erase("projet", "18-A1", NATIONAL)
    assert not copies_of(engine_of(state))


def test_a_registry_of_a_later_program_is_refused_in_a_sentence(release: Settings) -> None:
    with Registry(release) as registry:
        registry.get("projet", "18-A1")
    engine = engine_of(release)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with Registry(release) as registry, pytest.raises(NewerRegistry):
        registry.get("projet", "18-A1")
    with Registry(release) as registry, pytest.raises(NewerRegistry):
        registry.register([NewDocument("projet", "18-A7", "18", {"id": "projet/18-A7"})], NATIONAL)
    if not release.database_url:
        done = command(release.var, "review", "list", "--lang", "en")
        assert done.exit_code == 2 and "later version" in done.stderr


def test_an_upgrade_that_fails_half_way_leaves_the_registry_as_it_was(
    release: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = columns_of(release)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    # The column is there already when alembic notes the version: what was done before must go again.
    with monkeypatch.context() as patched:
        patched.setattr(HeadMaintainer, "update_to_step", fail)
        with Registry(release) as registry, pytest.raises(KeyboardInterrupt):
            registry.get("projet", "18-A1")
    assert columns_of(release) == before and version_in(release) is None
    with Registry(release) as registry:
        assert registry.get("projet", "18-A1").context == "1.0.0"


def columns_of(state: Settings) -> list[str]:
    engine = engine_of(state)
    with engine.connect() as connection:
        found = [column["name"] for column in sa.inspect(connection).get_columns("versions")]
    engine.dispose()
    return found


FORKS = multiprocessing.get_context("fork")
"""Processes that are warm already: what a test waits for is the registry, not the start of Python."""


def get_killed(state: Settings) -> None:
    """Open a registry, and die when the migration has changed the tables and is about to note its version."""
    HeadMaintainer.update_to_step = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
    Registry(state).get("projet", "18-A1")


def test_a_process_killed_in_the_middle_leaves_the_registry_as_it_was(release: Settings) -> None:
    process = FORKS.Process(target=get_killed, args=(release,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert version_in(release) is None and "context" not in columns_of(release)
    with Registry(release) as registry:
        assert registry.get("projet", "18-A1").context == "1.0.0"


def race(state: Settings, start: Any, said: Any) -> None:
    """Open a registry when another process does, and tell whether it was this one that brought it up to date."""
    start.wait()
    with Registry(state, lambda _: said.put("migrated")) as registry:
        said.put(registry.get("projet", "18-A1").context)


def test_of_two_processes_one_brings_the_registry_up_to_date(release: Settings) -> None:
    start, said = FORKS.Barrier(2), FORKS.SimpleQueue()
    processes = [FORKS.Process(target=race, args=(release, start, said)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert sorted(said.get() for _ in range(3)) == ["1.0.0", "1.0.0", "migrated"]
    assert said.empty()
