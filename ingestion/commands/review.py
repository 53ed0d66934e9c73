"""The commands of review: list, show, validate, return, withdraw."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ingestion.commands.failures import explained, opened
from ontologie.console import Lang, LangOption, fail, say

if TYPE_CHECKING:
    from ingestion.registry.model import Agent
    from ingestion.registry.registry import Registry

Identifier = Annotated[str, typer.Argument(help="Id of the fiche, e.g. 18-UR005; analyse/… for another type.")]
By = Annotated[str, typer.Option("--by", help="Name of the service that reviews, e.g. “DRANE Lyon”.")]
Academie = Annotated[
    str | None,
    typer.Option("--academie", help="The reviewer's académie, by code or name; none: as known, or national."),
]
Reason = Annotated[str, typer.Option("--reason", help="What to tell the depositing service.")]
AsNew = Annotated[
    bool, typer.Option("--as-new", help="Make a fiche of its own of a row that was taken for this one by its page.")
]
_HEADERS = {
    Lang.FR: ("id", "académie", "état", "version", "à lire", "avertissements", "titre"),
    Lang.EN: ("id", "académie", "state", "version", "to read", "warnings", "title"),
}


def review_app() -> typer.Typer:
    """Return the sub-commands of `observatoire review`."""
    app = typer.Typer(no_args_is_help=True, help="Review deposits: see them, validate, send back, withdraw.")
    app.command("list")(list_command)
    app.command("show")(show_command)
    app.command("validate")(validate_command)
    app.command("return")(return_command)
    app.command("withdraw")(withdraw_command)
    return app


def list_command(
    state: Annotated[str, typer.Option(help="depose, valide, publie, retourne, retire, or toutes for all.")] = "depose",
    academie: Annotated[str | None, typer.Option(help="Only this académie, by code or name.")] = None,
    lang: LangOption = Lang.FR,
) -> None:
    """List the deposits in a state: by default those that wait for a reviewer; how many passages each has to read."""
    from rich.console import Console
    from rich.table import Table

    from ingestion.registry.agents import academie_code
    from ingestion.registry.model import ALL_STATES
    from ingestion.settings import Settings
    from ingestion.words.languages import texts_of
    from ingestion.words.messages import TO_READ

    if state not in ALL_STATES and state != "toutes":
        fail(lang, "unknown-state", state=state, states=", ".join((*sorted(ALL_STATES), "toutes")))
    with explained(lang), opened(Settings(), lang) as registry:
        code = academie_code(academie)
        found = list(registry.listed(state=None if state == "toutes" else state, academie=code))
    if not found:
        say(lang, "nothing-waits")
        return
    table = Table(*_HEADERS[lang])
    table.columns[0].no_wrap, table.columns[0].overflow = True, "fold"  # whole: it is typed again
    names = [one.identifier if one.kind == "projet" else f"{one.kind}/{one.identifier}" for one in found]
    table.columns[0].min_width = max(map(len, names))
    for name, one in zip(names, found, strict=True):
        to_read = sum(entry.get("rule") == TO_READ for entry in one.entries)
        warnings = sum(entry.get("severity") == "warning" for entry in one.entries) - to_read
        title = next(iter(texts_of((one.document or {}).get("titre", ""), lang.value)), "")
        counts = (str(count or "") for count in (to_read, warnings))
        table.add_row(name, one.academie or "—", one.state, str(one.version), *counts, title)
    Console().print(table)


def show_command(identifier: Identifier, lang: LangOption = Lang.FR) -> None:
    """Show a deposit: its document, passages to read, what was said of it, its history (JSON on standard output)."""
    from ingestion.documents.to_read import passages_to_read
    from ingestion.settings import Settings

    kind, name = split(identifier)
    with explained(lang), opened(Settings(), lang) as registry:
        try:
            found, history = registry.get(kind, name), registry.history(kind, name)
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
    shown = {
        "document": found.document, "state": found.state, "academie": found.academie, "version": found.version,
        "held": found.held, "passages": list(passages_to_read(found.document or {}, lang.value)),
        "validated_version": found.validated_version, "published_version": found.published_version,
        "entries": found.entries, "history": history,
    }  # fmt: skip
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))


def validate_command(
    identifiers: Annotated[list[str], typer.Argument(help="Ids of fiches.")],
    by: By,
    academie: Academie = None,
    passages_read: Annotated[
        bool, typer.Option("--passages-read", help="Say that you read the passages that may be personal, and none is.")
    ] = False,
    lang: LangOption = Lang.FR,
) -> None:
    """Validate the latest version of deposits: they enter the next edition.

    What has passages that may name a person is validated only by who says that they were read.

    Example: observatoire review validate 10-A12 10-A13 --by "DRANE Lyon" --academie Lyon
    """
    def validate(registry: Registry, kind: str, identifier: str, agent: Agent) -> None:
        registry.validate(kind, identifier, agent, passages_read=passages_read)

    _act(lang, identifiers, "validated", by, academie, validate)


def return_command(
    identifier: Identifier, by: By, reason: Reason, academie: Academie = None, as_new: AsNew = False,
    lang: LangOption = Lang.FR,
) -> None:  # fmt: skip
    """Send a deposit back with reasons; what is public stays public.

    Example: observatoire review return 10-A12 --by "DRANE Lyon" --reason "Précisez le niveau."
    """
    from ingestion.examination.apart import apart
    from ingestion.settings import Settings

    base, made = Settings().base_iri, list[str]()

    def send_back(registry: Registry, kind: str, name: str, agent: Agent) -> None:
        if as_new:
            made.append(registry.set_apart(kind, name, agent, reason, partial(apart, base=base)))
        else:
            registry.send_back(kind, name, agent, reason)

    _act(lang, [identifier], "returned", by, academie, send_back)
    for name in made:
        say(lang, "made-apart", identifier=name)


def withdraw_command(
    identifier: Identifier, by: By, reason: Reason = "", academie: Academie = None, lang: LangOption = Lang.FR
) -> None:
    """Withdraw a fiche: it leaves the next edition.

    Example: observatoire review withdraw 10-A12 --by "DRANE Lyon"
    """
    _act(lang, [identifier], "withdrawn", by, academie, lambda r, k, i, agent: r.withdraw(k, i, agent, reason))


def _act(
    lang: Lang, identifiers: Sequence[str], done: str, by: str, academie: str | None,
    act: Callable[[Registry, str, str, Agent], None],
) -> None:  # fmt: skip
    """Act on each fiche; one that cannot be acted on is said, and the others go on (exit code 1)."""
    from ingestion.registry.agents import agent_named
    from ingestion.registry.transitions import RefusedTransition
    from ingestion.settings import Settings

    refused = False
    with explained(lang), opened(Settings(), lang) as registry:
        agent = agent_named(by, "valideur", academie)
        for identifier in identifiers:
            try:
                act(registry, *split(identifier), agent)
            except LookupError:
                refused = True
                say(lang, "unknown-document", identifier=identifier)
            except RefusedTransition as error:
                refused = True
                typer.echo(error.messages[lang.value], err=True)
            else:
                say(lang, done, identifier=identifier)
    if refused:
        raise typer.Exit(1)


def split(identifier: str) -> tuple[str, str]:
    """Return (kind, id): a bare id is a project's."""
    kind, slash, name = identifier.partition("/")
    return (kind, name) if slash else ("projet", identifier)
