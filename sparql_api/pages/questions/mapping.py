"""What a question's page says of its map: where it is, or which question counts by territory what this one does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from queries import Question, catalogue
from sparql_api.engine.port import Answer
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.reading import solutions
from sparql_api.pages.maps.found import Mappable, mappable

LONGEST: Final = 1 << 18
"""Bytes of an answer that is looked through for a map; one row a territory makes a shorter one."""
BY_TERRITORY: Final = "projets-par-territoire"


async def map_offered(
    view: View, question: Question, given: Mapping[str, Sequence[str]], answer: Answer
) -> dict[str, Any]:
    """Return {"map": its address}, or the other question and its address where an answer has numbers and no territory.

    A question that is not of the latest version has no map, nor has an answer without numbers.
    """
    service = view.service
    latest = catalogue(service.iris.base)
    if latest[question.name].version != question.version or answer.form != "SELECT" or answer.body.size > LONGEST:
        return {}
    rows = await service.reading(view.request).decoded(answer, solutions)
    found = await service.computing.run(view.request, mappable, rows, service.iris.base, question)
    if isinstance(found, Mappable):
        return {"map": view.url("/carte", {"question": question.name, **given})}
    other = latest[BY_TERRITORY]
    if not question.charted or found != "no-territory":
        return {}
    shared = {name: given[name] for name in (one.name for one in other.parameters) if name in given}
    return {"map_other": (view.pick(other.title), view.url("/carte", {"question": other.name, **shared}))}
