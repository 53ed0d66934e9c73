"""The queue of labels: what nothing knows, how much each holds up, what could be written instead.

A label that may hold personal data is counted, and never shown: who reviews its fiche reads it there (law 7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ingestion.documents.told import name_of
from ingestion.registry.labels import HeldUp
from ingestion.registry.registry import Registry
from ingestion.resolution.resolve import certainly, resolve
from ingestion.rights.decision import require
from ingestion.rights.model import Agent
from ingestion.words.columns import columns
from ontologie import BASE, fold_label
from shapes import passages

MOST: Final = 2000
"""Labels looked at, those that hold up the most documents first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A label that waits, its column and words, how much it holds up, and names that would be understood."""

    label: str
    field: str
    words: str
    documents: int
    academies: int
    suggestions: tuple[str, ...]

    def as_dict(self, lang: str) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.label, "field": self.field, "field_label": columns()[self.field].label[lang],
            "label": self.words, "documents": self.documents, "academies": self.academies,
            "suggestions": [*self.suggestions],
        }  # fmt: skip


@dataclass(frozen=True)
class Queue:
    """A part of the queue: how many labels wait in all, how many of them are not shown; whether more were left out."""

    total: int
    hidden: int
    more: bool
    found: Sequence[Waiting]


def queue(
    registry: Registry, agent: Agent, base: str = BASE, skip: int = 0, size: int = 50, *, field: str = "",
    holds: str = "",
) -> Queue:  # fmt: skip
    """Return the labels that wait in the documents that an agent may ask after; of a column, and that hold some words,
    where these are said. Raises Forbidden.
    """
    held = registry.labels.held_up(agent, MOST + 1)
    words = registry.labels.words(held[:MOST])
    waiting = [one for one in held[:MOST] if one.label in words and not _known(words[one.label], base)]
    shown = [one for one in waiting if not any(True for _ in passages(words[one.label][1]))]
    hidden, sought = len(waiting) - len(shown), fold_label(holds)
    shown = [one for one in shown if _wanted(words[one.label], field, sought)]
    found = [_waiting(one, words, base) for one in shown[skip : skip + size]]
    return Queue(len(shown), hidden, len(held) > MOST, found)


def _wanted(said: tuple[str, str], field: str, sought: str) -> bool:
    return field in ("", said[0]) and sought in fold_label(said[1])


def words_in_queue(registry: Registry, label: str) -> tuple[str, str]:
    """Return (column, words) of a label that a living document holds and that may be shown; raises LookupError."""
    sample = registry.labels.one_that_holds(label)
    if sample is None:
        raise LookupError(label)
    found = registry.labels.words([HeldUp(label, 1, 1, sample)]).get(label)
    if found is None or any(True for _ in passages(found[1])):
        raise LookupError(label)
    return found


def decisions(registry: Registry, agent: Agent, lang: str, base: str = BASE, most: int = 50) -> list[dict[str, Any]]:
    """Return the last decisions as plain values, for who may withdraw them; a label that may name somebody unsaid.

    Raises Forbidden.
    """
    require(registry.accounts.known(agent.name), "labels")
    last = registry.labels.listed()[:most]
    words = registry.labels.words(registry.labels.samples(one.label for one in last))
    return [
        {
            "id": one.label, "field_label": columns()[one.field].label[lang], "label": _shown(words.get(one.label)),
            "choice": one.decision.choice, "at": one.at[:10], "agent": one.agent,
            "concepts": [name_of(iri, base) for _, iris in one.decision.concepts for iri in iris],
        }
        for one in last
    ]  # fmt: skip


def _shown(said: tuple[str, str] | None) -> str | None:
    return None if said is None or any(True for _ in passages(said[1])) else said[1]


def _known(said: tuple[str, str], base: str) -> bool:
    answer = certainly(*said, base)
    return answer is not None and answer.known


def _waiting(one: HeldUp, words: Mapping[str, tuple[str, str]], base: str) -> Waiting:
    field, said = words[one.label]
    return Waiting(one.label, field, said, one.documents, one.academies, resolve(field, said, base).suggestions)
