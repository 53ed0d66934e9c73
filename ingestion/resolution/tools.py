"""The tool that people name with its version, its maker, what it is: "Claude 3.5 Sonnet", "Jules du CNED".

Knows the names of tools, their makers, and the words of `grammaire/mots.csv` that say nothing of which tool it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from ingestion.resolution.grammar import Concepts, words_of
from ingestion.resolution.labels import labels
from ontologie import BASE, fold_label, read_table

COLUMN: Final = "outils_ia"
_KEY: Final = "outil"
_ASIDE: Final = re.compile(r"[()\[\]]")
_MOST_WORDS: Final = 12
_SHORTEST_JOINED: Final = 5
"""Letters of a name that may be written without its spaces ("TeachableMachine")."""


def read_tool(label: str, base: str = BASE) -> Concepts | None:
    """Return the tool that a label names for certain, those of a name and of what stands in brackets beside it."""
    found: dict[str, None] = {}
    makers: set[str] = set()
    for part in _ASIDE.split(label):
        words = fold_label(part).split()
        if len(words) > _MOST_WORDS:
            return None
        named = _CellReading(words, base)
        if not named.certain:
            return None
        found |= dict.fromkeys(named.tools)
        makers |= named.makers
    if not found or not all(any(maker in _makers().get(tool, "") for tool in found) for maker in makers):
        return None
    return ((_KEY, tuple(found)),)


class _CellReading:
    """What some words name: `tools`, `makers`; `certain` where every word is known and one tool at most is named."""

    def __init__(self, words: list[str], base: str) -> None:
        self.tools: list[str] = []
        self.makers: set[str] = set()
        self.certain = self._read(words, base)

    def _read(self, words: list[str], base: str) -> bool:
        start = 0
        while start < len(words):
            size = self._tool(words, start, base) or self._word(words, start)
            if not size:
                return False
            start += size
        return len(set(self.tools)) <= 1

    def _tool(self, words: list[str], start: int, base: str) -> int:
        for size in range(len(words) - start, 0, -1):
            window = words[start : start + size]
            joined = "".join(window)
            tool = _names(base).get(" ".join(window)) or (
                _joined(base).get(joined) if len(joined) >= _SHORTEST_JOINED else None
            )
            if tool:
                self.tools.append(tool)
                return size
        return 0

    def _word(self, words: list[str], start: int) -> int:
        if _versions().fullmatch(words[start]):
            return 1
        for kind in ("editeur", "produit", "neutre"):
            for phrase in words_of(COLUMN, kind):
                size = len(phrase.split())
                if " ".join(words[start : start + size]) == phrase:
                    if kind == "editeur":
                        self.makers.add(phrase)
                    return size
        return 0


@cache
def _versions() -> re.Pattern[str]:
    return re.compile("|".join(words_of(COLUMN, "version")))


@cache
def _names(base: str) -> Mapping[str, str]:
    """Return the tool of each folded name."""
    entries = labels(COLUMN, base).entries
    return {
        folded: iris[0]
        for folded, entry in entries.items()
        for key, iris in entry.concepts
        if key == _KEY and len(entry.iris) == 1
    }


@cache
def _joined(base: str) -> Mapping[str, str]:
    """Return the tool of each name without its spaces, where they agree."""
    found: dict[str, set[str]] = {}
    for folded, iri in _names(base).items():
        found.setdefault(folded.replace(" ", ""), set()).add(iri)
    return {name: next(iter(iris)) for name, iris in found.items() if len(iris) == 1}


@cache
def _makers() -> Mapping[str, str]:
    """Return the makers of each tool, and its names, folded: a name may hold its maker's."""
    return {
        f"{_KEY}/{row['id']}": fold_label(f"{row['editeur']} {row['nom']} {row['noms_alternatifs']}")
        for row in read_table("donnees", "outils-ia", "outils.csv")
    }
