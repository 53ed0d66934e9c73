"""The findings of a document that waits or is public, for who decides on them; and a decision taken.

Derives the latest version as publication would, so that what is decided on is what is there to be read. No finding
rests on an analysis: the project's own graph is enough.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.work import derivation_of
from ingestion.graphs.conversion import convert
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import Event, FindingReview, Registered
from ingestion.rights.decision import require
from ingestion.rights.model import Agent, Matter
from ingestion.words.errors import RefusedAct
from ingestion.words.examples import PROJECT
from ontologie import BASE, Iris, in_both
from shapes import passages, tells_health

Verb = Literal["confirm", "dismiss", "reopen"]
VERBS: Final[Mapping[Verb, Event]] = {"confirm": "confirmed", "dismiss": "dismissed", "reopen": "reopened"}
LONGEST_REASON: Final = 1000
"""As `formes:Relecture-motif` has it."""


class WrongReason(RefusedAct):
    """A reason that cannot be published as it is; `reason` is a code of `phrases/relecture.csv`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(in_both("relecture", reason, most=LONGEST_REASON))


@dataclass(frozen=True)
class Concluded:
    """What a rule concludes of a document's latest version; `verdict` is a name of the scheme `verdict`.

    `basis` is the hash of the facts that it rests on; `review` the decision on these, `lapsed` the last one on others.
    """

    identifier: str
    verdict: str
    basis: str
    review: FindingReview | None
    lapsed: FindingReview | None


def findings_of(registry: Registry, found: Registered, base: str = BASE) -> list[Concluded]:
    """Return the findings of a document's latest version, none where it is no project, or was erased."""
    if found.kind != PROJECT or found.document is None:
        return []
    iris, bases = Iris(base), dict[str, dict[str, str]]()
    project, graph = iris.entity(found.kind, found.identifier), iris.graph(found.kind, found.identifier)
    (converted,) = convert([found.document], base, found.context)
    deposited = DepositedGraphs(project, {graph: converted.lines})
    (derived,) = derivation_of(base).derive([deposited], None, bases).values()
    reviews = registry.events.reviews(found.kind, found.identifier)
    verdicts = _verdicts(derived, project, base)
    return [
        _seen(name, verdicts[name], basis, [one for one in reviews if one.finding == name])
        for name, basis in sorted(bases[project].items()) if name in verdicts
    ]  # fmt: skip


def decide_finding(
    registry: Registry, found: Registered, agent: Agent, finding: str, verb: Verb, reason: str = "",
    language: str = "fr", base: str = BASE,
) -> None:  # fmt: skip
    """Confirm or dismiss a finding of the version that was looked at, for a reason that will be public; or reopen it.

    Raises WrongReason, RefusedAct, and LookupError where no rule concludes this.
    """
    # Before anything is derived: what that costs, and tells, is for who may decide.
    require(registry.accounts.known(agent.name), "finding", Matter(found.kind, found.identifier, found.academie))
    text = " ".join("".join(map(_shown, unicodedata.normalize("NFC", reason))).split())
    if verb != "reopen" and not 0 < len(text) <= LONGEST_REASON:
        raise WrongReason("finding-reason")
    if passages(text) or tells_health(text):
        # Nobody reads it again before it is public.
        raise WrongReason("finding-reason-personal")
    bases = {one.identifier: one.basis for one in findings_of(registry, found, base)}
    if finding not in bases:
        raise LookupError(finding)
    registry.decide_finding(
        found.kind, found.identifier, agent, VERBS[verb], finding, bases[finding], found.version, text, language
    )


def _seen(name: str, verdict: str, basis: str, reviews: Sequence[FindingReview]) -> Concluded:
    review = next((one for one in reviews if one.basis == basis), None)
    return Concluded(name, verdict, basis, review, None if review or not reviews else reviews[-1])


def _verdicts(derived: Sequence[bytes], project: str, base: str) -> dict[str, str]:
    """Return, by finding, what the rule concludes."""
    said, found = f"<{Iris(base).term('verdict')}>".encode(), {}
    start = f"<{project}#".encode()
    for line in derived:
        subject, predicate, value = line.split(b" ", 3)[:3]
        if predicate == said and subject.startswith(start):
            found[subject[len(start) : -1].decode()] = value[1:-1].decode().rpartition("/")[2]
    return found


def _shown(letter: str) -> str:
    """Return a letter that a public text may hold, nothing for one that no page shows or no format writes."""
    return letter if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cn", "Co", "Cs") else ""
