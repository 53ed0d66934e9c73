"""What Prometheus reads at /metrics: queries by outcome, their times, workers, cache and spool.

Holds a registry of its own, so that two applications in one process do not meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client import Counter as CounterOf
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.events import Told
from sparql_api.http.delivery import deliver
from sparql_api.http.figures import Figures
from sparql_api.http.kept import Front
from sparql_api.http.openapi import operation
from sparql_api.http.policies import LIVE
from sparql_api.http.routing import get

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
BYTES: Final = tuple(10.0**exponent for exponent in range(2, 10))


class Metrics:
    """Counts what an engine tells, and says it when asked."""

    def __init__(self, engine: CachedEngine, front: Front | None) -> None:
        # When a series began is of no use to who reads its rate.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._engine = engine
        self._registry = CollectorRegistry()
        self._queries = CounterOf(
            "observatoire_queries", "Queries, by outcome.", ["outcome", "cached"], registry=self._registry
        )
        self._seconds = Histogram(
            "observatoire_query_seconds", "Engine time of a query.", buckets=SECONDS, registry=self._registry
        )
        self._bytes = Histogram(
            "observatoire_answer_bytes", "Size of an answer.", buckets=BYTES, registry=self._registry
        )
        self._registry.register(EngineState(engine, front))
        engine.listen(self.record)

    def record(self, told: Sequence[Told]) -> None:
        """Count queries; those of one outcome at once: its series costs more to find than to raise."""
        for (outcome, cached), count in Counter((event.outcome, event.cached) for _, event in told).items():
            self._queries.labels(outcome, str(cached).lower()).inc(count)
        for _, event in told:
            if not event.cached:
                self._seconds.observe(event.seconds)
            if event.size is not None:
                self._bytes.observe(event.size)

    def text(self) -> bytes:
        """Return the metrics of this process in Prometheus' text format."""
        self._engine.tell()
        return generate_latest(self._registry)


class EngineState(Collector):
    """The state of the engine, and of the answers kept before it, at the moment it is read."""

    def __init__(self, engine: CachedEngine, front: Front | None) -> None:
        self._engine = engine
        self._front = front

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges and counters of the engine."""
        status = self._engine.status()
        kept, given = (self._front.kept_bytes, self._front.given) if self._front else (0, 0)
        gauges = {
            "observatoire_workers": ("Query workers alive.", status.workers),
            "observatoire_workers_busy": ("Query workers at work.", status.busy),
            "observatoire_queries_waiting": ("Queries waiting for a worker.", status.waiting),
            "observatoire_spool_bytes": ("Answers on disk.", status.spooled),
            "observatoire_cache_bytes": ("Answers kept.", self._engine.cached_bytes),
            "observatoire_front_bytes": ("Answers kept as they were sent.", kept),
            "observatoire_edition": ("The current edition, 0 before the first.", self._edition()),
        }
        for name, (documentation, value) in gauges.items():
            yield GaugeMetricFamily(name, documentation, value=value)
        counters = {
            "observatoire_worker_restarts": ("Workers replaced.", status.restarts),
            "observatoire_cache_hits": ("Answers given from those kept.", self._engine.hits),
            "observatoire_cache_misses": ("Answers that had to be computed.", self._engine.misses),
            "observatoire_front_answers": ("Answers given as they were sent before.", given),
        }
        for name, (documentation, value) in counters.items():
            yield CounterMetricFamily(name, documentation, value=value)

    def _edition(self) -> int:
        return self._engine.current_edition() or 0


def metrics_router(metrics: Metrics, figures: Figures) -> APIRouter:
    """Return the route `/metrics`."""
    router = APIRouter()
    figures.own = metrics.text

    @get(router, "/metrics", policy=LIVE, cheap=True, openapi_extra=operation({CONTENT_TYPE_LATEST: {}}))
    async def read(request: Request) -> Response:
        return deliver(request, figures.text(), CONTENT_TYPE_LATEST)

    return router
