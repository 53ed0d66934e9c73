"""The commands of labels that nothing knows: see the queue, decide, refuse a decision for a fiche, withdraw it."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ingestion.commands.acting import AsOption, able, agent_of, allowed
from ingestion.commands.failures import explained, opened
from ingestion.words.identifiers import document_named
from ontologie import sentence, with_names
from ontologie.console import Lang, LangOption, counting, fail, said, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingestion.labels.applying import Changes
    from ingestion.labels.queue import Queue
    from ingestion.registry.labels import DecidedLabel

PER_PAGE: Final = 50
MOST_NAMED: Final = 20
_QUEUED: Final = ("id", "field", "label", "documents", "academies", "suggestions")
_ALIASES: Final = ("champ", "libelle", "cle", "concepts", "note")
"""The columns of `ontologie/donnees/libelles.csv`."""

Label = Annotated[str, typer.Argument(help="Id of the label, as `labels list` gives it.")]


class ListFormat(StrEnum):
    """The forms of the queue."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def labels_app() -> typer.Typer:
    """Return the sub-commands of `observatoire labels`."""
    told = "Labels that nothing knows: see them, decide, refuse a decision, withdraw it."
    app = typer.Typer(no_args_is_help=True, help=told)
    app.command("list")(list_command)
    app.command("decide")(decide_command)
    app.command("refuse")(refuse_command)
    app.command("withdraw")(withdraw_command)
    return app


def list_command(
    decided: Annotated[bool, typer.Option("--decided", help="Those that were decided on, the latest first.")] = False,
    page: Annotated[int, typer.Option(min=1, help="The page, from 1.")] = 1,
    form: Annotated[
        ListFormat, typer.Option("--format", help="text, json, or csv: of decided ones, rows for libelles.csv.")
    ] = ListFormat.TEXT,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """List the labels that nothing knows: how many fiches each holds up, what could be written instead.

    Of the fiches that the agent may ask after.
    """
    from ingestion.labels.queue import queue
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        agent = able(registry, acting, settings, "queue")
        if decided:
            _write_decided(registry.labels.listed(), form, settings.base_iri, lang)
        else:
            found = queue(registry, agent, settings.base_iri, (page - 1) * PER_PAGE, PER_PAGE)
            _write_queue(found, page, form, lang)


def decide_command(
    label: Label,
    choice: Annotated[str, typer.Argument(help="concept, alias, text or split.")],
    values: Annotated[list[str] | None, typer.Argument(help="The concept, by IRI or name; of split, labels.")] = None,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Decide once what a label stands for, here and in later deposits; fiches that hold it get a new version.

    A concept; an alias, which is a name of it for our lists too; text, to leave it and ask no more; split, into labels
    that are known. Where nothing but the label changes, a validated fiche stays validated, and its académie may refuse.

    Example: observatoire labels decide 3f2a9c0d11e24b57 concept "Seconde" --as Dgesco
    """
    from ingestion.labels.desk import LabelDesk
    from ingestion.settings import Settings
    from ingestion.words.errors import RefusedAct

    settings = Settings()
    with explained(lang, kept=lambda: said(lang, "labels-kept")), opened(settings, lang) as registry:
        agent, desk = allowed(registry, acting, settings, "labels"), LabelDesk(registry, settings.base_iri)
        try:
            with counting(said(lang, "labels-deciding")) as progress:
                done = desk.decide(label, choice, values or (), agent, progress=progress).changes
        except LookupError:
            fail(lang, "labels-unknown", 1, label=label)
        except RefusedAct as error:
            typer.echo(error.messages[lang.value], err=True)
            raise typer.Exit(1) from error
    _tell(done, "labels-decided", lang)


def refuse_command(
    label: Label,
    identifier: Annotated[str, typer.Argument(help="Id of the fiche, e.g. 18-UR005.")],
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Refuse, for one fiche, what was decided of a label: it is as it was deposited again, and is not asked any more.

    Example: observatoire labels refuse 3f2a9c0d11e24b57 18-UR005 --as "DRANE Orléans-Tours"
    """
    from ingestion.labels.desk import LabelDesk
    from ingestion.settings import Settings

    kind, name = document_named(identifier)
    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        agent = agent_of(registry, acting, settings)
        try:
            LabelDesk(registry, settings.base_iri).refuse(kind, name, label, agent)
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
    say(lang, "labels-refused", identifier=identifier)


def withdraw_command(
    label: Label,
    reason: Annotated[str, typer.Option("--reason", help="Why, told in the history of each fiche; names nobody.")],
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Withdraw what was decided of a label: it waits again, and fiches say what they said before.

    Those that it changed and those deposited since; later deposits are understood as before it. Where nothing but the
    label changes, a validated fiche stays validated. What académies refused of the decision goes with it.

    Example: observatoire labels withdraw 3f2a9c0d11e24b57 --reason "Ce n'est pas une classe de seconde." --as Dgesco
    """
    from ingestion.labels.desk import LabelDesk
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang, kept=lambda: said(lang, "labels-withdrawal-kept")), opened(settings, lang) as registry:
        agent, desk = allowed(registry, acting, settings, "labels"), LabelDesk(registry, settings.base_iri)
        try:
            with counting(said(lang, "labels-deciding")) as progress:
                done = desk.withdraw(label, reason, agent, progress=progress)
        except LookupError:
            fail(lang, "labels-undecided", 1, label=label)
    _tell(done, "labels-withdrawn", lang)


def _tell(done: Changes, code: str, lang: Lang) -> None:
    """Say what came of the fiches of a label."""
    say(lang, code, inherited=done.inherited, waits=done.waits, left=len(done.left))
    if done.left:
        names = ", ".join(done.left[:MOST_NAMED]) + (" …" if len(done.left) > MOST_NAMED else "")
        say(lang, "labels-left", names=names)


def _write_queue(found: Queue, page: int, form: ListFormat, lang: Lang) -> None:
    rows = [one.as_dict(lang.value) for one in found.found]
    if form is ListFormat.JSON:
        told = {"total": found.total, "hidden": found.hidden, "items": rows}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif form is ListFormat.CSV:
        _csv(_QUEUED, ({**row, "suggestions": "|".join(row["suggestions"])} for row in rows))
    elif rows:
        named = [{**row, "field": row["field_label"], "suggestions": ", ".join(row["suggestions"])} for row in rows]
        _draw(_QUEUED, named, lang)
    elif not found.total:
        say(lang, "labels-none")
    last = (page - 1) * PER_PAGE + len(rows)
    if last < found.total and rows:
        say(lang, "labels-page", first=last - len(rows) + 1, last=last, total=found.total, next=page + 1)
    if found.hidden:
        say(lang, "labels-hidden", count=found.hidden)
    if found.more:
        from ingestion.labels.queue import MOST

        say(lang, "labels-more", most=MOST)


def _write_decided(found: Sequence[DecidedLabel], form: ListFormat, base: str, lang: Lang) -> None:
    from ingestion.documents.told import name_of

    if form is ListFormat.CSV:
        aliases = [one for one in found if one.words is not None]
        _csv(_ALIASES, (
            {"champ": one.field, "libelle": one.words, "cle": key, "concepts": "|".join(iris), "note": ""}
            for one in aliases for key, iris in one.decision.concepts
        ))  # fmt: skip
        return
    rows: list[dict[str, Any]] = [
        {
            "id": one.label, "field": one.field, "label": one.words, "choice": one.decision.choice,
            "concepts": [name_of(iri, base) for _, iris in one.decision.concepts for iri in iris],
            "at": one.at, "agent": one.agent, "still": one.documents,
        }
        for one in found
    ]  # fmt: skip
    if form is ListFormat.JSON:
        typer.echo(json.dumps({"items": rows}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        row["choice"] = sentence("relecture", f"choice-{row['choice']}", lang.value)
        row["concepts"], row["at"] = ", ".join(row["concepts"]), row["at"][:10]
    _draw(("id", "field", "label", "choice", "concepts", "at", "agent", "still"), rows, lang)


def _draw(names: Sequence[str], rows: Iterable[Mapping[str, Any]], lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*(sentence("relecture", f"labels-{name}", lang.value) for name in names))
    table.columns[0].no_wrap = True  # whole: it is typed again
    for row in rows:
        cells = ("" if row[name] is None else str(row[name]) for name in names)
        table.add_row(*(Text(with_names(cell, lang.value)) for cell in cells))
    Console().print(table)


def _csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    out = csv.DictWriter(sys.stdout, names, extrasaction="ignore", lineterminator="\n")
    out.writeheader()
    out.writerows({name: _safe(value) for name, value in row.items()} for row in rows)


def _safe(value: Any) -> Any:
    """Return a value that a spreadsheet takes for no formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
