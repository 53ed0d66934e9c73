"""What can go wrong between a query and its answer: one class a cause, each with its problem document."""

from __future__ import annotations

from sparql_api.query.limits import Limits
from sparql_api.words.problems import Problem, ProblemError, problem
from sparql_api.words.texts import text_of


class EngineError(ProblemError):
    """The query has no answer; `problem` says why. `seconds` is the engine time it took."""

    seconds: float = 0.0

    def __init__(self, problem: Problem, seconds: float = 0.0) -> None:
        super().__init__(problem)
        self.seconds = seconds


class QuerySyntaxError(EngineError):
    """The text is no query (400); line and column count characters from 1."""


class QueryRefused(EngineError):
    """SERVICE to an address off the list, or an update (403)."""


class QueryTooLong(EngineError):
    """The text is over the bound (413)."""


class NotAcceptable(EngineError):
    """No format accepted fits the form of the query (406)."""


class EvaluationError(EngineError):
    """The engine cannot evaluate the query or write its answer in this format (400)."""


class ServiceFailed(EngineError):
    """An allowed SERVICE did not answer (502)."""


class DeadlineExceeded(EngineError):
    """The query was ended at its deadline (504)."""


class MemoryExceeded(EngineError):
    """The worker reached its memory bound (503)."""


class AnswerTooLarge(EngineError):
    """The answer reached the size bound (503)."""


class QueueFull(EngineError):
    """Too many queries wait, or this one waited to its deadline (503, Retry-After)."""


class Preempted(EngineError):
    """A long query lost its worker to others that waited (503, Retry-After)."""


class SpoolFull(EngineError):
    """Answers waiting for slow readers fill the spool, or the disk is full (503, Retry-After)."""


class WorkerCrashed(EngineError):
    """The worker died of this query, or could not be started (500)."""


class StoreUnreadable(EngineError):
    """The edition's store does not open (500)."""


class NoEdition(EngineError):
    """Nothing is published yet (503)."""


class EditionNotFound(EngineError):
    """No edition has this number (404)."""


class EditionGone(EngineError):
    """The edition held a document erased since, and cannot be made without it (410)."""


class EditionBeingMade(EngineError):
    """The edition was redacted, and its store is being made anew (503, Retry-After)."""


def retry(name: str, seconds: int, **values: object) -> Problem:
    """Return a problem that passes with time, with `Retry-After`."""
    headers = {"Retry-After": str(seconds)}
    return problem(name, extra={"bound": name}, headers=headers, retry_after=seconds, **values)


def deadline_exceeded(limits: Limits, service: Limits, seconds: float = 0.0) -> DeadlineExceeded:
    """Return the error of a query ended at its deadline; `service` are the limits of who asks for none."""
    values = {"limit": f"{limits.seconds:g}", "maximum": f"{service.seconds:g}"}
    return DeadlineExceeded(Problem("deadline", values, {"bound": "deadline"}), seconds)


def failure(reason: str, seconds: float, *, called_out: bool) -> EngineError:
    """Return the error for what the engine says of a query it cannot evaluate."""
    lowered = reason.lower()
    if "custom function" in lowered:
        name = reason.partition("<")[2].partition(">")[0]
        known = text_of("no-function-of-that-iri", name=name)
        return EvaluationError(problem("evaluation", reason=known), seconds)
    if called_out:
        return ServiceFailed(problem("service-failed"), seconds)
    return EvaluationError(problem("evaluation", reason=reason), seconds)
