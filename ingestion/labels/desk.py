"""What a door does with labels: see the queue, decide and carry it out, refuse that for a document, withdraw it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from ingestion.documents.told import name_of
from ingestion.labels.applying import Changes, apply_decision, refuse_decision, take_back
from ingestion.labels.choosing import WrongDecision, chosen
from ingestion.labels.queue import Queue, decisions, queue, words_in_queue
from ingestion.registry.labels import LABEL
from ingestion.registry.registry import Registry
from ingestion.resolution.decided import Choice
from ingestion.rights.decision import require
from ingestion.rights.model import Agent, Matter
from ontologie import BASE


@dataclass(frozen=True)
class Taken:
    """A decision that was taken: the names of what the label stands for, and what came of the documents."""

    names: tuple[str, ...]
    changes: Changes


class LabelDesk:
    """The acts on labels, each for an agent, whose rights the registry decides on."""

    def __init__(self, registry: Registry, base: str = BASE) -> None:
        self._registry, self._base = registry, base

    def queue(self, agent: Agent, skip: int = 0, size: int = 50, *, field: str = "", holds: str = "") -> Queue:
        """Return the labels that wait, of a column and that hold some words where these are said. Raises Forbidden."""
        return queue(self._registry, agent, self._base, skip, size, field=field, holds=holds)

    def held_by(self, label: str, agent: Agent, most: int) -> list[tuple[str, str]]:
        """Return documents that hold a label and that an agent may read, (kind, identifier), `most` looked at."""
        names = self._registry.labels.concerned(label, ("", ""), most, refused=True)
        found = self._registry.readable((self._registry.get(*name) for name in names), agent)
        return [(one.kind, one.identifier) for one in found]

    def decisions(self, agent: Agent, lang: str) -> list[dict[str, Any]]:
        """Return the last decisions, as plain values. Raises Forbidden."""
        return decisions(self._registry, agent, lang, self._base)

    def decide(
        self, label: str, choice: str, values: Sequence[str], agent: Agent, *, most: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Taken:  # fmt: skip
        """Note a decision and change documents by it, `most` at once; the same again goes on.

        Raises Forbidden, LookupError where no such label waits, WrongDecision, AlreadyDecided.
        """
        # Who may not decide learns nothing of which labels there are.
        require(self._registry.accounts.known(agent.name), "labels", Matter(LABEL, label[:64]))
        known = next((one for one in get_args(Choice) if one == choice), None)
        if known is None:
            raise WrongDecision("label-choices", choice=choice[:64])
        said = words_in_queue(self._registry, label)
        decision = chosen(said[0], known, values, self._base)
        self._registry.labels.decide(label, said, decision, agent)
        changes = apply_decision(self._registry, label, decision, self._base, most=most, progress=progress)
        names = (name_of(iri, self._base) for _, iris in decision.concepts for iri in iris)
        return Taken(tuple(names), changes)

    def withdraw(
        self, label: str, reason: str, agent: Agent, *, most: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Changes:  # fmt: skip
        """Forget a decision, and make documents say what they said before, `most` at once; the same again goes on.

        Raises Forbidden, LookupError where nothing was ever decided of the label.
        """
        require(self._registry.accounts.known(agent.name), "labels", Matter(LABEL, label[:64]))
        self._registry.labels.withdraw(label, agent, reason)
        return take_back(self._registry, label, self._base, most=most, progress=progress)

    def refuse(self, kind: str, identifier: str, label: str, agent: Agent) -> None:
        """Take a decision out of a document. Raises LookupError, Forbidden, RefusedTransition."""
        known = self._registry.get(kind, identifier)
        require(self._registry.accounts.known(agent.name), "return", Matter(kind, identifier, known.academie))
        refuse_decision(self._registry, kind, identifier, label, agent, self._base)
