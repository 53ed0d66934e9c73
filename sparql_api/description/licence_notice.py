"""The text beside an edition's dumps that says what in it is under which licence, in French and in English."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from ingestion import Edition
from ontologie import LANGUAGES, in_both, vocabularies
from sparql_api.description.licences import Licences, is_free, licences_of, name_of
from sparql_api.description.open_dump import OPEN_DUMP
from sparql_api.description.statements import LICENCE
from sparql_api.description.void import title

MOST: Final = 1_000
"""Graphs that are named of one licence: of more, each says its licence itself."""


def licence_notice(edition: Edition) -> str:
    """Return the text."""
    licences = licences_of(edition)
    called = _called(edition)
    return "\n".join(line for spoken in LANGUAGES for line in _lines(edition, licences, called, spoken))


def _lines(
    edition: Edition, licences: Licences, called: Mapping[str, Mapping[str, str]], spoken: str
) -> Iterator[str]:
    def said(code: str, **values: object) -> str:
        return in_both("catalogue", code, **values)[spoken]

    graphs = defaultdict[str, list[str]](list)
    for graph, licence in {**licences.vocabularies, **licences.documents}.items():
        graphs[licence].append(graph)
    yield from (title(edition.number)[spoken], "", said("notice-title"), "")
    yield from (f"{name_of(LICENCE)} <{LICENCE}>", said("notice-own"), "")
    for licence in licences.of()[1:]:
        yield f"{name_of(licence)} <{licence}>"
        yield said("notice-free" if is_free(licence) else "notice-closed")
        for graph in sorted(graphs[licence])[:MOST]:
            yield "  ".join(filter(None, (f"  <{graph}>", called.get(graph, {}).get(spoken, ""))))
        if len(graphs[licence]) > MOST:
            yield said("notice-more", count=len(graphs[licence]) - MOST)
        yield ""
    yield from (said("notice-open", name=OPEN_DUMP), "", "")


def _called(edition: Edition) -> dict[str, Mapping[str, str]]:
    """Return what vocabularies and partners' documents are called, by graph."""
    base = edition.manifest["base"]
    partners = edition.manifest.get("partners", {}).items()
    return {one.graph: one.title for one in vocabularies(base)} | {
        f"{base}graphe/{name}": told["title"] for name, told in partners
    }
