"""What the commands of the way in say, and how they leave, where the state, the disk or a person stops them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from ontologie import FULL, system_error, system_reason
from ontologie.console import Lang, fail, said, say

if TYPE_CHECKING:
    from ingestion.publication.locking import Holder
    from ingestion.registry.registry import Registry
    from ingestion.settings import Settings

_INTERRUPTED: Final = 130
_TERMINATED: Final = 143
"""Exit codes of who ends by SIGINT and SIGTERM, as shells count them: 128 and the signal's number."""

_LOCKED: Final = "is locked"
"""What SQLite says where another holds the lock (https://www.sqlite.org/rescode.html#busy)."""


@contextmanager
def explained(lang: Lang, nothing: str = "nothing-validated", kept: Callable[[], str] | None = None) -> Iterator[None]:
    """Say what is wrong and what to do where a command cannot go on, or is told to end.

    `nothing` is the code of what to say of an empty state; `kept` gives the sentence of what stays done.
    """
    saved = kept or (lambda: said(lang, "kept-published"))
    try:
        with _terminable():
            yield
    except KeyboardInterrupt as error:
        fail(lang, "interrupted", _TERMINATED if isinstance(error, Terminated) else _INTERRUPTED, kept=saved())
    except typer.Exit:
        raise
    except Exception as error:
        _fail_of_state(lang, error, nothing)
        _fail_of_system(lang, error, saved())
        raise


def _fail_of_state(lang: Lang, error: Exception, nothing: str) -> None:
    """Leave where the state forbids what was asked; other errors come back."""
    # Here, not above: a command that ends well never loads them.
    from ingestion.graphs.ownership import MisplacedTriple
    from ingestion.publication.cut import UnknownEdition
    from ingestion.publication.locking import PublicationBusy
    from ingestion.publication.publish import NothingToPublish
    from ingestion.registry.accounts import WrongAccount
    from ingestion.registry.agents import UnknownAcademie
    from ingestion.registry.tables.schema import DriverMissing
    from ingestion.registry.tables.upgrade import NewerRegistry
    from ingestion.registry.transitions import RefusedTransition
    from ingestion.rights.decision import Forbidden

    match error:
        case PublicationBusy():
            who = said(lang, "among", who=_who(lang, error.holder)) if error.holder else ""
            fail(lang, "busy", who=who)
        case NothingToPublish():
            fail(lang, nothing)
        case UnknownEdition():
            fail(lang, "unknown-edition")
        case MisplacedTriple():
            fail(lang, "misplaced-triple", 1, where=error)
        case DriverMissing():
            fail(lang, "no-driver", module=error)
        case NewerRegistry():
            fail(lang, "newer-registry")
        case RefusedTransition():
            typer.echo(error.messages[lang.value], err=True)
            raise typer.Exit(1) from error
        case Forbidden() | WrongAccount():
            typer.echo(error.messages[lang.value], err=True)
            raise typer.Exit(2) from error
        case UnknownAcademie():
            perhaps = said(lang, "perhaps", names=", ".join(error.suggestions)) if error.suggestions else ""
            fail(lang, "unknown-academie", text=error.text, suggestions=perhaps)


def _fail_of_system(lang: Lang, error: Exception, kept: str) -> None:
    """Leave where an error is the disk's or the registry's; others are ours, and come back."""
    import sqlite3

    import sqlalchemy.exc

    from ingestion.publication.locking import writer_of
    from ingestion.settings import Settings

    if isinstance(error, BrokenPipeError):
        return  # who read the answer has enough
    if system_error(error) in FULL:
        fail_of_disk(lang, error, kept)
    if isinstance(error, sqlite3.OperationalError | sqlalchemy.exc.OperationalError) and _LOCKED in str(error):
        settings = Settings()
        fail(lang, "registry-locked", who=_who(lang, writer_of(settings.registry_path)), kept=kept)
    if isinstance(error, sqlalchemy.exc.SQLAlchemyError | sqlite3.Error):
        # The driver's own words may hold the address with its password, or a deposit's values (law 7).
        fail(lang, "registry-unreachable")
    if isinstance(error, OSError):
        fail_of_disk(lang, error, kept)


def fail_of_disk(lang: Lang, error: Exception, kept: str) -> NoReturn:
    """Say what the system refused to read or write, why, and what stays done; leave."""
    where = getattr(error, "filename", None) or said(lang, "somewhere")
    code = "disk-full" if system_error(error) in FULL else "not-written"
    fail(lang, code, where=where, why=system_reason(error, lang.value), kept=kept)


def _who(lang: Lang, holder: Holder | None) -> str:
    if holder is None:
        return said(lang, "someone")
    return said(lang, "who", pid=holder.pid, command=holder.command)


class Terminated(KeyboardInterrupt):
    """SIGTERM: someone asks this process to end, as Ctrl+C does."""


@contextmanager
def _terminable() -> Iterator[None]:
    """End in order on SIGTERM as on Ctrl+C; once told, do not be told again while ending."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(*_: object) -> NoReturn:
        raise Terminated

    before = signal.signal(signal.SIGTERM, ask)
    try:
        yield
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        before = signal.SIG_IGN
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def opened(settings: Settings, lang: Lang) -> Registry:
    """Return the registry; where it is brought to this version of the program, say so, and where the copy is.

    A restore that was killed is ended first. Raises PublicationBusy while one is at work.
    """
    from ingestion.registry.registry import Registry

    registry = Registry(settings, lambda copy: say(lang, "migrated-copy" if copy else "migrated", copy=copy or ""))
    if settings.restoring_path.is_dir():
        from ingestion.backups.restoring import end_interrupted

        end_interrupted(settings, registry)
    return registry
