"""Hashes the dumps, compares twins, then asks the charts' questions ahead, with their defaults, in quiet time after a
switch: the engine keeps the answers.

Knows when nobody waits; what is kept, and for how long, is the engine's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Final

from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.pages.common.hashing import hash_next
from sparql_api.pages.common.reading import RESULTS
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.twins import compare_next, defaults, make_ready
from sparql_api.query.errors import EngineError
from sparql_api.words.problems import ProblemError

BETWEEN: Final = 1.0
"""Seconds between two questions, so that whoever comes is never behind more than one; and between two looks."""


async def keep_ahead(service: Service, quiet: float) -> None:
    """Look again and again, `quiet` seconds apart, and ask for each edition what its charts show, while nobody asks.

    The columns of an edition are made as soon as it is in the place of another: a twin found equal there answers on.
    """
    edition = service.engine.current_edition()
    left = default_texts(service)
    due = monotonic() + quiet
    while quiet > 0:
        await asyncio.sleep(min(quiet, BETWEEN))
        current = service.engine.current_edition()
        if current is not None and current != edition:
            edition, left = current, default_texts(service)
            with suppress(ProblemError):
                await make_ready(service, edition)
            due = monotonic() + quiet
        elif edition is not None and monotonic() >= due:
            await ask_while_idle(service, edition, left)
            due = monotonic() + quiet


async def ask_while_idle(service: Service, edition: int, left: Iterator[str]) -> None:
    """Ask the next questions of an edition until none is left, or somebody else asks."""
    while is_idle(service) and service.engine.current_edition() == edition:
        with suppress(ProblemError):  # An edition made anew meanwhile is looked at the next time.
            if await hash_next(service, edition) or await compare_next(service, edition):
                await asyncio.sleep(BETWEEN)
                continue
        text = next(left, None)
        if text is None:
            return
        with suppress(EngineError):  # Whoever asks for this figure is told.
            await service.engine.query(text, accept=RESULTS, edition=edition)
        await asyncio.sleep(BETWEEN)


def is_idle(service: Service) -> bool:
    """Return whether the engine has nothing to do."""
    status = service.engine.status()
    return status.busy == status.waiting == 0


def default_texts(service: Service) -> Iterator[str]:
    """Yield the query of each chart with its defaults, in each language where it names things."""
    for question in catalogue(service.iris.base).values():
        if question.charted:
            yield from (bound(question, given, service.iris) for given in defaults(question))
