"""A document being made: its values by key, its mentions, what is said of it; and the document that results.

Knows the stable order of keys, the names of nodes inside a document and of its fiche
(docs/decisions/iris-and-graphs.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ingestion.reading.records import Record
from ingestion.resolution.decided import NOTHING_DECIDED, Decided
from ingestion.words.columns import Column
from ingestion.words.languages import FRENCH, UNKNOWN, tag_of
from ingestion.words.messages import Issue, issue
from ingestion.words.owned import PARTNERS
from ingestion.words.terms import Term, terms
from ontologie import context, newest_context, repeated_keys

LICENCE: Final = "https://spdx.org/licenses/etalab-2.0.html"
FICHE: Final = "fiche"
_DIGITS: Final = 12


@dataclass
class Draft:
    """What is known so far of one document. Only the modules that build documents change it.

    `made` says that its identifier was made, the deposit giving none; `stands_in`, that it is none of its own: what has
    no name is judged under it, and never kept.
    """

    record: Record
    kind: str
    identifier: str = ""
    made: bool = False
    stands_in: bool = False
    academie: str | None = None
    types: Sequence[str] = ()
    nodes: dict[str, dict[str, Any]] = field(default_factory=lambda: {"document": {}, FICHE: {}})
    mentions: dict[tuple[str, str], Iterable[str]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    personal: dict[str, str] = field(default_factory=dict)
    decided: Decided = NOTHING_DECIDED

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

    @property
    def language(self) -> str | None:
        """Return the tag of the words whose language is that of the fiche; None where it does not say one."""
        return tag_of(self.nodes[FICHE].get("langue") or [FRENCH])

    def document(self) -> dict[str, Any]:
        """Return the document, empty where it has no name yet."""
        if not self.identifier or not self.types:
            return {}
        filled = dict(self.nodes["document"])
        mentions = [self._mention(*named, concepts) for named, concepts in self.mentions.items()]
        filled["mention"] = [*filled.get("mention", ()), *mentions]
        # A partner's framework is under the licence, and in the language, that the partner says: neither is supposed.
        supposed = {} if self.kind in PARTNERS else {"licence": [LICENCE], "langue": [FRENCH]}
        fiche = {**supposed, **self.nodes[FICHE]}
        filled[FICHE] = [node(f"graphe/{self.id}", ["Fiche"], fiche)]
        return _Form(self.context, self.language or UNKNOWN).written(node(self.id, self.types, filled))

    def _mention(self, name: str, label: str, concepts: Iterable[str]) -> dict[str, Any]:
        said = {"champ": [name], "libelleDepose": [label], "resoluEn": list(concepts)}
        return node(f"{self.id}#mention-{content_name(name, label)}", ["Mention"], said)


def renamed(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a document under another id: its own, those of its nodes and of its graph, and whatever points at them."""
    old, graph = document["id"], f"graphe/{document['id']}"

    def again(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: again(below) for key, below in value.items()}
        if isinstance(value, list):
            return [again(below) for below in value]
        if isinstance(value, str) and (value in (old, graph) or value.startswith(f"{old}#")):
            return value.replace(old, name, 1)
        return value

    return {key: again(value) for key, value in document.items()}


def content_name(*content: str) -> str:
    """Return the name of a node inside a document, from what it says and never from where it stands."""
    return hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:_DIGITS]


def node(name: str, types: Sequence[str], values: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return a node of a draft: its id, its types, and the values of each key as a list."""
    return {"id": name, "type": list(types), **values}


@dataclass(frozen=True)
class _Form:
    """How a document is written: in the order of its context, what repeats as a list, prose by its language.

    `language` is the tag of the words that say none of their own.
    """

    context: str
    language: str

    def written(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a node of a draft as it stands in a document; keys without values are left out."""
        ranks, known = _ranks(self.context), _terms(self.context)
        found: dict[str, Any] = {"id": values["id"]}
        for key in sorted(values, key=lambda key: ranks.get(key, len(ranks))):
            if key == "id" or not values[key]:
                continue
            if key in known and known[key].by_language:
                found |= self._prose(known[key], values[key])
            else:
                found[key] = _listed(key, [self.written(one) if _is_node(one) else one for one in values[key]])
        return found

    def _prose(self, term: Term, values: Sequence[Any]) -> dict[str, Any]:
        """Return texts by their language, and under the name of the property what has none: no map can hold that."""
        by_tag: dict[str, list[str]] = {}
        others = []
        for value in values:
            if isinstance(value, str):
                by_tag.setdefault(self.language, []).append(value)
            elif "@language" in value:
                by_tag.setdefault(value["@language"], []).append(value["@value"])
            else:
                others.append(value)
        # What says its language and what takes it may be the same words.
        told = {tag: _listed(term.key, list(dict.fromkeys(by_tag[tag]))) for tag in sorted(by_tag)}
        return {key: value for key, value in ((term.key, told), (_property(self.context, term.key), others)) if value}


def _is_node(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value


def _listed(key: str, values: list[Any]) -> Any:
    """Return a list where the key repeats or there are several values, else the value; JSON-LD means the same."""
    return values[0] if len(values) == 1 and key not in _repeated(newest_context()) else values


@cache
def _repeated(version: str) -> frozenset[str]:
    return repeated_keys(version=version)


@cache
def _terms(version: str) -> Mapping[str, Term]:
    return terms(version=version)


@cache
def _ranks(version: str) -> Mapping[str, int]:
    return {key: rank for rank, key in enumerate(context(version=version))}


def _property(version: str, key: str) -> str:
    """Return the name of a key's property: `dct:title`."""
    return str(context(version=version)[key]["@id"])
