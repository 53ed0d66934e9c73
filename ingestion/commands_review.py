"""The commands of review: list, show, validate, return, withdraw."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ingestion.console import Lang, fail, say
from ingestion.registry import Agent, Registry
from ingestion.settings import Settings
from ingestion.transitions import RefusedTransition

Identifier = Annotated[str, typer.Argument(help="Id of the fiche, e.g. 18-UR005; analyse/… for another type.")]
By = Annotated[str, typer.Option("--by", help="Name of the service that reviews, e.g. “DRANE Lyon”.")]
Academie = Annotated[
    str | None, typer.Option("--academie", help="Code of the reviewer's académie; none: national.")
]
Reason = Annotated[str, typer.Option("--reason", help="What to tell the depositing service.")]
Language = Annotated[Lang, typer.Option("--lang", help="Language of messages.")]


def review_app() -> typer.Typer:
    """Return the sub-commands of `observatoire review`."""
    app = typer.Typer(no_args_is_help=True, help="Review deposits: see them, validate, send back, withdraw.")

    @app.command("list")
    def list_command(
        state: Annotated[str | None, typer.Option(help="depose, valide, publie, retourne or retire.")] = "depose",
        academie: Annotated[str | None, typer.Option(help="Only this académie.")] = None,
        lang: Language = Lang.FR,
    ) -> None:
        """List the deposits in a state (by default: those that wait)."""
        found = list(Registry(Settings()).listed(state=state or None, academie=academie))
        if not found:
            say(lang, "nothing-waits")
        table = Table("id", "académie", "état" if lang is Lang.FR else "state", "version", "titre")
        for one in found:
            title = str((one.document or {}).get("titre", ""))
            name = one.identifier if one.kind == "projet" else f"{one.kind}/{one.identifier}"
            table.add_row(name, one.academie or "—", one.state, str(one.version), title)
        if found:
            Console().print(table)

    @app.command("show")
    def show_command(identifier: Identifier, lang: Language = Lang.FR) -> None:
        """Show a deposit: its document, what was said of it, its history (JSON on standard output)."""
        kind, name = _split(identifier)
        registry = Registry(Settings())
        try:
            found = registry.get(kind, name)
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
        shown = {
            "document": found.document, "state": found.state, "version": found.version,
            "published_version": found.published_version, "entries": found.entries,
            "history": registry.history(kind, name),
        }  # fmt: skip
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))

    @app.command("validate")
    def validate_command(
        identifier: Identifier, by: By, academie: Academie = None, lang: Language = Lang.FR
    ) -> None:
        """Validate the latest version of a deposit: it enters the next edition."""
        _act(lang, identifier, "validated", lambda r, k, i: r.validate(k, i, Agent(by, "valideur", academie)))

    @app.command("return")
    def return_command(
        identifier: Identifier, by: By, reason: Reason, academie: Academie = None, lang: Language = Lang.FR
    ) -> None:
        """Send a deposit back with reasons; what is public stays public."""
        _act(
            lang, identifier, "returned",
            lambda r, k, i: r.send_back(k, i, Agent(by, "valideur", academie), reason),
        )  # fmt: skip

    @app.command("withdraw")
    def withdraw_command(
        identifier: Identifier, by: By, reason: Reason = "", academie: Academie = None, lang: Language = Lang.FR
    ) -> None:
        """Withdraw a fiche: it leaves the next edition."""
        _act(
            lang, identifier, "withdrawn",
            lambda r, k, i: r.withdraw(k, i, Agent(by, "valideur", academie), reason),
        )  # fmt: skip

    return app


def _act(lang: Lang, identifier: str, done: str, act: Callable[[Registry, str, str], None]) -> None:
    kind, name = _split(identifier)
    try:
        act(Registry(Settings()), kind, name)
    except LookupError:
        fail(lang, "unknown-document", 1, identifier=identifier)
    except RefusedTransition as error:
        typer.echo(error.messages[lang.value], err=True)
        raise typer.Exit(1) from error
    say(lang, done, identifier=identifier)


def _split(identifier: str) -> tuple[str, str]:
    """Return (kind, id): a bare id is a project's."""
    kind, slash, name = identifier.partition("/")
    return (kind, name) if slash else ("projet", identifier)
