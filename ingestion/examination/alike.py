"""Says of a project which others of the register are likely the same usage, and why: people decide, nothing is merged.

Which are, it is told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final

from ingestion.examination.preparation import Prepared
from ingestion.words.messages import issue
from ontologie import LANGUAGES, sentence

Alike = Callable[[str, Mapping[str, Any]], Mapping[str, str]]
"""Gives what is likely the same usage as a project: identifier → the rule by which it is, nearest first."""

MOST: Final = 5
"""Projects that are said of one."""

ALIKE: Final = "depot:ressemble"
"""The rule of what is said of them."""


def told_of_likes(batch: list[Prepared], alike: Alike) -> list[Prepared]:
    """Return a batch, each project that is likely the same usage as others with their identifiers."""
    return [_told(one, alike) for one in batch]


def in_words(found: Mapping[str, str]) -> dict[str, str]:
    """Return what is said of these projects, by language: each identifier, and why."""
    shown = list(found.items())[:MOST]
    return {
        lang: ", ".join(f"{name} ({sentence('contenus', f'alike-{why}', lang)})" for name, why in shown)
        for lang in LANGUAGES
    }


def _told(one: Prepared, alike: Alike) -> Prepared:
    built = one.built
    if built.refused or not built.document:
        return one
    found = alike(built.identifier, built.document)
    if not found:
        return one
    said = issue("ressemble", one.record.place("titre"), document=built.name, words={"names": in_words(found)})
    return Prepared(one.record, dataclasses.replace(built, issues=(*built.issues, said)), one.graph)
