"""The root of the command line: mounts each folder's commands as `observatoire`, and passes down what they share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import typer

import ingestion.commands
import ontologie.commands
import shapes
import shapes.commands
import sparql_api.commands
from ingestion import UnreadableDeposit, examine_batches, read_deposit
from shapes import place
from shapes.commands import Judged
from sparql_api.faces import FACES
from sparql_api.spoken import Spoken


def build_main() -> typer.Typer:
    """Return `observatoire` with the commands of every folder, in the order people meet them."""
    main = typer.Typer(
        name="observatoire",
        cls=Spoken,
        help="The open data graph of the pedagogical uses of AI: deposit, review, publish, serve, query.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for part in (
        ingestion.commands.build_app(FACES),
        sparql_api.commands.build_app(),
        shapes.commands.build_app(examine_deposit),
        ontologie.commands.build_app(shapes.CHECKS),
    ):
        main.registered_commands += part.registered_commands
        main.registered_groups += part.registered_groups
    return main


def examine_deposit(path: Path, lang: Literal["fr", "en"]) -> Iterator[Judged]:
    """Examine a deposit for `validate`, batch by batch, as `ingest --dry-run` does.

    Raises ValueError, with the place and what to do, where the file cannot be used.
    """
    try:
        deposit = read_deposit(path)
        yield Judged((), {}, (), deposit.notes)
        for part in examine_batches(deposit):
            yield Judged(part.entries, part.summary.as_dict(), part.reports)
    except UnreadableDeposit as error:
        where = place(error.issue, lang, with_file=False)
        said = f"{error.message[lang]} {error.remedy.get(lang, '')}".strip()
        raise ValueError(f"{where}: {said}" if where else said) from error


main = build_main()
