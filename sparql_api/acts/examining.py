"""Examines one deposit and keeps its report: what runs in the desk's process. Knows the way in; no HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from ingestion import (
    Agent,
    Issue,
    Options,
    RefusedAct,
    Registry,
    Settings,
    UnreadableDeposit,
    alike_in,
    deposit_file,
    learn_to_read,
    rejects_text,
)
from ontologie import Language
from shapes import as_json

MOST_ENTRIES: Final = 5000
"""Entries that a report has; how many are left out it says."""
BY_LANGUAGE: Final = ("reason", "rejects")
"""What a report says in one language at a time."""
LONGEST_REJECTS: Final = 2_000_000
"""Characters of the refused rows that are kept with a report."""
_LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
NOTHING: Final = dict.fromkeys(("read", "accepted", "held", "warned", "refused"), 0)


@dataclass(frozen=True)
class Sent:
    """A deposit as it was sent: its number, by whom, its bytes, and how it is to be taken."""

    number: int
    agent: str
    data: bytes
    options: Options
    strict: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class _Found:
    """What came of a deposit."""

    state: Literal["done", "unusable", "failed"]
    summary: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    entries: Sequence[Issue] = ()
    notes: Sequence[Issue] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def examine_sent(settings: Settings, sent: Sent) -> float:
    """Examine a deposit, register what may be, keep its report; return the seconds of processor that it took.

    Those of the process in which it was read are among them.
    """
    begun = sum(os.times()[:4])
    registry = _registry(settings)
    try:
        found = _examined(registry, sent)
    except UnreadableDeposit as error:
        found = _Found("unusable", entries=(error.issue,))
    except RefusedAct as error:  # a right that was lost meanwhile
        found = _Found("failed", more={"reason": error.messages})
    registry.received.end(sent.number, found.state, report_of(found))
    return sum(os.times()[:4]) - begun


def report_of(found: _Found) -> dict[str, dict[str, Any]]:
    """Return a report by language: that of the command line, the documents taken and what the registry did."""
    told: dict[str, dict[str, Any]] = {}
    shown, left_out = found.entries[:MOST_ENTRIES], max(0, len(found.entries) - MOST_ENTRIES)
    shown, notes = ([one.told_over_http() for one in part] for part in (shown, found.notes))
    for lang in _LANGUAGES:
        said = {name: value[lang] if name in BY_LANGUAGE else value for name, value in found.more.items()}
        report = json.loads(as_json(shown, found.summary, lang, notes))
        told[lang] = {**report, **said, "left_out": left_out}
    return told


def _examined(registry: Registry, sent: Sent) -> _Found:
    learn_to_read()
    agent = Agent(sent.agent)
    into, options = None if sent.dry_run else registry, replace(sent.options, decided=registry.labels.decided())
    asked: dict[str, Any] = {"permit": registry.permit(agent), "alike": alike_in(registry, agent, options)}
    asked["named"] = registry.projects.named
    with _as_file(sent.data) as path:
        done = deposit_file(path, into, agent, options, strict=sent.strict, **asked)
    names = [f"{one.kind}/{one.identifier}" for one in done.taken]
    more = {"documents": names, "registered": done.registered, "dry_run": sent.dry_run}
    if done.rejected:
        more |= rejects_of(done)
    return _Found("done", done.summary.as_dict(), done.entries, done.notes, more)


def rejects_of(done: Any) -> dict[str, Any]:
    """Return the refused rows of a deposit by language, to correct and send back; nothing where they are too long."""
    as_json = any(one.record.members is not None and one.record.header is None for one in done.rejected)
    told = [replace(one, issues=tuple(said.told_over_http() for said in one.issues)) for one in done.rejected]
    texts = {lang: rejects_text(as_json, told, lang, done.separator) for lang in _LANGUAGES}
    short = all(len(text) <= LONGEST_REJECTS for text in texts.values())
    return {"rejects": texts, "rejects_form": "json" if as_json else "csv"} if short else {}


@contextmanager
def _as_file(data: bytes) -> Iterator[Path]:
    """Give bytes a path; they stay in memory, so that nothing of them is left whatever ends this process."""
    with os.fdopen(os.memfd_create("deposit"), "wb", buffering=0) as held:
        held.write(data)
        yield Path(f"/proc/self/fd/{held.fileno()}")


@cache
def _registry(settings: Settings) -> Registry:
    return Registry(settings)
