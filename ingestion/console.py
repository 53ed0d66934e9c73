"""What the commands of the way in say on standard error: one table of sentences, bars, and the way to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, NoReturn

import sqlalchemy.exc
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ingestion.agents import UnknownAcademie
from ingestion.homes import MisplacedTriple
from ingestion.locking import PublicationBusy
from ingestion.publication import NothingToPublish, UnknownEdition
from ingestion.registry import Registry
from ingestion.registry_upgrade import NewerRegistry
from ingestion.settings import Settings
from ingestion.transitions import RefusedTransition
from ontologie import read_table


class Lang(StrEnum):
    """The languages of messages."""

    FR = "fr"
    EN = "en"


Language = Annotated[Lang, typer.Option("--lang", help="Language of messages.")]


def sentence(lang: Lang, code: str, **words: object) -> str:
    """Return a sentence of `messages_commandes.csv`; raises KeyError for an unknown code."""
    rows = {row["code"]: row for row in read_table("donnees", "messages_commandes.csv")}
    return rows[code][lang.value].format(**words)


def say(lang: Lang, code: str, **words: object) -> None:
    """Say a sentence on standard error."""
    typer.echo(sentence(lang, code, **words), err=True)


def fail(lang: Lang, code: str, exit_code: int = 2, **words: object) -> NoReturn:
    """Say why the command cannot go on, and leave."""
    say(lang, code, **words)
    raise typer.Exit(exit_code)


@contextmanager
def explained(lang: Lang, nothing: str = "nothing-validated") -> Iterator[None]:
    """Say what is wrong and what to do where a command cannot go on; `nothing` is what to say of an empty state."""
    try:
        yield
    except PublicationBusy:
        fail(lang, "busy")
    except NothingToPublish:
        fail(lang, nothing)
    except UnknownEdition:
        fail(lang, "unknown-edition")
    except MisplacedTriple as error:
        fail(lang, "misplaced-triple", 1, where=error)
    except NewerRegistry:
        fail(lang, "newer-registry")
    except RefusedTransition as error:
        typer.echo(error.messages[lang.value], err=True)
        raise typer.Exit(1) from error
    except UnknownAcademie as error:
        perhaps = sentence(lang, "perhaps", names=", ".join(error.suggestions)) if error.suggestions else ""
        fail(lang, "unknown-academie", text=error.text, suggestions=perhaps)
    except (sqlalchemy.exc.DBAPIError, sqlalchemy.exc.ArgumentError):
        # The driver's own words may hold the address with its password, or a deposit's values (law 7).
        fail(lang, "registry-unreachable")
    except OSError as error:
        fail(lang, "not-written", where=error.filename or "", why=error.strerror or "")


def opened(settings: Settings, lang: Lang) -> Registry:
    """Return the registry; where it is brought to this version of the program, say so, and where the copy is."""
    return Registry(settings, lambda copy: say(lang, "migrated-copy" if copy else "migrated", copy=copy or ""))


@contextmanager
def counting(lang: Lang, name: str = "") -> Iterator[Callable[[int], None]]:
    """Show how many records were read; the file's length is not known beforehand."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(sentence(lang, "reading", name=name), total=None)
        yield lambda read: bar.update(task, completed=read)


@contextmanager
def steps(lang: Lang) -> Iterator[Callable[[str, int, int], None]]:
    """Show the steps of a publication, one bar each."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(sentence(lang, f"step-{name}"), total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield step
