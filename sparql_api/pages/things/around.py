"""What the pages of principles, instruments, tools, concepts and organisations show around what is said of them.

Knows which part stands on which page; each part is a module of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sparql_api.pages.common.layout import View
from sparql_api.pages.things.actors import Acting, acting, acting_shown
from sparql_api.pages.things.actors import named_in as named_of_actors
from sparql_api.pages.things.describe import Description
from sparql_api.pages.things.instrument import PrincipleRow
from sparql_api.pages.things.life import life_shown, versions_shown
from sparql_api.pages.things.matches import Match
from sparql_api.pages.things.matrix import Matrix, matrix_of, matrix_shown
from sparql_api.pages.things.matrix import named_in as named_of_matrix
from sparql_api.pages.things.presentation import Reader
from sparql_api.pages.things.uses import one_match_away, uses_shown, value_of


@dataclass(frozen=True)
class Around:
    """What was asked of the edition beside the thing itself."""

    matrix: Matrix | None
    where: Acting | None

    @property
    def named(self) -> set[str]:
        """Return the things whose labels it needs."""
        return named_of_matrix(self.matrix) | named_of_actors(self.where)


async def around(view: View, found: Description, principles: Sequence[PrincipleRow]) -> Around:
    """Return what the page of a thing asks of the edition beside what is said of it."""
    service, reading = view.service, view.service.reading(view.request)
    matrix = await matrix_of(reading, view, found.iri, {row.principle: row.code for row in principles})
    return Around(matrix, await acting(reading, service.iris, found))


def around_shown(reader: Reader, found: Description, beside: Around, matched: Sequence[Match]) -> dict[str, Any]:
    """Return those parts as the templates show them, with what the indices of fiches say."""
    view, iris = reader.view, reader.view.service.iris
    index = view.service.index(view.service.edition_number(found.edition))
    away = one_match_away(view, index, matched) if found.path(iris).startswith("principe/") else None
    if away:
        away["question"] = view.url("/queries/projets-a-une-correspondance", {"principe": found.path(iris)})
    value = value_of(index, found.iri)
    return {
        "matrix": matrix_shown(reader, beside.matrix, found.iri),
        "acting": acting_shown(reader, beside.where, found.iri),
        "uses": uses_shown(view, index, found.iri),
        "away": away,
        "life": life_shown(view, found.edition, value.facet, found.iri) if value else [],
        "versions": versions_shown(view, found.edition, found.path(iris).partition("/")[2])
        if found.is_fiche(iris)
        else [],
    }
