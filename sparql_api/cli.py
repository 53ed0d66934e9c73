"""The root of the command line: mounts each folder's commands as `observatoire`, and passes down what they share.

Loads the options of the commands alone: what a command runs is loaded when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

import ingestion.commands.ingest
import ontologie.commands
import shapes.commands
import sparql_api.commands
import sparql_api.export_commands
from shapes.commands import Judged
from sparql_api.words.command_line import Spoken

if TYPE_CHECKING:
    import pyoxigraph as ox

    from ingestion import Edition
    from ontologie import Check
    from queries import Token


def build_main() -> typer.Typer:
    """Return `observatoire` with the commands of every folder, in the order people meet them."""
    main = typer.Typer(
        name="observatoire",
        cls=Spoken,
        help="The open data graph of the pedagogical uses of AI: deposit, review, publish, serve, query.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for part in (
        ingestion.commands.ingest.build_app(
            made_with_editions, write_principles, write_tables, sparql_api.export_commands.add_exports, tokens_of_sparql
        ),
        sparql_api.commands.build_app(),
        shapes.commands.build_app(examine_deposit),
        ontologie.commands.build_app(checks_of_shapes),
    ):
        main.registered_commands += part.registered_commands
        main.registered_groups += part.registered_groups
    return main


def made_with_editions() -> Sequence[Callable[[Edition, ox.Store], None]]:
    """Return what publication makes for this service with each edition."""
    from sparql_api.outputs import EDITION_OUTPUTS

    return EDITION_OUTPUTS


def write_principles(place: Path) -> int:
    """Write the package of principles; return how many files."""
    from sparql_api.packages.principles import write_principles

    return write_principles(place)


def write_tables(edition: Edition, place: Path) -> int:
    """Write the research tables of an edition; return how many files."""
    from sparql_api.tables.exporting import export_tables

    return export_tables(edition, place)


def tokens_of_sparql() -> Callable[[str], Iterable[Token]]:
    """Return what tells the tokens of a query apart."""
    from queries import tokenize

    return tokenize


def checks_of_shapes() -> Iterable[Check]:
    """Return what `check` asks of the shapes."""
    return shapes.CHECKS


def examine_deposit(path: Path, lang: Literal["fr", "en"]) -> Iterator[Judged]:
    """Examine a deposit for `validate`, batch by batch, as `ingest --dry-run` does.

    Raises ValueError, with the place and what to do, where the file cannot be used.
    """
    from ingestion import UnreadableDeposit, examine_batches, read_deposit
    from shapes import place

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
