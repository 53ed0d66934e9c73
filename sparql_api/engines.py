"""Puts the engine of the settings together, with a memory for answers: workers over the editions, or another store; and
says the most memory that the service then takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from ingestion import software_version
from ontologie import Iris
from sparql_api.columns.standing import TwinsStanding
from sparql_api.computing.fairuse import FairUse
from sparql_api.computing.limiter import APART
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.port import Engine
from sparql_api.engine.querylog import QueryLog
from sparql_api.engine.remote.engine import RemoteEngine
from sparql_api.engine.remote.store import PublishedEditions
from sparql_api.engine.shelf import Shelf
from sparql_api.engine.workers.engine import EmbeddedEngine
from sparql_api.engine.workers.gateway import Fetch, Reach, fetch
from sparql_api.engine.workers.pool import SPARE
from sparql_api.engine.workers.process import INLINE
from sparql_api.query import reader_process
from sparql_api.query.hints import words
from sparql_api.query.plan import Rules
from sparql_api.query.stores import EditionStores, Stores
from sparql_api.settings import MEGABYTE, PAGES_KEPT, Settings

PROGRAM: Final = 512 << 20
"""The process that answers, its code, its indexes of fiches and its buffers, before anyone asks."""
BUFFERS: Final = 256 << 10
"""What a connection keeps of a request not yet read and of an answer not yet sent, beside the body and the answer."""


def open_engine(
    settings: Settings,
    *,
    stores: Stores | None = None,
    fair_use: FairUse | None = None,
    fetch: Fetch = fetch,
    columns: TwinsStanding | None = None,
) -> CachedEngine:
    """Return the engine over the editions of `settings.var`, or over other stores; it is not started.

    With `columns`, questions are answered by their twins where these were found equal.
    """
    rules = Rules(
        prefixes=Iris(settings.base_iri).prefixes(),
        base=settings.base_iri,
        query_bytes=settings.query_max_kb << 10,
        words=words(settings.base_iri),
        service_allow=settings.service_allow,
        union_default_graph=settings.union_default_graph,
    )
    if settings.remote.query_url:
        behind: Engine = _remote(settings, replace(rules, rewriting=False))  # Another engine is slow elsewhere.
    else:
        stores = stores or EditionStores(settings.editions_path)
        behind = _embedded(settings, rules, stores, fair_use, fetch, columns)
    kept = int(settings.cache_mb * MEGABYTE)
    charge = fair_use.charge if fair_use else None
    limits, shelf = settings.limits(), open_shelf(settings)
    engine = CachedEngine(behind, cache_bytes=kept, limits=limits, shelf=shelf, charge=charge)
    if settings.log_queries:
        engine.listen(QueryLog(settings.var / "log"))
    return engine


def open_shelf(settings: Settings) -> Shelf | None:
    """Return what keeps answers on disk; None where the settings keep none."""
    if not settings.cache_mb or not settings.shelf_mb:
        return None
    made_by = [software_version(), ox.__version__, settings.base_iri, settings.remote.query_url]
    made_by.append(str(settings.union_default_graph))
    most = int(settings.shelf_mb * MEGABYTE)
    return Shelf(settings.var / "kept", settings.editions_path, most, "\n".join(made_by))


def _embedded(
    settings: Settings,
    rules: Rules,
    stores: Stores,
    fair_use: FairUse | None,
    fetch: Fetch,
    columns: TwinsStanding | None,
) -> EmbeddedEngine:
    limits = settings.limits()
    reach = Reach(
        settings.service_allow,
        seconds=min(settings.service_timeout, settings.query_timeout),
        answer_bytes=limits.answer_bytes,
        private=settings.service_private,
    )
    return EmbeddedEngine(
        stores,
        rules,
        limits=limits,
        workers=settings.workers,
        memory=settings.query_memory_mb * MEGABYTE,
        queue=settings.queue,
        patience=settings.patience,
        spool_bytes=int(settings.spool_mb * MEGABYTE),
        spool_parent=settings.var / "tmp",
        reach=reach if settings.service_allow else None,
        fetch=fetch,
        used=fair_use.weight if fair_use else lambda client: 0.0,
        twin=columns.asked if columns else lambda plan: None,
    )


def _remote(settings: Settings, rules: Rules) -> RemoteEngine:
    return RemoteEngine(
        settings.remote,
        PublishedEditions(settings.editions_path),
        # The store would make the calls itself, where none of our rules for reaching out holds.
        replace(rules, service_allow=()),
        limits=settings.limits(),
        queue=settings.queue,
        spool_bytes=int(settings.spool_mb * MEGABYTE),
        spool_parent=settings.var / "tmp",
    )


def memory_bound(settings: Settings) -> int:
    """Return the most memory the service can take, in bytes: of the process that answers and of all those below it."""
    workers = (settings.workers + SPARE) * settings.query_memory_mb * MEGABYTE
    kept = int((settings.cache_mb + settings.front_mb) * MEGABYTE) + PAGES_KEPT
    connections = settings.connections * (settings.body_bytes + INLINE + BUFFERS)
    return workers + reader_process.MEMORY + APART + kept + connections + PROGRAM
