"""The acts that are killed, and the state that each begins from: a copy of one prepared folder.

Each act is a fork of a process that is warm and never opened a store, so that a death falls inside the act and not
inside the start of Python.
"""

from __future__ import annotations

import csv
import json
import os
import pkgutil
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import ingestion.derivation.rules
import ingestion.publication.assembly
import ingestion.publication.manifest
import ingestion.registry.tables.model
from ingestion import Agent, Edition, Grant, Options, RefusedTransition, Registry, Settings, deposit_file, publish
from ingestion.backups.backup import back_up
from ingestion.backups.restoring import restore
from ingestion.publication.erasure import erase
from ingestion.registry.agents import TEAM
from ingestion.registry.tables.model import NewDocument
from ingestion.rights.model import OPERATOR
from ontologie import BASE, Vocabulary, vocabularies

HERE: Final = Path(__file__).parent
FEW: Final = ("termes/noyau.ttl", "genere/type-ia.ttl")
REVIEWER: Final = Agent("Relecture", (Grant("national"),), "organisation/dgesco")
OLD: Final = HERE.parents[1] / "tests" / "ingestion" / "registry" / "releases" / "0.1.0.sqlite.sql"

ERASED: Final = "Zyglophonie"
"""The title of what is erased, a word of its own: no byte of it may be left then."""

Act = Callable[[Path], object]


def face(edition: Edition, _: object) -> None:
    """Write a face, as a search index is."""
    (edition.path / "index").write_text("fait")


FACES: Final = (face,)


def with_few_vocabularies() -> None:
    """Publish some vocabularies only, from here on: they are what makes a publication long."""
    few = tuple(one for one in vocabularies() if one.path in FEW)

    def some(base: str = BASE) -> tuple[Vocabulary, ...]:
        return few

    for module in (ingestion.derivation.rules, ingestion.publication.assembly, ingestion.publication.manifest):
        module.vocabularies = some  # type: ignore[attr-defined]


def document(identifier: str, title: str) -> NewDocument:
    """Return a small valid project."""
    licence = "https://spdx.org/licenses/etalab-2.0.html"
    payload = {
        "id": f"projet/{identifier}", "type": "Projet", "identifiant": identifier, "titre": title,
        "typeIA": ["concept/type-ia/generative"], "pointVigilance": ["Respect du RGPD"],
        "fiche": {"id": f"graphe/projet/{identifier}", "type": "Fiche", "licence": licence},
    }  # fmt: skip
    return NewDocument("projet", identifier, "18", payload)


def prepare(folder: Path) -> None:
    """Make the state that acts begin from, `folder/var`, its earlier backup `folder/backup.zip`, and an old registry.

    Public: A, B. Waiting for a reviewer: W. Validated since the last edition: V. C was withdrawn since.
    """
    var, old = folder / "var", folder / "old"
    settings = Settings(var=var)
    with Registry(settings) as registry:
        for agent in (TEAM, REVIEWER):
            registry.accounts.declare(agent, OPERATOR)
        registry.register([document("18-A", ERASED), document("18-C", "Gamma")], TEAM, validate=True)
        publish(settings, registry, FACES)
        back_up(settings, registry, folder / "backup.zip")
        registry.register([document("18-B", "Beta")], TEAM, validate=True)
        publish(settings, registry, FACES)
        registry.register([document("18-V", "Digamma")], TEAM, validate=True)
        registry.register([document("18-W", "Waw")], TEAM)
        registry.withdraw("projet", "18-C", TEAM, "doublon")
    old.mkdir()
    with closing(sqlite3.connect(old / "registre.sqlite")) as database:
        database.executescript(OLD.read_text(encoding="utf-8"))
    rows = [f"N{number},Titre {number},Orléans-Tours,generative" for number in range(4)]
    (folder / "rows.csv").write_text("\n".join(["id,titre,academie,type_ia", *rows, ""]), encoding="utf-8")


def ingest(var: Path) -> None:
    """Deposit four rows, two at a time."""
    with Registry(Settings(var=var)) as registry:
        deposit_file(var.with_name("rows.csv"), registry, TEAM, Options(batch=2))


def validate(var: Path) -> None:
    """Validate what waits."""
    _reviewed(var, lambda registry: registry.validate("projet", "18-W", REVIEWER))


def send_back(var: Path) -> None:
    """Send back what waits."""
    _reviewed(var, lambda registry: registry.send_back("projet", "18-W", REVIEWER, "à compléter"))


def withdraw(var: Path) -> None:
    """Withdraw what is public."""
    _reviewed(var, lambda registry: registry.withdraw("projet", "18-B", REVIEWER, "doublon"))


def _reviewed(var: Path, step: Callable[[Registry], object]) -> None:
    # Done again after a kill, a step that was done is refused: that is its end.
    with Registry(Settings(var=var)) as registry, suppress(RefusedTransition):
        step(registry)


def published(var: Path) -> None:
    """Publish."""
    with Registry(Settings(var=var)) as registry:
        publish(Settings(var=var), registry, FACES)


def erased(var: Path) -> None:
    """Erase what both editions hold."""
    with Registry(Settings(var=var)) as registry:
        erase(Settings(var=var), registry, "projet", "18-A", OPERATOR, FACES)


def migrated(var: Path) -> None:
    """Open a registry of the first release."""
    with Registry(Settings(var=var)) as registry:
        list(registry.listed())


def restored(var: Path) -> None:
    """Restore the backup over what is there."""
    with Registry(Settings(var=var)) as registry:
        restore(Settings(var=var), registry, var.with_name("backup.zip"), OPERATOR, FACES, replace=True)


ACTS: Final[dict[str, Act]] = {
    "ingest": ingest, "validate": validate, "return": send_back, "withdraw": withdraw, "publish": published,
    "erase": erased, "migrate": migrated, "restore": restored,
}  # fmt: skip


def points() -> list[dict[str, str]]:
    """Return the rows of the table of points, one each."""
    with (HERE / "points.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def begun(prepared: Path, act: str, folder: Path) -> Path:
    """Return a state folder of its own for an act; what never changes is a hard link."""
    folder.mkdir()
    var = folder / "var"
    shutil.copytree(prepared / ("old" if act == "migrate" else "var"), var, symlinks=True, copy_function=_copied)
    for name in ("rows.csv", "backup.zip"):
        os.link(prepared / name, folder / name)
    return var


def _copied(source: str, target: str) -> None:
    """Link what an edition holds, which nobody writes to; copy databases and the working store."""
    if "/editions/" in source:
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


def killed_at(point: dict[str, str], var: Path) -> None:
    """Do the act of a point, and die there as `kill -9` does it."""
    if point["once"]:
        _wrapped(point["once"], after=lambda: _dying(point))
    else:
        _dying(point)
    ACTS[point["act"]](var)


def _dying(point: dict[str, str]) -> None:
    left = [int(point["call"])]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _wrapped(point["function"], **{point["when"]: count})


def _wrapped(name: str, before: Callable[[], None] = lambda: None, after: Callable[[], None] = lambda: None) -> None:
    owner, _, function = name.rpartition(".")
    held = pkgutil.resolve_name(owner)
    first = getattr(held, function)

    def counted(*given: Any, **named: Any) -> Any:
        before()
        found = first(*given, **named)
        after()
        return found

    setattr(held, function, counted)


class _SetBack(datetime):
    """A clock that was set back by twenty years."""

    @classmethod
    def now(cls, tz: Any = UTC) -> _SetBack:
        return cls(2006, 11, 30, 10, 0, 0, tzinfo=tz)


def set_clock_back() -> None:
    """Have this process believe that it is twenty years ago."""
    ingestion.registry.tables.model.datetime = _SetBack  # type: ignore[attr-defined]


def forked(work: Callable[[], object], kill_after: float | None = None) -> tuple[bool, object]:
    """Run work in a fork; return whether it ended by itself, and what it returned or how it failed."""
    return ended(begin(work), kill_after)


def begin(work: Callable[[], object]) -> tuple[int, int]:
    """Begin work in a fork; return its process and where it answers."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            os.write(writer, json.dumps(work()).encode())
        except BaseException as error:
            os.write(writer, json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        finally:
            os._exit(0)
    os.close(writer)
    return child, reader


def ended(begun_work: tuple[int, int], kill_after: float | None = None) -> tuple[bool, object]:
    """Wait for a fork, or kill it after so many seconds."""
    child, reader = begun_work
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reader) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status), json.loads(text) if text else None
