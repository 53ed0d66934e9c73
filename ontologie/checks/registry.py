"""The list of all checks of the words, each one line of `observatoire check`.

A check is a `Check` of its family's `CHECKS`: adding one is adding a function there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ontologie.checks import (
    alignments,
    dates,
    displayed,
    entities,
    fair,
    files,
    generated,
    pitfalls,
    profiles,
    reasoning,
    skos,
    sources,
    terms,
    words,
)
from ontologie.checks.model import Check, Corpus, Examined

FAMILIES: Final = (
    terms, entities, sources, dates, skos, displayed, alignments, pitfalls, words, files, fair, profiles, generated,
    reasoning,
)  # fmt: skip
CHECKS: Final[tuple[Check, ...]] = tuple(check for family in FAMILIES for check in family.CHECKS)


def run(corpus: Corpus, checks: Iterable[Check] = CHECKS) -> Iterator[tuple[Check, Examined]]:
    """Yield each check with what it found, as soon as it is done."""
    for check in checks:
        yield check, check.run(corpus)
