"""Decides whether an agent may do an act on a matter. Every door calls it, and none decides otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ingestion.documents.territories import region_of
from ingestion.rights.model import ACCOUNT, OPERATOR, Action, Agent, Grant, Matter
from ingestion.rights.table import WHOLE, Right, rights, scopes
from ingestion.words.errors import RefusedAct, refusal_in_words
from ingestion.words.owned import INSTRUMENT, LINKSET, PARTNERS
from ontologie import Word, in_both

_NOTHING: Final = Matter()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an act is allowed, and in the name of which académie; `why` not is a code of `phrases/relecture.csv`."""

    why: str = ""
    academie: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether the act may be done."""
        return not self.why


class Forbidden(RefusedAct):
    """An act that its agent may not do; `why` is a code of `phrases/relecture.csv`."""

    def __init__(self, why: str, agent: Agent, action: Action, matter: Matter = _NOTHING) -> None:
        self.why = why
        act: Word = in_both("relecture", f"action-{action}")
        words = {"agent": agent.name, "identifier": matter.identifier, "date": agent.expires or ""}
        super().__init__(*refusal_in_words(why, act=act, **words))


Permit = Callable[[str, str, str | None], Forbidden | None]
"""Tells why a document, by its kind, identifier and académie, may not be taken; None where it may."""


def decide(agent: Agent, action: Action, matter: Matter = _NOTHING) -> Decision:
    """Say whether an agent, as the registry knows it, may do an act on a matter, and why not."""
    if why := standing(agent, action):
        return Decision(why)
    held = [(grant, right) for grant in agent.grants for right in rights().get((grant.role, action), ())]
    held = [(grant, right) for grant, right in held if not right.kinds or matter.kind in right.kinds]
    if not held:
        return Decision("agent-kind")
    fitting = [grant for grant, right in held if _fits(agent, grant, right, matter)]
    if not fitting:
        if all(grant.scope.startswith(f"{INSTRUMENT}/") for grant, _ in held):
            return Decision("other-instrument")
        return Decision("national-only" if matter.academie is None else "other-academie")
    # What a role of the académie's own allows is done in its name, whatever else would allow it.
    local = any(grant.scope.startswith(("academie/", "region-academique/")) for grant in fitting)
    return Decision(academie=matter.academie if local else None)


def standing(agent: Agent, action: Action, kind: str = "") -> str:
    """Return why an agent may never do an act, whatever it bears on; nothing where it sometimes may.

    With a `kind`, on documents of that type.
    """
    if agent.revoked is not None:
        return "agent-revoked"
    if agent.expires is not None and agent.expires < datetime.now(UTC).date().isoformat():
        return "agent-expired"
    if not agent.grants:
        return "agent-undeclared"
    held = [right for grant in agent.grants for right in rights().get((grant.role, action), ())]
    if any(not kind or not right.kinds or kind in right.kinds for right in held):
        return ""
    if held:
        return "agent-kind"
    return "agent-operator" if agent.name == OPERATOR.name else "agent-role"


def require(agent: Agent, action: Action, matter: Matter = _NOTHING) -> Decision:
    """Return the decision of an act that is allowed; raises Forbidden."""
    decision = decide(agent, action, matter)
    if not decision.allowed:
        raise Forbidden(decision.why, agent, action, matter)
    return decision


def refusal(agent: Agent, actions: Iterable[Action], matter: Matter) -> Forbidden | None:
    """Return why an agent may not do all of some acts on a matter, None where it may."""
    for action in actions:
        decision = decide(agent, action, matter)
        if not decision.allowed:
            return Forbidden(decision.why, agent, action, matter)
    return None


def _fits(agent: Agent, grant: Grant, right: Right, matter: Matter) -> bool:
    match right.extent:
        case "all":
            return True
        case "academies":
            return matter.academie is not None
        case "own":
            return matter.kind == ACCOUNT and matter.identifier == agent.name
        case "scope":
            return _covers(grant, matter)


def _covers(grant: Grant, matter: Matter) -> bool:
    """Tell whether the scope of a role takes a matter in; without one, where the role may be given so."""
    if not grant.scope:
        return WHOLE in scopes().get(grant.role, ())
    # A linkset is that of the instrument whose name it begins with: `{instrument}`, `{instrument}--{word}`.
    whose = matter.identifier.partition("--")[0] if matter.kind == LINKSET else matter.identifier
    theirs = {f"{INSTRUMENT}/{whose}"} if matter.kind in PARTNERS else set()
    if matter.academie is not None:
        theirs |= {f"academie/{matter.academie}", region_of(matter.academie)}
    return grant.scope in theirs
