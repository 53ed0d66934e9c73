"""What every command shares: its language, what it says on standard error, bars, and the way to fail.

A face of its own, for the modules of commands: who uses a folder as a library loads no command line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ontologie.sentences import sentence

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


class Lang(StrEnum):
    """The languages of messages."""

    FR = "fr"
    EN = "en"


LangOption = Annotated[Lang, typer.Option("--lang", help="Language of messages.")]


def said(lang: str, code: str, **words: object) -> str:
    """Return a sentence of `phrases/commandes.csv`; raises KeyError for an unknown code."""
    return sentence("commandes", code, lang, **words)


def say(lang: str, code: str, **words: object) -> None:
    """Say a sentence on standard error."""
    typer.echo(said(lang, code, **words), err=True)


def fail(lang: str, code: str, exit_code: int = 2, **words: object) -> NoReturn:
    """Say why the command cannot go on, and leave."""
    say(lang, code, **words)
    raise typer.Exit(exit_code)


@contextmanager
def counting(description: str) -> Iterator[Callable[..., None]]:
    """Show how many things were done, told each time, with how many there are where that is known."""
    if not sys.stderr.isatty():
        yield lambda done, total=None: None
        return
    from rich.progress import SpinnerColumn

    with _bars(SpinnerColumn()) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total=None: bar.update(task, completed=done, total=total)


@contextmanager
def steps(lang: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show the steps of a work, one bar each, told their name, what is done and how much there is."""
    if not sys.stderr.isatty():
        yield lambda name, done, total: None
        return
    from rich.progress import BarColumn

    with _bars(BarColumn()) as bar:
        tasks = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(said(lang, f"step-{name}"), total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield step


def _bars(shape: ProgressColumn) -> Progress:
    # Here, not above: a command that shows no bar, or shows it to nobody, never loads them.
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = shape, TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True), transient=True)
