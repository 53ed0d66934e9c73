"""A full disk, a lock, Ctrl+C: each ends with a sentence that says why, what is kept and what to do; never a trace.

With real processes, a real small disk where the kernel lends one, and real locks; tests wait for states.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer

from ingestion import Editions, Options, Settings, deposit_file, publish
from ingestion.commands.failures import explained, fail_of_disk
from ingestion.publication.locking import holder_of, publication_lock
from ontologie import system_reason
from ontologie.console import Lang
from sparql_api.outputs import EDITION_OUTPUTS
from tests.ingestion.registry.test_erasure import PLANTED, holding
from tests.making import ROW, TEAM, begun, observatoire, registry_with, write_csv

COMMAND = str(Path(sys.executable).with_name("observatoire"))
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
WAITS_IN_THE_SECOND = """
import sys, time
from ingestion.examination import deposit
judged = deposit.examine_batches
calls = []
def examine_batches(*given, **named):
    for batch in judged(*given, **named):
        calls.append(1)
        if len(calls) == 2:
            print("second file under way", file=sys.stderr, flush=True)
            while True:
                time.sleep(0.01)  # not a pause: a signal just before it would wait for a second one
        yield batch
deposit.examine_batches = examine_batches
from sparql_api.cli import main
main()
"""
"""The command, which waits for a signal once the second file's records are judged and not registered yet."""


def begin(var: Path, *arguments: str, program: Sequence[str] = (COMMAND,)) -> subprocess.Popen[str]:
    environment = {**os.environ, "OBSERVATOIRE_VAR": str(var)}
    piped = subprocess.PIPE
    return subprocess.Popen(
        [*program, *arguments], env=environment, stdout=piped, stderr=piped, text=True, preexec_fn=_interruptible
    )


def _interruptible() -> None:
    """Let Ctrl+C end it: a shell's background job, as we may be, ignores it, and so do those it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def no_trace(said: str) -> bool:
    return "Traceback" not in said and "Error" not in said and "Errno" not in said


@pytest.mark.parametrize("sent", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_ingest_told_to_end_says_what_is_registered_and_goes_on_later(tmp_path: Path, sent: signal.Signals) -> None:
    few = write_csv(tmp_path / "peu.csv", [{"id": f"A{number}"} for number in range(3)])
    more_of_them = write_csv(tmp_path / "autres.csv", [{"id": f"B{number}"} for number in range(30)])
    waiting = (sys.executable, "-c", WAITS_IN_THE_SECOND)
    process = begin(tmp_path / "var", "ingest", str(few), str(more_of_them), program=waiting)
    assert process.stderr is not None
    said = ""
    while "second file under way" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    process.send_signal(sent)
    _, more = process.communicate(timeout=120)
    assert process.returncode == CODES[sent], more
    assert "Interrompu. Déjà au registre : fiches nouvelles 3," in more
    assert "La même commande" in more
    assert no_trace(said + more)
    again = observatoire(tmp_path / "var", "ingest", str(few), "--lang", "en")
    assert "unchanged 3" in again.stderr


@pytest.mark.long
def test_publish_told_to_end_leaves_what_was_published(tmp_path: Path) -> None:
    var = tmp_path / "var"
    observatoire(var, "agent", "add", "essai", "--role", "national")
    observatoire(var, "ingest", str(write_csv(tmp_path / "a.csv", [{}])), "--validated-by", "essai")
    process = begin(var, "publish", "--lang", "en")
    while not held(var / "publication.lock"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Interrupted. What was published still is. The same command" in said
    assert no_trace(said)


def held(path: Path) -> bool:
    """Tell whether some process holds a lock, without taking it for longer than a look."""
    return path.exists() and holder_of(path) is not None


def test_a_second_publisher_is_told_who_publishes(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [{}])
    registry.close()
    with publication_lock(settings.var):
        done = observatoire(settings.var, "publish")
    assert done.returncode == 2
    assert f"le processus {os.getpid()} (" in done.stderr
    assert "relancez la même commande" in done.stderr


def test_a_locked_registry_is_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OBSERVATOIRE_VAR", str(tmp_path))
    path = Settings().registry_path
    holding = sqlite3.connect(path, isolation_level=None)
    holding.execute("PRAGMA journal_mode=WAL")
    holding.execute("CREATE TABLE t (x)")
    holding.execute("BEGIN IMMEDIATE")
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    with pytest.raises(typer.Exit) as left, explained(Lang.FR), engine.connect() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
    said = capsys.readouterr().err
    assert left.value.exit_code == 2
    assert "Le registre est verrouillé : le processus" in said
    assert str(os.getpid()) in said
    holding.close()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Lend a disk that is soon full; skip where this machine lends none."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("this machine mounts no disk for us")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("size", ["40k", pytest.param("300k", marks=pytest.mark.long)])
def test_a_full_disk_at_ingest(tmp_path: Path, size: str) -> None:
    deposit = write_csv(tmp_path / "a.csv", [{"id": f"A{number}", "resume": ROW["resume"] * 6} for number in range(400)])
    with small_disk(tmp_path / "var", size):
        done = observatoire(tmp_path / "var", "ingest", str(deposit))
    assert done.returncode == 2, done.stderr
    assert "Plus de place" in done.stderr
    assert "le disque est plein" in done.stderr
    assert no_trace(done.stderr)


@pytest.mark.long
def test_a_full_disk_at_publication(tmp_path: Path) -> None:
    deposit = write_csv(tmp_path / "a.csv", [{}])
    with small_disk(tmp_path / "var", "12m"):
        assert observatoire(tmp_path / "var", "agent", "add", "essai", "--role", "national").returncode == 0
        assert observatoire(tmp_path / "var", "ingest", str(deposit), "--validated-by", "essai").returncode == 0
        done = observatoire(tmp_path / "var", "publish", "--lang", "en")
    assert done.returncode == 2, done.stderr
    assert "No room left" in done.stderr
    assert "the disk is full" in done.stderr
    assert "What was published still is" in done.stderr
    assert no_trace(done.stderr)


@pytest.mark.long
def test_a_report_that_cannot_be_written_leaves_no_part_of_it(tmp_path: Path) -> None:
    deposit = write_csv(tmp_path / "a.csv", [{"niveaux": "inconnu", "id": f"A{number}"} for number in range(60)])
    with small_disk(tmp_path / "petit", "8k"):
        report = tmp_path / "petit" / "r.json"
        done = observatoire(tmp_path / "var", "ingest", str(deposit), "--dry-run", "--report", str(report))
        assert not report.exists()
    assert done.returncode == 2, done.stderr
    assert "n'a pas été écrit : le disque est plein" in done.stderr
    assert no_trace(done.stderr)


@pytest.mark.long
def test_an_answer_to_a_full_device_is_said_to_be_incomplete(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    registry.close()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "export", "fiches", "--format", "jsonl"], stdout=full, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "OBSERVATOIRE_VAR": str(settings.var)},
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "sur la sortie standard : le disque est plein" in done.stderr
    assert "incomplet" in done.stderr
    assert no_trace(done.stderr)


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "x"),
        OSError("IO error: No space left on device: While appending to file: /x/1.sst"),
        RuntimeError("No space left on device (os error 28)"),
        sqlite3.OperationalError("database or disk is full"),
    ],
)
def test_the_reason_of_a_full_disk_is_the_same_whoever_says_it(error: Exception) -> None:
    assert system_reason(error, "fr") == "le disque est plein"


@pytest.mark.parametrize("error", [OSError(), OSError("?"), OSError(9999, "?"), ValueError()])
def test_a_reason_is_never_empty(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        fail_of_disk(Lang.EN, error, "")
    assert ": ." not in capsys.readouterr().err
    assert system_reason(error, "fr").strip()


@pytest.mark.long
def test_a_full_disk_at_an_erasure_is_said_and_the_same_command_ends_it(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "a.csv", [PLANTED]), registry, TEAM, Options(), validate=True)
    publish(settings, registry, EDITION_OUTPUTS)
    registry.close()
    with small_disk(tmp_path / "small", "1g"):
        var = tmp_path / "small" / "var"
        subprocess.run(["cp", "-a", str(settings.var), str(var)], check=True)
        space = os.statvfs(var)
        size = (space.f_blocks - space.f_bfree) * space.f_frsize // 1024
        resized(var.parent, size + 100)
        done = observatoire(var, "erase", "18-B1", "--yes", "--lang", "en")
        assert done.returncode == 2, done.stdout + done.stderr
        assert "the disk is full" in done.stderr and "same command" in done.stderr
        assert no_trace(done.stderr)
        resized(var.parent, 10 * size)
        done = observatoire(var, "erase", "18-B1", "--yes", "--lang", "en")
        assert done.returncode == 0, done.stdout + done.stderr
        current = Editions(var).current()
        assert current is not None and current.redaction == 1
        assert holding(var) == set()
        assert observatoire(var, "rebuild").returncode == 0


def resized(disk: Path, kilobytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(disk)], check=True)
