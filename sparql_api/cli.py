"""The root of the command line: mounts each folder's commands as `observatoire`, and passes down what they share."""

from __future__ import annotations

import typer

import ingestion.commands
import ontologie.commands
import shapes.commands
import sparql_api.commands
from sparql_api.faces import FACES


def build_main() -> typer.Typer:
    """Return `observatoire` with the commands of every folder, in the order people meet them."""
    main = typer.Typer(
        name="observatoire",
        help="The open data graph of the pedagogical uses of AI: deposit, review, publish, serve, query.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for part in (
        ingestion.commands.build_app(FACES),
        sparql_api.commands.build_app(),
        shapes.commands.build_app(),
        ontologie.commands.build_app(),
    ):
        main.registered_commands += part.registered_commands
        main.registered_groups += part.registered_groups
    return main


main = build_main()
