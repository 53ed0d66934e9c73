"""The most memory that the whole service can take, computed from its settings: what a host or a unit must allow."""

from __future__ import annotations

from typing import Final

from sparql_api.engine.workers.pool import SPARE
from sparql_api.engine.workers.process import INLINE
from sparql_api.pages.service import REMEMBERED
from sparql_api.query import reader_process
from sparql_api.settings import MEGABYTE, Settings

PROGRAM: Final = 512 << 20
"""The process that answers, its code, its indexes of fiches and its buffers, before anyone asks."""
BUFFERS: Final = 256 << 10
"""What a connection keeps of a request not yet read and of an answer not yet sent, beside the body and the answer."""


def memory_bound(settings: Settings) -> int:
    """Return the bound in bytes, of the process that answers and of all those below it."""
    workers = (settings.workers + SPARE) * settings.query_memory_mb * MEGABYTE
    kept = int(settings.cache_mb * MEGABYTE) + REMEMBERED
    connections = settings.connections * (settings.body_bytes + INLINE + BUFFERS)
    return workers + reader_process.MEMORY + kept + connections + PROGRAM
