"""The commands of review: what waits, what a deposit says, what changed of it; each act on one, and on its findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ingestion.commands.acting import AsOption, ByOption, able, agent_of
from ingestion.commands.failures import explained, opened
from ingestion.commands.rechecking import recheck_command
from ingestion.words.identifiers import document_named
from ontologie import sentence
from ontologie.console import Lang, LangOption, fail, say

if TYPE_CHECKING:
    from ingestion.commands.telling.showing import SeenBeside
    from ingestion.registry.registry import Registry
    from ingestion.registry.tables.model import Registered
    from ingestion.rights.model import Action, Agent
    from ingestion.settings import Settings

Identifier = Annotated[str, typer.Argument(help="Id of the fiche, e.g. 18-UR005; analyse/… for another type.")]
Reason = Annotated[str, typer.Option("--reason", help="What to tell the depositing service.")]
AsNew = Annotated[
    bool, typer.Option("--as-new", help="Make a fiche of its own of a row that was taken for this one by its page.")
]
FieldRemarks = Annotated[
    list[str] | None, typer.Option("--field", help="What to tell of one field, as NAME=TEXT; may be repeated.")
]
_DONE: Final[Mapping[Action, str]] = {
    "validate": "validated", "return": "returned", "withdraw": "withdrawn", "opinion": "opinion-given",
    "finding": "finding-decided",
}  # fmt: skip
"""What is said of an act once it is done."""


class FindingVerb(StrEnum):
    """What is decided of a finding."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    REOPEN = "reopen"


class ShowFormat(StrEnum):
    """The forms of a deposit that is shown."""

    TEXT = "text"
    JSON = "json"


class DiffFormat(StrEnum):
    """The forms of a difference."""

    TEXT = "text"
    TTL = "ttl"
    NQ = "nq"


def review_app() -> typer.Typer:
    """Return the sub-commands of `observatoire review`."""
    app = typer.Typer(no_args_is_help=True, help="Review deposits: see them, validate, send back, withdraw.")
    app.command("list")(list_command)
    app.command("show")(show_command)
    app.command("diff")(diff_command)
    app.command("digest")(digest_command)
    app.command("recheck")(recheck_command)
    app.command("validate")(validate_command)
    app.command("return")(return_command)
    app.command("withdraw")(withdraw_command)
    app.command("opinion")(opinion_command)
    app.command("finding")(finding_command)
    return app


def list_command(
    state: Annotated[str, typer.Option(help="depose, valide, publie, retourne, retire, or toutes for all.")] = "depose",
    academie: Annotated[str | None, typer.Option(help="Only this académie, by code or name.")] = None,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """List the deposits in a state: by default those that wait for a reviewer; how many passages each has to read.

    Those that the agent may read, and no others.
    """
    from ingestion.commands.telling.showing import draw_list
    from ingestion.registry.agents import academie_code
    from ingestion.registry.tables.model import ALL_STATES
    from ingestion.settings import Settings

    if state not in ALL_STATES and state != "toutes":
        fail(lang, "unknown-state", state=state, states=", ".join((*sorted(ALL_STATES), "toutes")))
    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        code = academie_code(academie)
        listed = registry.listed(state=None if state == "toutes" else state, academie=code)
        found = registry.readable(listed, able(registry, acting, settings, "read"))
        since = {name: event["at"] for name, event in registry.events.latest("deposited").items()} if found else {}
    if not found:
        say(lang, "nothing-waits")
        return
    draw_list(found, since, lang.value)


def show_command(
    identifier: Identifier,
    form: Annotated[ShowFormat, typer.Option("--format", help="text, or json for programs.")] = ShowFormat.TEXT,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Show a deposit: what it says, the passages to read, what was said of it, its history, what comes next."""
    from ingestion.commands.telling.described import as_described, findings_told
    from ingestion.commands.telling.showing import draw_deposit
    from ingestion.derivation.deciding import findings_of
    from ingestion.rights.decision import require
    from ingestion.rights.model import Matter
    from ingestion.settings import Settings

    kind, name = document_named(identifier)
    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        try:
            found, history = registry.get(kind, name), registry.history(kind, name)
            agent = agent_of(registry, acting, settings)
            require(agent, "read", Matter(kind, name, found.academie))
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
        beside = _beside(registry, found, agent, settings)
        base, as_data = settings.base_iri, form is ShowFormat.JSON
        told = findings_told(registry, found, base) if as_data else []
        findings = [] if as_data else findings_of(registry, found, base)
    if form is ShowFormat.JSON:
        more = {"alike": {**beside.alike}, "contact": {**beside.contact}}
        described = as_described(found, history, lang.value) | more
        described["findings"] = told
        typer.echo(json.dumps(described, ensure_ascii=False, indent=2))
    else:
        draw_deposit(found, history, findings, beside, lang.value)


def _beside(registry: Registry, found: Registered, agent: Agent, settings: Settings) -> SeenBeside:
    """Return what is alike among what an agent may know, and the contact where it may."""
    from ingestion.commands.telling.showing import SeenBeside
    from ingestion.examination.neighbours import alike_to

    alike = alike_to(registry, found, agent, settings.var)
    return SeenBeside(alike, registry.contact(found.kind, found.identifier, agent))


def diff_command(
    identifier: Identifier,
    form: Annotated[
        DiffFormat, typer.Option("--format", help="text in words; ttl and nq as triples.")
    ] = DiffFormat.TEXT,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Show what the latest version of a deposit changes: from the one that is online, else from the one before.

    As nq, an RDF patch: D before a quad that goes, A before one that comes. As ttl, what goes stands in comments.

    Example: observatoire review diff 18-UR005 --format nq
    """
    from ingestion.commands.telling.comparing import as_patch, as_turtle, compared, in_lines
    from ingestion.commands.telling.showing import draw_difference
    from ingestion.rights.decision import require
    from ingestion.rights.model import Matter
    from ingestion.settings import Settings

    kind, name = document_named(identifier)
    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        try:
            found = registry.get(kind, name)
            require(agent_of(registry, acting, settings), "read", Matter(kind, name, found.academie))
            pair = compared(registry, found)
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
    if pair is None or pair.before.document is None or pair.after.document is None:
        code = "diff-erased" if pair else "diff-first"
        typer.echo(sentence("relecture", code, lang, identifier=identifier), err=True)
    elif form is DiffFormat.TEXT:
        draw_difference(identifier, pair, lang.value)
    else:
        lines = in_lines(pair, settings.base_iri)
        written = as_patch(*lines) if form is DiffFormat.NQ else as_turtle(*lines, settings.base_iri)
        typer.echo(written.decode(), nl=False)


def digest_command(
    service: Annotated[str | None, typer.Option(help="A service, or an académie by code or name; none: all.")] = None,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Tell a service what waits for a reviewer, what came back, what the last edition published.

    Example: observatoire review digest --service Lyon
    """
    from ingestion.commands.telling.digest import digest
    from ingestion.commands.telling.showing import draw_digest
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        draw_digest(digest(registry, service, able(registry, acting, settings, "read")), service, lang.value)


def validate_command(
    identifiers: Annotated[list[str], typer.Argument(help="Ids of fiches.")],
    acting: ByOption = None,
    passages_read: Annotated[
        bool, typer.Option("--passages-read", help="Say that you read the passages that may be personal, and none is.")
    ] = False,
    lang: LangOption = Lang.FR,
) -> None:
    """Validate the latest version of deposits: they enter the next edition.

    What has passages that may name a person is validated only by who says that they were read.

    Example: observatoire review validate 10-A12 10-A13 --as "DRANE Lyon"
    """
    def validate(registry: Registry, kind: str, identifier: str, agent: Agent) -> None:
        registry.validate(kind, identifier, agent, passages_read=passages_read)

    _act(lang, identifiers, "validate", acting, validate)


def return_command(
    identifier: Identifier, reason: Reason, field: FieldRemarks = None, as_new: AsNew = False,
    acting: ByOption = None, lang: LangOption = Lang.FR,
) -> None:  # fmt: skip
    """Send a deposit back with reasons; what is public stays public.

    Example: observatoire review return 10-A12 --as "DRANE Lyon" --reason "Précisez le niveau."
    """
    from ingestion.examination.apart import apart
    from ingestion.settings import Settings

    base, made, fields = Settings().base_iri, list[str](), _by_field(field or (), lang)

    def send_back(registry: Registry, kind: str, name: str, agent: Agent) -> None:
        if as_new:
            made.append(registry.set_apart(kind, name, agent, reason, partial(apart, base=base), fields))
        else:
            registry.send_back(kind, name, agent, reason, fields)

    _act(lang, [identifier], "return", acting, send_back)
    for name in made:
        say(lang, "made-apart", identifier=name)


def withdraw_command(
    identifier: Identifier, reason: Reason = "", acting: ByOption = None, lang: LangOption = Lang.FR
) -> None:
    """Withdraw a fiche: it leaves the next edition.

    Example: observatoire review withdraw 10-A12 --as "DRANE Lyon"
    """
    _act(lang, [identifier], "withdraw", acting, lambda r, k, i, agent: r.withdraw(k, i, agent, reason))


def opinion_command(
    identifier: Identifier,
    text: Annotated[str, typer.Option("--text", help="The opinion.")],
    acting: ByOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Note what an inspector thinks of a deposit, for its reviewer; it stays as it is.

    Example: observatoire review opinion 10-A12 --as "IA-IPR Lyon" --text "Conforme au programme."
    """
    _act(lang, [identifier], "opinion", acting, lambda r, k, i, agent: r.give_opinion(k, i, agent, text))


def finding_command(
    finding: Annotated[str, typer.Argument(help="Its fiche and its name, e.g. 18-UR005#constat-cu-r04.")],
    decision: Annotated[FindingVerb, typer.Argument(help="What you conclude; reopen takes it back.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence that is published; names nobody.")] = "",
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Confirm or dismiss what a rule concludes of a fiche; it holds as long as its facts are the same.

    What is published of it is your organisation, your function and the reason, never your name.

    Example: observatoire review finding 10-A12#constat-cu-r04 dismiss --reason "Seul l'enseignant tenait l'outil."
    """
    from ingestion.derivation.deciding import decide_finding
    from ingestion.settings import Settings

    base = Settings().base_iri
    identifier, _, name = finding.partition("#")

    def decide(registry: Registry, kind: str, identifier: str, agent: Agent) -> None:
        found = registry.get(kind, identifier)
        try:
            decide_finding(registry, found, agent, name, decision.value, reason, lang.value, base)
        except LookupError:
            fail(lang, "unknown-finding", 1, finding=finding, identifier=identifier)

    _act(lang, [identifier], "finding", acting, decide)


def _by_field(given: Sequence[str], lang: Lang) -> dict[str, str]:
    """Return remarks written as NAME=TEXT by their field; leaves where one cannot be used."""
    from ingestion.documents.remarked import UnknownField, remarked

    found = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not text.strip():
            fail(lang, "remark-form", text=one)
        found[name.strip()] = text
    try:
        return remarked(found)
    except UnknownField as error:
        typer.echo(error.messages[lang.value], err=True)
        raise typer.Exit(2) from error


def _act(
    lang: Lang, identifiers: Sequence[str], action: Action, acting: str | None,
    act: Callable[[Registry, str, str, Agent], None],
) -> None:  # fmt: skip
    """Act on each fiche; one that cannot be acted on is said, and the others go on (exit code 1)."""
    from ingestion.settings import Settings
    from ingestion.words.errors import RefusedAct

    refused, settings = False, Settings()
    with explained(lang), opened(settings, lang) as registry:
        agent = able(registry, acting, settings, action)
        for identifier in identifiers:
            try:
                act(registry, *document_named(identifier), agent)
            except LookupError:
                refused = True
                say(lang, "unknown-document", identifier=identifier)
            except RefusedAct as error:
                refused = True
                typer.echo(error.messages[lang.value], err=True)
            else:
                say(lang, _DONE[action], identifier=identifier)
    if refused:
        raise typer.Exit(1)
