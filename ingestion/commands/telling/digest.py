"""A digest for a service: what a decision changed, what waits, what came back, what was published last.

Knows what makes a document a service's: its académie, who deposited it, or the service that its fiche names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ingestion.documents.told import name_of
from ingestion.registry.agents import UnknownAcademie, academie_code
from ingestion.registry.labels import LIVING
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import Event, Registered
from ingestion.rights.model import Agent
from ontologie import fold_label

MOST: Final = 50
"""Documents told one by one in each part; `review list` shows them all."""


@dataclass(frozen=True)
class Part:
    """A part of a digest: its code, and each document with the event that put it there, the oldest first."""

    code: str
    found: Sequence[tuple[Registered, Mapping[str, Any]]]


def digest(registry: Registry, service: str | None, reader: Agent) -> list[Part]:
    """Return what concerns a service (an académie, its own name; none: all) among what an agent may read."""
    deposited = registry.events.latest("deposited")
    mine = _of(service, deposited)
    last = registry.editions.last()
    parts: tuple[tuple[str, str, Event], ...] = (
        ("waits", "depose", "deposited"), ("returned", "retourne", "returned"), ("published", "publie", "published"),
    )  # fmt: skip
    told = [
        Part(code, _sorted(found, state, registry.events.latest(event), mine, last.number if last else None))
        for code, state, event in parts
        for found in [registry.readable(registry.listed(state=state), reader)]
    ]
    decided = [*registry.events.latest("relabelled").items(), *registry.events.latest("unlabelled").items()]
    last_of_each = dict(sorted(decided, key=lambda one: int(one[1]["id"])))
    return [Part("relabelled", _relabelled(registry, last_of_each, mine, reader)), *told]


def _relabelled(
    registry: Registry, decided: Mapping[tuple[str, str], Mapping[str, Any]], mine: Callable[[Registered], bool],
    reader: Agent,
) -> list[tuple[Registered, Mapping[str, Any]]]:  # fmt: skip
    """Return the documents whose latest version a decision on a label made, with the event that tells it."""
    found = registry.readable((registry.get(*name) for name in decided), reader)
    last = [(one, decided[one.kind, one.identifier]) for one in found if mine(one) and one.state in LIVING]
    last = [(one, event) for one, event in last if event["version"] == one.version]
    return sorted(last, key=lambda pair: (str(pair[1]["at"]), pair[0].identifier))


def _sorted(
    listed: Iterable[Registered], state: str, events: Mapping[tuple[str, str], Mapping[str, Any]],
    mine: Callable[[Registered], bool], edition: int | None,
) -> list[tuple[Registered, Mapping[str, Any]]]:  # fmt: skip
    found = []
    for one in listed:
        event = events.get((one.kind, one.identifier), {})
        if mine(one) and (state != "publie" or event.get("edition") == edition):
            found.append((one, event))
    return sorted(found, key=lambda pair: (str(pair[1].get("at", "")), pair[0].identifier))


def _of(
    service: str | None, deposited: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Callable[[Registered], bool]:
    """Return what tells whether a document is a service's."""
    if not service:
        return lambda one: True
    try:
        code = academie_code(service)
    except UnknownAcademie:
        code = None
    wanted = fold_label(service)

    def mine(one: Registered) -> bool:
        if code is not None:
            return one.academie == code
        event = deposited.get((one.kind, one.identifier), {})
        organisation = str(event.get("organisation") or "")
        names = [str(event.get("agent", "")), organisation.rpartition("/")[2], *_named(one)]
        return wanted in map(fold_label, names)

    return mine


def _named(one: Registered) -> Iterator[str]:
    """Yield the names of the service that a fiche says deposited it."""
    given = (one.document or {}).get("serviceDeposant", ())
    for iri in given if isinstance(given, list) else [given]:
        yield name_of(str(iri))
        yield str(iri).rpartition("/")[2]
