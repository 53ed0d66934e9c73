"""What a fiche says in words that led to nothing: labels that no vocabulary knows, values that could not be read.

A deposit keeps them as mentions without concept; a page shows them where their concept would stand, marked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from ingestion import columns
from ontologie import Iris, context

Unlisted = Mapping[str, tuple[tuple[str, str], ...]]
"""By property: (what was deposited, the key of the message that marks it)."""


def unlisted(quads: Iterable[ox.Quad], subject: str, iris: Iris) -> Unlisted:
    """Return the words of a document's mentions that led to no concept and to no value, by the property meant."""
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    held = set()
    for quad in quads:
        told[str(quad.subject)[1:-1]][quad.predicate.value].append(str(getattr(quad.object, "value", "")))
        held.add(quad.predicate.value)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for node in sorted(told[subject][iris.term("mention")]):
        mention = told[node]
        column = columns().get(next(iter(mention[iris.term("champ")]), ""))
        if column is None or mention[iris.term("resoluEn")]:
            continue
        meant = property_of(column.key, iris)
        if column.kind == "concept" or meant not in held:
            mark = "value.unlisted" if column.kind == "concept" else "value.unread"
            found[meant] += [(label, mark) for label in mention[iris.term("libelleDepose")]]
    return {meant: tuple(sorted(labels)) for meant, labels in found.items()}


def property_of(key: str, iris: Iris) -> str:
    """Return the property that a key of the context stands for."""
    said = context(iris.base)[key]
    prefix, _, name = (said if isinstance(said, str) else said.get("@id") or said["@reverse"]).partition(":")
    return iris.prefixes()[prefix] + name
