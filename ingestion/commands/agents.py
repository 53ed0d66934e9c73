"""The commands of accounts: declare an agent with its roles, list, revoke, give a token, export what is known."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from ingestion.commands.acting import AsOption, agent_of, as_kept
from ingestion.commands.failures import explained, opened
from ontologie.console import Lang, LangOption, fail, said, say

NameArgument = Annotated[str, typer.Argument(help="Name of the service or of its function, e.g. “DRANE Lyon”.")]


class GivenRole(StrEnum):
    """The roles that an agent may be given; docs/roles.md says what each may do."""

    NATIONAL = "national"
    DEPOT = "depot"
    REVUE = "revue"
    INSPECTION = "inspection"
    ANALYSTE = "analyste"
    PARTENAIRE = "partenaire"
    LECTEUR = "lecteur"


def agents_app() -> typer.Typer:
    """Return the sub-commands of `observatoire agent`."""
    app = typer.Typer(no_args_is_help=True, help="Accounts: who may deposit, review, read, and until when.")
    app.command("add")(add_command)
    app.command("list")(list_command)
    app.command("revoke")(revoke_command)
    app.command("token")(token_command)
    app.command("bind")(bind_command)
    app.command("unbind")(unbind_command)
    app.command("export")(export_command)
    return app


def add_command(
    name: NameArgument,
    roles: Annotated[list[GivenRole], typer.Option("--role", help="What it may do; may be repeated.")],
    academie: Annotated[str | None, typer.Option(help="Scope of these roles: an académie, by code or name.")] = None,
    region: Annotated[str | None, typer.Option(help="Or a région académique, with all its académies.")] = None,
    instrument: Annotated[str | None, typer.Option(help="Or an instrument, by its id: that of a partner.")] = None,
    organisation: Annotated[
        str | None, typer.Option(help="The organisation that the graph names where the agent validates: dgesco.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Last day of the account: 2027-08-31.")] = None,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Declare an agent, or give a declared one more roles; each role has the scope of the command that gives it.

    Examples:

      observatoire agent add "DRANE Lyon" --role revue --academie Lyon

      observatoire agent add Dgesco --role national --organisation dgesco --expires 2027-08-31
    """
    from ingestion.registry.agents import new_agent, scope_of
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        scope = scope_of(academie, region, instrument, settings.base_iri)
        agent = new_agent(as_kept(name), [role.value for role in roles], scope, organisation, expires)
        changed = registry.accounts.declare(agent, agent_of(registry, acting, settings))
    say(lang, "agent-declared" if changed else "agent-known", agent=agent.name)


def list_command(acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
    """List the accounts: roles with their scope, organisation, last day."""
    from rich.console import Console
    from rich.table import Table

    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        found = registry.accounts.listed(agent_of(registry, acting, settings))
    table = Table(*said(lang, "agent-columns").split("|"))
    table.columns[0].no_wrap, table.columns[0].overflow = True, "fold"  # whole: it is typed again
    table.columns[0].min_width = max(len(agent.name) for agent in found)
    for agent in found:
        held = ", ".join(f"{one.role} {one.scope}".strip() for one in agent.grants)
        ended = said(lang, "agent-ended", date=agent.revoked[:10]) if agent.revoked else agent.expires or ""
        table.add_row(agent.name, held, (agent.organisation or "").rpartition("/")[2], ended)
    Console().print(table)


def revoke_command(name: NameArgument, acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
    """End an account and its token, for good: what it did stays in the history.

    Example: observatoire agent revoke "DRANE Lyon"
    """
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        registry.accounts.revoke(as_kept(name), agent_of(registry, acting, settings))
    say(lang, "agent-ended-now", agent=name)


def token_command(name: NameArgument, acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
    """Give an agent a token, in the place of the one before: printed once, on standard output, and kept nowhere.

    Example: observatoire agent token "DRANE Lyon" > jeton.txt
    """
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        token = registry.accounts.token(as_kept(name), agent_of(registry, acting, settings))
    typer.echo(token)
    say(lang, "agent-token", agent=name)


def bind_command(
    name: NameArgument,
    subject: Annotated[str, typer.Option(help="How the sign-on service calls that person or service.")],
    issuer: Annotated[str, typer.Option(envvar="OBSERVATOIRE_OIDC_ISSUER", help="The sign-on service.")],
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Let whom a sign-on service (OpenID Connect) knows act as an agent; the account alone says what it may do.

    Example: observatoire agent bind "DRANE Lyon" --subject 6f1c2e --issuer https://connexion.example
    """
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        registry.sign_ins.bind(as_kept(name), issuer, subject, agent_of(registry, acting, settings))
    say(lang, "agent-bound", agent=name)


def unbind_command(
    subject: Annotated[str, typer.Option(help="How the sign-on service calls that person or service.")],
    issuer: Annotated[str, typer.Option(envvar="OBSERVATOIRE_OIDC_ISSUER", help="The sign-on service.")],
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Let whom a sign-on service knows act as no agent any more; the sessions of the account are ended.

    Example: observatoire agent unbind --subject 6f1c2e --issuer https://connexion.example
    """
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        name = registry.sign_ins.unbind(issuer, subject, agent_of(registry, acting, settings))
    say(lang, "agent-unbound", agent=name)


def export_command(name: NameArgument, acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
    """All that the registry knows of an agent, as JSON on standard output: the right of access.

    Example: observatoire agent export "DRANE Lyon" > drane-lyon.json
    """
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang), opened(settings, lang) as registry:
        try:
            found = registry.accounts.about(as_kept(name), agent_of(registry, acting, settings))
        except LookupError:
            fail(lang, "agent-unknown", 1, agent=name)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
