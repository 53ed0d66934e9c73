"""Addresses that a request gives as values and that name nothing: refused, with the nearest that do.

Knows how an edition is asked whether it names a thing; which parameters are addresses, who reads them says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rapidfuzz import fuzz, process
from starlette.requests import Request

from ingestion import Edition
from queries import Question
from sparql_api.fiches.search import FicheIndex
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import Text, text_of

KINDS: Final = frozenset(("academie", "region-academique", "concept", "outil", "principe"))
"""How the paths of what facets hold begin."""
NEAR: Final = 75.0
"""Per cent of likeness from which an address may have been meant."""
SHOWN: Final = 200
"""Characters of an address that are said again."""


def as_address(text: str, base: str) -> str:
    """Return the IRI that a value gives, whole or as a path of ours; nothing where it is a name."""
    if "://" in text:
        return text
    return base + text if text.partition("/")[0] in KINDS and "/" in text else ""


async def refuse_unnamed(
    service: Service, request: Request, edition: Edition, given: Mapping[str, Iterable[str]]
) -> None:
    """Raise ProblemError 400 where a parameter gives an address that names nothing in an edition.

    Things that no fiche holds are named all the same: a selection by them is empty, and right.
    """
    base = service.iris.base
    asked = {as_address(text, base): name for name, texts in given.items() for text in texts}
    asked.pop("", None)
    if not asked:
        return
    index = await service.computing.run(request, service.index, edition, kind="search")
    doubtful = [iri for iri in asked if not index.holds(iri)]
    known = await named_among(service.reading(request), doubtful, edition.number)
    for iri in doubtful:
        if iri not in known:
            near = await service.computing.run(request, nearest, index, iri, base, kind="search")
            meant = text_of("compare-near", near=Text(near, near)) if near else Text("", "")
            reason = text_of("unnamed", value=iri[:SHOWN], edition=edition.number, meant=meant)
            extra = {"parameter": asked[iri]}
            raise ProblemError(problem("parameter", parameter=asked[iri], reason=reason, extra=extra))


async def refuse_unnamed_of(
    service: Service, request: Request, edition: int, question: Question, given: Mapping[str, Iterable[str]]
) -> None:
    """Raise ProblemError 400 where a parameter of a saved question is an address that names nothing in an edition."""
    named = {one.name for one in question.parameters if one.type == "iri"}
    base = service.iris.base
    asked = {
        name: [value if ":" in value else base + value for value in values]
        for name, values in given.items()
        if name in named
    }
    await refuse_unnamed(service, request, service.edition_number(edition), asked)


async def named_among(reading: Reading, iris: Iterable[str], edition: int) -> set[str]:
    """Return those of some IRIs of which an edition says something, or which it names."""
    values = " ".join(f"<{iri}>" for iri in iris if is_safe(iri))
    if not values:
        return set()
    there = "EXISTS { ?v ?p ?o } || EXISTS { ?s ?q ?v }"
    text = f"SELECT ?v WHERE {{ VALUES ?v {{ {values} }} FILTER({there}) }}"
    return {row["v"].value for row in await reading.rows(text, edition)}


def nearest(index: FicheIndex, iri: str, base: str) -> str:
    """Return the paths of the things that an address may have meant, of the same kind; nothing where none is near."""
    path = iri.removeprefix(base)
    kind = path.partition("/")[0]
    alike = [one.removeprefix(base) for one in index.iris() if one.removeprefix(base).startswith(f"{kind}/")]
    close = process.extract(path, alike, scorer=fuzz.ratio, score_cutoff=NEAR, limit=3)
    return ", ".join(dict.fromkeys(name for name, *_ in close))
