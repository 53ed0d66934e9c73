"""How one request reads an edition: queries counted to whoever asks, long answers decoded where nobody waits for it.

Knows the engine, threads and shares; not what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import pyoxigraph as ox
from starlette.requests import Request

from sparql_api.computing.cancellation import checked
from sparql_api.computing.limiter import Computing
from sparql_api.engine.port import Answer, Engine

T = TypeVar("T")
RESULTS: Final = "application/sparql-results+json"
SHORT: Final = 32 << 10
"""Bytes of an answer that is decoded sooner than a thread takes it over."""


@dataclass(frozen=True)
class Reading:
    """The engine, as one request asks it."""

    engine: Engine
    computing: Computing
    request: Request

    async def answer(self, text: str, edition: int | None) -> Answer:
        """Return the answer to a query in SPARQL JSON; raises EngineError."""
        return await self.engine.query(
            text, accept=RESULTS, edition=edition, client=self.computing.client(self.request)
        )

    async def decoded(self, answer: Answer, decode: Callable[[Answer], T]) -> T:
        """Return what an answer says, decoded in a thread where it is long."""
        if answer.body.size <= SHORT:
            return decode(answer)
        return await self.computing.run(self.request, decode, answer)

    async def rows(self, text: str, edition: int | None) -> list[dict[str, Any]]:
        """Return the rows of a SELECT query as {variable: term}, unbound variables left out; raises EngineError."""
        return await self.decoded(await self.answer(text, edition), solutions)


def solutions(answer: Answer) -> list[dict[str, Any]]:
    """Return the rows of a SELECT answer as {variable: term}, unbound variables left out."""
    parsed = ox.parse_query_results(answer.read(), format=ox.QueryResultsFormat.JSON)
    if not isinstance(parsed, ox.QuerySolutions):
        raise TypeError("the answer holds no rows")
    names = [variable.value for variable in parsed.variables]
    return [
        {name: term for name, term in zip(names, row, strict=True) if term is not None} for row in checked(parsed)
    ]
