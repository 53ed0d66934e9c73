"""Compares the twins of the questions with their SPARQL in an edition, one at a time, and says what came of it.

Both answer with the question's defaults, in each language that it speaks; the rows must be equal as bags, and stand in
the order that the question asks for. Knows what is compared; when, and who waits meanwhile, is the caller's business.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ingestion import Edition, Editions
from ontologie import LANGUAGES
from queries import Question, Twin, every_version
from sparql_api.columns.making import make_columns
from sparql_api.columns.standing import Columns
from sparql_api.description.questions import bound, order_of
from sparql_api.engine.port import Answer
from sparql_api.formats.bags import bag_of, difference
from sparql_api.pages.common.made import folder_of, keep_current, made_folder, tables_folder
from sparql_api.pages.common.reading import RESULTS
from sparql_api.pages.common.service import FACES, Service
from sparql_api.query.errors import DeadlineExceeded, EngineError, EvaluationError, Preempted, QueueFull
from sparql_api.settings import Settings
from sparql_api.words.problems import ProblemError

logger: Final = logging.getLogger("observatoire.columns")
Values = Mapping[str, Sequence[str]]
SHOWN: Final = 3
"""Rows that differ which the log tells."""


def open_columns(settings: Settings) -> Columns | None:
    """Return the twins that answer for the engine of the settings; None where that engine has no worker for them."""
    if settings.remote.query_url:
        return None
    return Columns(partial(folder_of, Editions(settings.var), settings.var / FACES), settings.base_iri)


async def compare_next(service: Service, number: int) -> bool:
    """Compare the next twin of an edition that nobody compared; False where none is left, or it is not the time."""
    if service.columns is None:
        return False
    waiting = [name for name, verdict in service.columns.standing(number).items() if verdict is None]
    if not waiting:
        return False
    edition = service.edition_number(number)
    folder = await asyncio.to_thread(columns_folder, service, edition)
    twin = service.columns.twins[waiting[0]]
    try:
        outcome, said = await compared(service, number, twin, defaults(question_of(service, twin)))
    except (QueueFull, Preempted):
        return False
    await asyncio.to_thread(keep_current, edition, folder)
    service.columns.note(folder, twin, outcome, said)
    if outcome != "same":
        logger.warning(
            "edition %d: SPARQL answers %s, its twin does not (%s): %s", number, twin.question, outcome, said
        )
    return True


def columns_folder(service: Service, edition: Edition) -> Path:
    """Return the folder that holds the file of an edition's columns, which is made where it is not there.

    Raises EditionBeingMade.
    """
    assert service.columns is not None
    parts = tables_folder(edition, service.faces_folder)
    folder = made_folder(edition, service.faces_folder)
    place = service.columns.place(folder)
    if not place.is_file():
        make_columns(parts, ox.Store.read_only(str(edition.store_path)), place)
        keep_current(edition, folder)
    return folder


def question_of(service: Service, twin: Twin) -> Question:
    """Return the question of a twin."""
    name = twin.question.partition("/")[0]
    return next(one for one in every_version(service.iris.base)[name] if one.reference == twin.question)


def defaults(question: Question) -> Iterator[Values]:
    """Yield the values with which a twin is compared: none given but the language, each in turn."""
    spoken = [one.name for one in question.parameters if one.type == "langue"]
    yield from ({name: [language] for name in spoken} for language in (LANGUAGES if spoken else LANGUAGES[:1]))


async def compared(service: Service, number: int, twin: Twin, tried: Iterator[Values]) -> tuple[str, str]:
    """Return what comes of comparing a twin with its SPARQL for some values, and what differs.

    Raises QueueFull, Preempted.
    """
    question = question_of(service, twin)
    for given in tried:
        text = bound(question, given, service.iris)
        try:
            theirs = await asked(service, number, str(text))
        except (QueueFull, Preempted):
            raise
        except DeadlineExceeded as error:
            return "late", str(error.problem.detail("en"))
        except EngineError as error:
            return "failed", str(error.problem.detail("en"))
        try:
            mine = await asked(service, number, text.to_try())
        except (EvaluationError, DeadlineExceeded, ProblemError) as error:
            return "failed", str(error.problem.detail("en"))
        said = await asyncio.to_thread(differs, question, theirs.json(), mine.json())
        if said:
            return "differs", said
    return "same", ""


async def asked(service: Service, number: int, text: str) -> Answer:
    """Return an answer in SPARQL JSON, in the time that a query asked for later has; raises EngineError."""
    settings = service.settings
    limits = replace(settings.limits(), seconds=max(settings.query_timeout, settings.jobs_timeout))
    return await service.engine.query(text, accept=RESULTS, edition=number, limits=limits)


def differs(question: Question, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """Return how a twin's answer differs from its question's, both SPARQL JSON; nothing where it does not."""
    one, other = bag_of(theirs), bag_of(mine)
    if one.columns != other.columns:
        return f"columns {', '.join(other.columns)} in place of {', '.join(one.columns)}"
    more, less = difference(one, other)
    if more or less:
        shown = [f"{sign} {line}" for sign, lines in (("+", more), ("-", less)) for line in lines[:SHOWN]]
        return f"{len(more)} rows more, {len(less)} less: " + " ; ".join(shown)
    ordered = [name for name, _ in order_of(question.text) if name in one.columns]
    if in_order(theirs, ordered) != in_order(mine, ordered):
        return "the same rows in another order than " + ", ".join(ordered)
    return ""


def in_order(answer: Mapping[str, Any], names: Sequence[str]) -> list[list[Any]]:
    """Return what the rows of an answer say in the columns that it is ordered by."""
    return [[row.get(name) for name in names] for row in answer["results"]["bindings"]]
