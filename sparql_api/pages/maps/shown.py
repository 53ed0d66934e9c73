"""The map of an answer, drawn for a page: found in its rows, each territory by its label. Knows editions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from queries import Question
from sparql_api.pages.common.layout import View
from sparql_api.pages.maps.drawing import Map, drawn
from sparql_api.pages.maps.found import Mappable, Row, mappable, mapped_first
from sparql_api.pages.maps.measure import figures, threshold, with_silent


async def map_of(view: View, title: str, rows: Sequence[Row], edition: int, question: Question | None) -> Map | None:
    """Return the map of an answer's rows in an edition, of the numbers that are shown first; None where none fits.

    Raises EngineError.
    """
    service, request = view.service, view.request
    base = service.iris.base
    there = await service.computing.run(request, mappable, rows, base, question)
    if not isinstance(there, Mappable) or len(there.rows) < 2:
        return None
    found = figures(there.rows, mapped_first(there, question), threshold("moyenne-observations"))
    found = with_silent(found, there.kind, base)
    labels = await service.labels.of(service.reading(request), [one.iri for one in found], edition)
    return await service.computing.run(request, partial(drawn, view, title, found, labels, there.kind))
