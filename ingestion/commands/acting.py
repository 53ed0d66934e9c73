"""In whose name a command acts: `--as`, else the setting, else the operator; and whether it may."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingestion.registry.registry import Registry
    from ingestion.rights.model import Action, Agent
    from ingestion.settings import Settings

_HELP = "In whose name: a declared agent; none: OBSERVATOIRE_AGENT, else the operator."
AsOption = Annotated[str | None, typer.Option("--as", help=_HELP)]
ByOption = Annotated[str | None, typer.Option("--as", "--by", help=_HELP)]


def agent_of(registry: Registry, name: str | None, settings: Settings) -> Agent:
    """Return the agent in whose name a command acts, as the registry knows it: without any role where it does not."""
    from ingestion.rights.model import OPERATOR

    return registry.accounts.known(as_kept(name or settings.agent or OPERATOR.name))


def as_kept(name: str) -> str:
    """Return the name of an agent as it is kept, however its accents were typed."""
    return unicodedata.normalize("NFC", name.strip())


def allowed(registry: Registry, name: str | None, settings: Settings, action: Action) -> Agent:
    """Return the agent of a command whose act bears on no document. Raises Forbidden."""
    from ingestion.rights.decision import require

    agent = agent_of(registry, name, settings)
    require(agent, action)
    return agent


def able(registry: Registry, name: str | None, settings: Settings, action: Action) -> Agent:
    """Return the agent of a command that may do an act on some documents, each decided on later. Raises Forbidden."""
    from ingestion.rights.decision import Forbidden, standing

    agent = agent_of(registry, name, settings)
    if why := standing(agent, action):
        raise Forbidden(why, agent, action)
    return agent
