"""The root of the command line: mounts each folder's commands as `observatoire`, and passes down what they share."""

from __future__ import annotations

from pathlib import Path

import typer

import ingestion.commands
import ontologie.commands
import shapes
import shapes.commands
import sparql_api.commands
from ingestion import UnreadableDeposit, build_document, convert, read_deposit
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
        shapes.commands.build_app(read_document),
        ontologie.commands.build_app(shapes.CHECKS),
    ):
        main.registered_commands += part.registered_commands
        main.registered_groups += part.registered_groups
    return main


def read_document(path: Path) -> bytes:
    """Return the N-Quads of a deposit's documents, for `validate`.

    Raises ValueError, with the place, where the file cannot be used or a document cannot be made of a record.
    """
    try:
        built = [build_document(record) for record in read_deposit(path).records]
    except UnreadableDeposit as error:
        raise ValueError(f"{error.message['fr']} / {error.message['en']}") from error
    for one in built:
        if not one.document:
            said = next(issue.message for issue in one.issues if issue.refuses)
            raise ValueError(f"ligne {one.line} : {said['fr']} / line {one.line}: {said['en']}")
    return b"".join(line for graph in convert([one.document for one in built]) for line in graph.lines)


main = build_main()
