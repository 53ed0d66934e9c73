"""A document being made: its values by key, its mentions, what is said of it; and the document that results.

Knows the stable order of keys, the names of nodes inside a document and of its fiche (DESIGN §5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ingestion.columns import Column, columns
from ingestion.messages import Issue, issue
from ingestion.records import Record
from ontologie import context, newest_context

LICENCE: Final = "https://spdx.org/licenses/etalab-2.0.html"
LANGUAGE: Final = "http://publications.europa.eu/resource/authority/language/FRA"
FICHE: Final = "fiche"
_DIGITS: Final = 12


@dataclass
class Draft:
    """What is known so far of one document. Only the modules that build documents change it."""

    record: Record
    kind: str
    identifier: str = ""
    academie: str | None = None
    types: Sequence[str] = ()
    nodes: dict[str, dict[str, Any]] = field(default_factory=lambda: {"document": {}, FICHE: {}})
    mentions: dict[tuple[str, str], Iterable[str]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    personal: dict[str, str] = field(default_factory=dict)

    def say(
        self,
        code: str,
        column: Column,
        value: str = "",
        suggestions: Sequence[str] = (),
        words: Mapping[str, Mapping[str, str] | str] | None = None,
    ) -> None:
        """Add an issue at the place of a column."""
        told = {"label": column.label, "help": column.help, **(words or {})}
        place = self.record.place(column.name)
        self.issues.append(issue(code, place, value=value, suggestions=suggestions, words=told))

    def add(self, column: Column, values: Iterable[str], key: str = "") -> None:
        """Add values under the key of a column, or another key; each value stands once."""
        node = self.nodes[FICHE if column.node == FICHE else "document"]
        kept = node.setdefault(key or column.key, [])
        kept.extend(value for value in values if value not in kept)

    def mention(self, column: Column, label: str, concepts: Iterable[str] = ()) -> None:
        """Keep the wording of a label as it was deposited, and what it was resolved to; an IRI is no wording."""
        resolved = tuple(concepts)
        if resolved != (label,):
            self.mentions[(column.name, label)] = resolved

    @property
    def id(self) -> str:
        """Return the document's IRI, relative to the base."""
        return f"{self.kind}/{self.identifier}"

    @property
    def context(self) -> str:
        """Return the version of the context that the document is read by: the one that it names, else the newest."""
        return self.record.context or newest_context()

    def document(self) -> dict[str, Any]:
        """Return the document, empty where it has no name yet."""
        if not self.identifier or not self.types:
            return {}
        filled = dict(self.nodes["document"])
        mentions = [self._mention(*named, concepts) for named, concepts in self.mentions.items()]
        filled["mention"] = [*filled.get("mention", ()), *mentions]
        fiche = {"licence": [LICENCE], "langue": [LANGUAGE], **self.nodes[FICHE]}
        filled[FICHE] = [{"id": f"graphe/{self.id}", "type": "Fiche", **in_order(fiche)}]
        types = self.types[0] if len(self.types) == 1 else list(self.types)
        return {"id": self.id, "type": types, **in_order(filled)}

    def _mention(self, name: str, label: str, concepts: Iterable[str]) -> dict[str, Any]:
        node = {
            "id": f"{self.id}#mention-{content_name(name, label)}",
            "type": "Mention",
            "champ": name,
            "libelleDepose": label,
        }
        resolved = list(concepts)
        return {**node, "resoluEn": resolved} if resolved else node


def content_name(*content: str) -> str:
    """Return the name of a node inside a document, from what it says and never from where it stands."""
    return hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:_DIGITS]


def in_order(values: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return the keys in the order of the context; single-valued keys without a list, empty ones left out."""
    ranks, listed = _ranks(), _listed()
    return {
        key: values[key][0] if len(values[key]) == 1 and key not in listed else values[key]
        for key in sorted(values, key=lambda key: ranks.get(key, len(ranks)))
        if values[key]
    }


@cache
def _listed() -> frozenset[str]:
    """Return the keys written as a list even where they have one value; JSON-LD means the same by both."""
    several = {column.key for column in columns().values() if column.is_list}
    return frozenset(several - {"academie", "regionAcademique"} | {"mention", "comporte", "resoluEn"})


@cache
def _ranks() -> Mapping[str, int]:
    return {key: rank for rank, key in enumerate(context())}
