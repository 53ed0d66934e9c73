"""What Prometheus reads at /metrics: queries by outcome, their times, workers, cache and spool.

Holds a registry of its own, so that two applications in one process do not meet. Counts in plain numbers, in the one
thread of the event loop: every query passes here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.events import QueryEvent
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import operation
from sparql_api.http.policies import LIVE
from sparql_api.http.routing import get

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
BYTES: Final = tuple(10.0**exponent for exponent in range(2, 10))


class Spread:
    """How many values lie up to each of some bounds, and their sum: a histogram that costs a search a value."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Take in one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def family(self, name: str, documentation: str) -> HistogramMetricFamily:
        """Return it as Prometheus reads it."""
        names = [*map(floatToGoString, self._bounds), "+Inf"]
        buckets = list(zip(names, accumulate(self._counts), strict=True))
        return HistogramMetricFamily(name, documentation, buckets=buckets, sum_value=self._sum)


class Metrics(Collector):
    """Counts the events of an engine, and tells them when asked."""

    def __init__(self, engine: CachedEngine) -> None:
        self.registry = CollectorRegistry()
        self._queries: Counter[tuple[str, str]] = Counter()
        self._seconds = Spread(SECONDS)
        self._bytes = Spread(BYTES)
        self.registry.register(self)
        self.registry.register(EngineState(engine))
        engine.listen(self.record)

    def record(self, event: QueryEvent) -> None:
        """Count one query."""
        self._queries[event.outcome, "true" if event.cached else "false"] += 1
        if not event.cached:
            self._seconds.observe(event.seconds)
        if event.size is not None:
            self._bytes.observe(event.size)

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted."""
        queries = CounterMetricFamily("observatoire_queries", "Queries, by outcome.", labels=["outcome", "cached"])
        for labels, count in self._queries.items():
            queries.add_metric(labels, count)
        yield queries
        yield self._seconds.family("observatoire_query_seconds", "Engine time of a query.")
        yield self._bytes.family("observatoire_answer_bytes", "Size of an answer.")

    def text(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class EngineState(Collector):
    """The engine's state at the moment it is read."""

    def __init__(self, engine: CachedEngine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges and counters of the engine."""
        status = self._engine.status()
        gauges = {
            "observatoire_workers": ("Query workers alive.", status.workers),
            "observatoire_workers_busy": ("Query workers at work.", status.busy),
            "observatoire_queries_waiting": ("Queries waiting for a worker.", status.waiting),
            "observatoire_spool_bytes": ("Answers on disk.", status.spooled),
            "observatoire_cache_bytes": ("Answers kept.", self._engine.cached_bytes),
            "observatoire_edition": ("The current edition, 0 before the first.", self._edition()),
        }
        for name, (documentation, value) in gauges.items():
            yield GaugeMetricFamily(name, documentation, value=value)
        counters = {
            "observatoire_worker_restarts": ("Workers replaced.", status.restarts),
            "observatoire_cache_hits": ("Answers given from those kept.", self._engine.hits),
            "observatoire_cache_misses": ("Answers that had to be computed.", self._engine.misses),
        }
        for name, (documentation, value) in counters.items():
            yield CounterMetricFamily(name, documentation, value=value)

    def _edition(self) -> int:
        return self._engine.current_edition() or 0


def metrics_router(metrics: Metrics) -> APIRouter:
    """Return the route `/metrics`."""
    router = APIRouter()

    @get(router, "/metrics", policy=LIVE, cheap=True, openapi_extra=operation({CONTENT_TYPE_LATEST: {}}))
    async def read(request: Request) -> Response:
        return deliver(request, metrics.text(), CONTENT_TYPE_LATEST)

    return router
