"""What engines over editions have in common: which edition is asked, and how a query is judged before it runs."""

from __future__ import annotations

from sparql_api.engine.port import Engine
from sparql_api.query import errors
from sparql_api.query.dataset import Dataset
from sparql_api.query.plan import Plan, Rules, planned
from sparql_api.query.stores import Stores


class PlanningEngine(Engine):
    """An engine that plans queries itself, by its rules and for one of its stores."""

    _stores: Stores
    _rules: Rules

    def current_edition(self) -> int | None:
        """Return the number of the current edition, None where nothing is published."""
        try:
            return self._stores.current().number
        except errors.NoEdition:
            return None

    async def prepare(
        self,
        text: str,
        *,
        dataset: Dataset | None = None,
        accept: str | None = "*/*",
        format: str | None = None,
        edition: int | None = None,
    ) -> Plan:
        """Judge a query before it runs; raises EngineError."""
        store = self._stores.current() if edition is None else self._stores.get(edition)
        return await planned(text, self._rules, store, dataset=dataset, accept=accept, format=format)
