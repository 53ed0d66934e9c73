"""Compares the twins of the questions with their SPARQL in an edition, one at a time, and says what came of it.

Both answer with the question's defaults, in each language that it speaks; the rows must be equal as bags, and stand in
the order that the question asks for. Knows what is compared; when, and who waits meanwhile, is the caller's business.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from ingestion import Editions
from ontologie import LANGUAGES
from queries import Question, Twin, every_version
from sparql_api.columns.comparing import differs
from sparql_api.columns.standing import TwinsStanding, TwinVerdict
from sparql_api.description.questions import bound, order_of
from sparql_api.engine.port import Answer
from sparql_api.pages.common.columns import columns_made
from sparql_api.pages.common.made import folder_of, keep_current, made_folder
from sparql_api.pages.common.reading import RESULTS
from sparql_api.pages.common.service import FACES, Service
from sparql_api.query.errors import DeadlineExceeded, EngineError, EvaluationError, Preempted, QueueFull
from sparql_api.query.reader_process import Crowded, in_reader_process
from sparql_api.settings import Settings
from sparql_api.words.problems import ProblemError

logger: Final = logging.getLogger("observatoire.columns")
Values = Mapping[str, Sequence[str]]


def open_columns(settings: Settings) -> TwinsStanding | None:
    """Return the twins that answer for the engine of the settings; None where that engine has no worker for them."""
    if settings.remote.query_url:
        return None
    return TwinsStanding(partial(folder_of, Editions(settings.var), settings.var / FACES), settings.base_iri)


async def compare_next(service: Service, number: int) -> bool:
    """Compare the next twin of an edition that nobody compared; False where none is left, or it is not the time."""
    if service.columns is None:
        return False
    waiting = service.columns.waiting(number)
    if not waiting or not await make_ready(service, number):
        return False
    edition = service.edition_number(number)
    folder = made_folder(edition, service.faces_folder)
    twin = service.columns.twins[waiting[0]]
    try:
        outcome, said = await compared(service, number, twin, defaults(question_of(service, twin)))
    except (QueueFull, Preempted, Crowded):
        return False
    keep_current(edition, folder)
    service.columns.note(folder, twin, TwinVerdict(service.columns.key(twin), outcome, said, number))
    if outcome != "same":
        logger.warning(
            "edition %d: SPARQL answers %s, its twin does not (%s): %s", number, twin.question, outcome, said
        )
    return True


async def make_ready(service: Service, number: int) -> bool:
    """Have the columns of an edition made: twins found equal before may answer. Tells whether they are there.

    Raises ProblemError where there is no such edition.
    """
    if service.columns is None:
        return False
    made = await columns_made(service.settings.var, service.edition_number(number))
    if not made:
        logger.error("edition %d: its columns could not be made, SPARQL answers", number)
    return made


def question_of(service: Service, twin: Twin) -> Question:
    """Return the question of a twin."""
    name = twin.question.partition("/")[0]
    return next(one for one in every_version(service.iris.base)[name] if one.reference == twin.question)


def defaults(question: Question) -> Iterator[Values]:
    """Yield the values of a question that nobody asks yet: none given but the language, each in turn."""
    spoken = [one.name for one in question.parameters if one.type == "langue"]
    yield from ({name: [language] for name in spoken} for language in (LANGUAGES if spoken else LANGUAGES[:1]))


async def compared(service: Service, number: int, twin: Twin, tried: Iterator[Values]) -> tuple[str, str]:
    """Return what comes of comparing a twin with its SPARQL for some values, and what differs.

    Raises QueueFull, Preempted, Crowded.
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
        ordered = [name for name, _ in order_of(question.text)]
        said = await in_reader_process(theirs.body.size + mine.body.size, differs, theirs.read(), mine.read(), ordered)
        if said:
            return "differs", said
    return "same", ""


async def asked(service: Service, number: int, text: str) -> Answer:
    """Return an answer in SPARQL JSON, in the time that a query asked for later has; raises EngineError."""
    settings = service.settings
    limits = replace(settings.limits(), seconds=max(settings.query_timeout, settings.jobs_timeout))
    return await service.engine.query(text, accept=RESULTS, edition=number, limits=limits)
