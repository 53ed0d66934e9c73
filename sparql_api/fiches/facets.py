"""The filters of the list of fiches: what each reads, and how their values are called in addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sparql_api.fiches.things import local_id


@dataclass(frozen=True)
class Facet:
    """A filter: its name in addresses, the properties it reads, whether broader values find narrower ones."""

    name: str
    properties: tuple[str, ...]
    hierarchical: bool = False
    grouped: bool = False
    """Whether a value's vocabulary is said beside it: several principles have the same name."""
    derived: bool = False
    """Whether publication says it of a project, and not its fiche."""


FACETS: Final = (
    Facet("academie", ("academie", "academieAssociee")),
    Facet("region", ("regionAcademique",), derived=True),
    Facet("niveau", ("niveau",), hierarchical=True),
    Facet("discipline", ("discipline",), hierarchical=True),
    Facet("outil", ("outil",)),
    Facet("type_ia", ("typeIA",), hierarchical=True),
    Facet("finalite", ("finalite",), hierarchical=True),
    Facet("annee_scolaire", ("anneeScolaireDeduite",), derived=True),
    Facet("principe", ("concerne",), grouped=True, derived=True),
    Facet("preuve", ("genreDePreuve",), derived=True),
)
FACET_NAMES: Final = tuple(facet.name for facet in FACETS)
TIES: Final = {
    "concerneParIndice": "indice",
    "concerneParAppreciation": "appreciation",
    "concerneParConstat": "constat",
}
"""The properties that tie a project to a principle by one kind of evidence, and that kind."""


def short_ids(iris: Iterable[str]) -> dict[str, str]:
    """Return an id for each of these IRIs: its last segment, or as many more as make it no other's."""
    found = {iri: local_id(iri) for iri in iris}
    depth = 1
    while shared := {name for name, count in Counter(found.values()).items() if count > 1}:
        depth += 1
        for iri, name in found.items():
            if name in shared:
                segments = iri.rstrip("/").rsplit("/", depth)
                found[iri] = "/".join(segments[1:]) if len(segments) > depth else iri
    return found
