"""The port behind SPARQL: a query goes in, a whole answer or an error comes out (docs/decisions/engines.md, law 4).

Knows what an engine is, not how any of them works.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sparql_api.formats.body import Body
from sparql_api.query.dataset import Dataset
from sparql_api.query.guard import Form
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan

Isolation = Literal["network-namespace", "user-network-namespace", "none", "unknown"]


@dataclass(frozen=True, eq=False)
class Answer:
    """A whole answer, from exactly one edition."""

    media_type: str
    body: Body
    edition: int
    seconds: float
    """Engine time, in seconds; 0 when it came from the cache."""
    rows: int | None
    """Solutions of a SELECT; None for the other forms."""
    form: Form
    cached: bool = False

    def read(self) -> bytes:
        """Return the bytes of the answer."""
        return self.body.read()

    def json(self) -> Any:
        """Return a JSON answer parsed."""
        return json.loads(self.read())


def bindings(answer: Answer) -> list[dict[str, dict[str, Any]]]:
    """Return the solutions of a SELECT answered in SPARQL JSON: variable → {type, value, …}."""
    found: list[dict[str, dict[str, Any]]] = answer.json()["results"]["bindings"]
    return found


@dataclass(frozen=True)
class EngineStatus:
    """What /health and /metrics say of an engine."""

    workers: int
    busy: int
    waiting: int
    isolation: Isolation
    restarts: int = 0
    spooled: int = 0
    """Bytes of answers on disk."""


class Engine(Protocol):
    """Anything that answers SPARQL queries from editions."""

    async def start(self) -> None:
        """Make ready to answer."""

    async def stop(self) -> None:
        """Release everything; queries that run end with an error."""

    def current_edition(self) -> int | None:
        """Return the number of the current edition, None where nothing is published."""

    def status(self) -> EngineStatus:
        """Return how the engine is doing, at once."""

    async def prepare(
        self,
        text: str,
        *,
        dataset: Dataset | None = None,
        accept: str | None = "*/*",
        format: str | None = None,
        edition: int | None = None,
    ) -> Plan:
        """Judge a query before it runs: form, guard, format, edition; raises EngineError."""

    async def run(self, plan: Plan, *, limits: Limits | None = None, client: str | None = None) -> Answer:
        """Answer a prepared query; raises EngineError. `client` is whose share it uses, None ours."""

    async def query(
        self,
        text: str,
        *,
        dataset: Dataset | None = None,
        accept: str | None = "*/*",
        edition: int | None = None,
        limits: Limits | None = None,
        client: str | None = None,
    ) -> Answer:
        """Prepare and run; raises EngineError."""
        plan = await self.prepare(text, dataset=dataset, accept=accept, edition=edition)
        return await self.run(plan, limits=limits, client=client)
