"""Backups: what one file holds, what a restore gives back, and what neither may bring back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
import sqlalchemy as sa

from ingestion import Agent, Editions, Grant, Registry, Settings, publish, rebuild
from ingestion.backups import restoring
from ingestion.backups.backup import BackupExists, DamagedBackup, NewerBackup, NothingToBackUp, back_up
from ingestion.backups.restoring import restore
from ingestion.backups.verifying import DamagedEdition
from ingestion.publication.erasure import erase
from ingestion.publication.files.segments import begins
from ingestion.registry.copies import NotEmpty
from ontologie import BASE, Iris
from tests.ingestion.registry.killing import document
from tests.making import NATIONAL, OPERATOR, TEAM, begun, command, dump_of

SECRET, OTHER = "Zyglophonie", "Xerographologie"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state of two editions: 18-A0, then a project whose title is a word of its own; a third waits."""
    settings, registry = begun(tmp_path_factory.mktemp("made"))
    with registry:
        registry.register([document("18-S1", SECRET)], TEAM, validate=True)
        publish(settings, registry)
        registry.register([document("18-W1", "Une fiche attend")], TEAM)
    return settings.var


@pytest.fixture
def state(made: Path, tmp_path: Path) -> Iterator[tuple[Settings, Registry]]:
    settings = Settings(var=shutil.copytree(made, tmp_path / "var", symlinks=True, copy_function=os.link))
    for path in settings.var.glob("*.sqlite*"):
        whole = path.read_bytes()
        path.unlink()
        path.write_bytes(whole)
    with Registry(settings) as registry:
        yield settings, registry


def all_of(registry: Registry) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a registry but the event of a restore, by table."""
    with registry._sessions.snapshot() as connection:
        names = sa.inspect(connection).get_table_names()
        kept = " WHERE event != 'restored'"
        rows = {
            name: connection.exec_driver_sql(f"SELECT * FROM {name}{kept if name == 'events' else ''}").fetchall()
            for name in names
        }
    return {name: sorted(map(tuple, found), key=repr) for name, found in rows.items() if name != "sqlite_sequence"}


def bytes_under(folder: Path) -> Iterator[bytes]:
    import gzip

    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.mark.long
def test_a_restored_state_is_the_one_that_was_backed_up(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    then, roots = all_of(registry), [one.manifest["sha256"] for one in Editions(settings.var).all()]
    made = back_up(settings, registry, tmp_path / "b.zip")
    assert (made.documents, made.edition, made.root) == (3, 2, roots[-1])
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    other = Settings(var=tmp_path / "other")
    with Registry(other) as fresh:
        done = restore(other, fresh, tmp_path / "b.zip", OPERATOR)
        assert done.backup.digest == made.digest and done.erased == ()
        assert all_of(fresh) == then
        assert [one.manifest["sha256"] for one in Editions(other.var).all()] == roots
        for number in ("1", "2"):
            assert dump_of(other.var / "editions" / number) == dump_of(settings.var / "editions" / number)
        assert rebuild(other, fresh).changed == ()
        assert not publish(other, fresh).changed
        registry_events = [one["event"] for one in fresh.history("registre", "")]
        assert registry_events == ["restored"]


@pytest.mark.long
def test_what_was_ended_since_a_backup_stays_ended_once_it_is_restored(
    state: tuple[Settings, Registry], tmp_path: Path
) -> None:
    settings, registry = state
    for agent in (NATIONAL, Agent("Inspection", (Grant("inspection", "academie/18"),))):
        registry.accounts.declare(agent, OPERATOR)
    stolen, ended = (registry.accounts.token(name, OPERATOR) for name in (NATIONAL.name, "Inspection"))
    back_up(settings, registry, tmp_path / "b.zip")
    token = registry.accounts.token(NATIONAL.name, OPERATOR)
    registry.accounts.revoke("Inspection", OPERATOR)
    restore(settings, registry, tmp_path / "b.zip", OPERATOR, replace=True)
    assert registry.accounts.holder(stolen) is registry.accounts.holder(ended) is None
    assert registry.accounts.holder(token) == NATIONAL
    assert registry.accounts.known("Inspection").revoked is not None


def test_what_editions_share_is_there_once(tmp_path: Path) -> None:
    iris, words = Iris(BASE), (f"18-Z{number}" for number in count())
    # Its graph begins a segment: what stands from there on is the same before and after a fiche that comes before it.
    first = next(name for name in words if begins(iris.provenance_graph("projet", name)))
    settings, registry = begun(tmp_path)
    with registry:
        for name in (first, "18-B1"):
            registry.register([document(name, "Une fiche")], TEAM, validate=True)
            publish(settings, registry)
        back_up(settings, registry, tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as archive:
        said, names = json.loads(archive.read("sauvegarde.json")), archive.namelist()
    shared = {name for name in said["same"] if (settings.var / name).stat().st_nlink > 1}
    assert said["same"] and shared == set(said["same"]) and not shared & set(names)
    for name, there in said["same"].items():
        assert (settings.var / name).samefile(settings.var / there) and there in names


def test_the_file_opens_with_what_every_machine_has_and_says_its_version(
    state: tuple[Settings, Registry], tmp_path: Path
) -> None:
    made = back_up(*state, tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as archive:
        said = json.loads(archive.read("sauvegarde.json"))
        lines = [f"{hashlib.sha256(archive.read(name)).hexdigest()} {name}\n" for name in sorted(said["files"])]
        assert len(archive.namelist()) == len(set(archive.namelist())) == len(said["files"]) + 1
    assert said["version"] == 1
    assert said["digest"] == made.digest
    both = [*lines, *(f"{said['files'][first]} {name}\n" for name, first in said["same"].items())]
    told = "".join(sorted(both, key=lambda line: line.split(" ", 1)[1]))
    assert hashlib.sha256(told.encode()).hexdigest() == made.digest


def test_what_is_there_is_lost_only_by_who_says_so(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    back_up(settings, registry, tmp_path / "b.zip")
    registry.register([document("18-N1", OTHER)], TEAM)
    before = all_of(registry)
    with pytest.raises(NotEmpty):
        restore(settings, registry, tmp_path / "b.zip", OPERATOR)
    assert all_of(registry) == before and not settings.restoring_path.exists()
    said: list[tuple[str, int, int]] = []
    restore(settings, registry, tmp_path / "b.zip", OPERATOR, (), lambda *step: said.append(step), replace=True)
    assert said[:2] == [("verification", 1, 2), ("verification", 2, 2)]
    assert [one.identifier for one in registry.listed()] == ["18-A0", "18-S1", "18-W1"]
    assert OTHER.encode() not in b"".join(bytes_under(settings.var))


@pytest.mark.long
def test_what_was_erased_since_is_not_brought_back(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    back_up(settings, registry, tmp_path / "b.zip")
    assert SECRET.encode() in b"".join(bytes_under(settings.var))
    erase(settings, registry, "projet", "18-S1", OPERATOR)
    done = restore(settings, registry, tmp_path / "b.zip", OPERATOR, replace=True)
    assert done.erased == (("projet", "18-S1"),)
    assert registry.get("projet", "18-S1").document is None
    assert [one.redaction for one in Editions(settings.var).all()] == [0, 1]
    registry.close()
    assert SECRET.encode() not in b"".join(bytes_under(settings.var))


def test_on_an_empty_machine_a_list_says_what_was_erased(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    back_up(settings, registry, tmp_path / "b.zip")
    (tmp_path / "gone.txt").write_text("18-S1\n18-NEVER\n", encoding="utf-8")
    var = tmp_path / "other"
    asked = command(var, "restore", str(tmp_path / "b.zip"), "--lang", "en")
    assert asked.exit_code == 1 and "would come back" in asked.stderr and not (var / "registre.sqlite").exists()
    told = command(var, "restore", str(tmp_path / "b.zip"), "--erased", str(tmp_path / "gone.txt"), "--lang", "en")
    assert told.exit_code == 0, told.stderr
    assert "projet/18-S1" in told.stderr and "NEVER" not in told.stderr
    assert SECRET.encode() not in b"".join(bytes_under(var))


def test_a_damaged_or_later_backup_changes_nothing(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    back_up(settings, registry, tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    held, list_ = parts["registre.sqlite"], "sauvegarde.json"
    said = json.loads(parts[list_])
    outside = {**said["files"], "editions/../../x": "0"}
    bad: list[tuple[str, bytes, type[Exception]]] = [
        ("registre.sqlite", held[:5000] + bytes([held[5000] ^ 1]) + held[5001:], DamagedBackup),
        (list_, json.dumps({**said, "version": 2}).encode(), NewerBackup),
        (list_, json.dumps({**said, "files": outside}).encode(), DamagedBackup),
        (list_, json.dumps({**said, "same": {"editions/1/x": "editions/9/none"}}).encode(), DamagedBackup),
    ]
    before = all_of(registry)
    for name, data, error in bad:
        with ZipFile(tmp_path / "bad.zip", "w", ZIP_STORED) as archive:
            for other, whole in {**parts, name: data}.items():
                archive.writestr(other, whole)
        with pytest.raises(error):
            restore(settings, registry, tmp_path / "bad.zip", OPERATOR, replace=True)
    (tmp_path / "cut.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-200])
    with pytest.raises(DamagedBackup):
        restore(settings, registry, tmp_path / "cut.zip", OPERATOR, replace=True)
    assert all_of(registry) == before and not settings.restoring_path.exists()


def rewritten(backup: Path, damage: Callable[[dict[str, bytes]], None], out: Path) -> Path:
    """Write a backup again as if its files had been damaged on the disk before it was made: its own list is right."""
    with ZipFile(backup) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = json.loads(parts.pop("sauvegarde.json"))
    damage(parts)
    said["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}
    named = {**said["files"], **{name: said["files"][first] for name, first in said["same"].items()}}
    said["digest"] = hashlib.sha256("".join(f"{named[name]} {name}\n" for name in sorted(named)).encode()).hexdigest()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, data in {**parts, "sauvegarde.json": json.dumps(said).encode()}.items():
            archive.writestr(name, data)
    return out


def flipped(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def without_a_line(data: bytes) -> bytes:
    return data[: data.rindex(b"\n", 0, -1) + 1]


def another_root(data: bytes) -> bytes:
    said = json.loads(data)
    return json.dumps({**said, "sha256": "0" * 64}).encode()


DAMAGE: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    (".nq.gz", flipped),
    (".ttl.gz", lambda data: data[:-9]),
    ("members.tsv", without_a_line),
    ("manifest.json", another_root),
    ("manifest.json", lambda data: data[:-40]),
)


def test_an_edition_that_was_damaged_before_it_was_backed_up_is_not_put_in_place(
    state: tuple[Settings, Registry], tmp_path: Path
) -> None:
    settings, registry = state
    back_up(settings, registry, tmp_path / "b.zip")
    other, bad = Settings(var=tmp_path / "other"), tmp_path / "bad.zip"
    with Registry(other) as fresh:
        for ends, change in DAMAGE:

            def damage(parts: dict[str, bytes], ends: str = ends, change: Callable[[bytes], bytes] = change) -> None:
                name = next(name for name in sorted(parts) if name.startswith("editions/2/") and name.endswith(ends))
                parts[name] = change(parts[name])

            rewritten(tmp_path / "b.zip", damage, bad)
            with pytest.raises(DamagedEdition) as told:
                restore(other, fresh, bad, OPERATOR)
            assert told.value.number == 2 and told.value.file.endswith(ends), ends
            assert not other.restoring_path.exists() and not Editions(other.var).on_disk()
    before = all_of(registry)
    done = command(settings.var, "restore", str(bad), "--replace", "--lang", "en")
    assert done.exit_code == 2 and "edition 2 is damaged" in done.stderr
    assert all_of(registry) == before


def test_a_backup_is_written_once_and_of_something(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(BackupExists):
        back_up(settings, registry, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"
    empty = Settings(var=tmp_path / "empty")
    with Registry(empty) as none, pytest.raises(NothingToBackUp):
        back_up(empty, none, tmp_path / "c.zip")
    assert sorted(path.name for path in tmp_path.iterdir() if "auvegarde" in path.name or path.suffix == ".tmp") == []


DEPOSITING = """
import sys
from pathlib import Path
from ingestion import Registry, Settings
from tests.ingestion.registry.killing import document
from tests.making import TEAM
with Registry(Settings(var=Path(sys.argv[1]), database_url=sys.argv[2] or None)) as registry:
    for turn in range(100_000):
        registry.register([document(f"18-L{turn}", "Un"), document(f"18-M{turn}", "Deux")], TEAM)
        print(turn, flush=True)
"""


def backed_up_while_depositing(settings: Settings, registry: Registry, path: Path) -> int:
    """Back up beside a process that deposits two documents at a time; return the last turn known before."""
    with subprocess.Popen(
        [sys.executable, "-c", DEPOSITING, str(settings.var), settings.database_url or ""],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as depositor:  # fmt: skip
        assert depositor.stdout is not None
        turn = [int(depositor.stdout.readline()) for _ in range(3)][-1]
        back_up(settings, registry, path)
        after = int(depositor.stdout.readline())
        depositor.kill()
    assert after >= turn
    return turn


def whole(registry: Registry, turn: int) -> None:
    """Hold that a registry has each acknowledged deposit, and none by half."""
    names = {one.identifier for one in registry.listed()}
    pairs = {name[4:] for name in names if name[:4] in ("18-L", "18-M")}
    assert pairs == {str(one) for one in range(len(pairs))} and len(pairs) > turn
    assert all({f"18-L{one}", f"18-M{one}"} <= names for one in pairs)
    assert all([one["event"] for one in registry.history("projet", name)] == ["deposited"] for name in names - {"18-A0"})


@pytest.mark.long
def test_others_deposit_meanwhile(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    turn = backed_up_while_depositing(settings, registry, tmp_path / "b.zip")
    registry.close()
    with Registry(Settings(var=tmp_path / "other")) as fresh:
        restore(Settings(var=tmp_path / "other"), fresh, tmp_path / "b.zip", OPERATOR)
        whole(fresh, turn)


@pytest.mark.long
def test_a_backup_goes_from_a_database_to_the_other_and_back(tmp_path: Path, postgresql: str) -> None:
    settings, registry = begun(tmp_path)
    then = all_of(registry)
    back_up(settings, registry, tmp_path / "one.zip")
    registry.close()
    held = Settings(var=tmp_path / "pg", database_url=postgresql)
    with Registry(held) as moved:
        restore(held, moved, tmp_path / "one.zip", OPERATOR)
        found = all_of(moved)
        assert {name: len(rows) for name, rows in found.items()} == {name: len(rows) for name, rows in then.items()}
        assert found["events"] == then["events"]
        assert rebuild(held, moved).changed == ()
        turn = backed_up_while_depositing(held, moved, tmp_path / "two.zip")
        with pytest.raises(NotEmpty):
            restore(held, moved, tmp_path / "one.zip", OPERATOR)
        restore(held, moved, tmp_path / "one.zip", OPERATOR, replace=True)
        assert all_of(moved)["events"] == then["events"]
        moved.register([document("18-L0", "Un")], TEAM)  # Events are counted on from the restored ones.
    with Registry(Settings(var=tmp_path / "back")) as back:
        restore(Settings(var=tmp_path / "back"), back, tmp_path / "two.zip", OPERATOR)
        whole(back, turn)


def test_commands_say_what_they_did_and_are_refused_while_one_restores(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    registry.close()
    file = str(tmp_path / "b.zip")
    made = command(settings.var, "backup", file, "--lang", "en")
    assert made.exit_code == 0 and "personal data" in made.stderr
    assert command(settings.var, "backup", file).exit_code == 2
    refused = command(settings.var, "restore", file, "--lang", "en")
    assert refused.exit_code == 2 and "--replace" in refused.stderr
    done = command(settings.var, "restore", file, "--replace", "--lang", "en")
    assert done.exit_code == 0 and "answers again" in done.stderr, done.stderr
    settings.restoring_path.mkdir()
    with restoring.publication_lock(settings.var):
        assert command(settings.var, "review", "list").exit_code == 2
    assert command(settings.var, "review", "list").exit_code == 0
    assert not settings.restoring_path.exists()
