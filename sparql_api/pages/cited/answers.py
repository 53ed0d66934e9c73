"""An answer that is cited: a question or a query, its parameters and its edition at one address, with its hash; and
what the latest edition answers to the same.

What is read, hashed and compared is bounded, and done in a process beside this one. No hash is kept: what it was before
a redaction is in the citation alone (docs/decisions/erasure.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from ingestion import Edition
from queries import Question, every_version
from sparql_api.description.licences import licences_of
from sparql_api.description.questions import bound
from sparql_api.engine.port import Answer
from sparql_api.formats.bags import ALGORITHM, ALGORITHMS, BagsCompared, compared
from sparql_api.formats.citations import FORMATS, Reference
from sparql_api.http.openapi import COUNT, TEXT, parameter, several
from sparql_api.http.query_strings import bad
from sparql_api.http.site import home_of
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.named import refuse_unnamed_of
from sparql_api.pages.common.reading import RESULTS, SHORT
from sparql_api.pages.common.service import Service
from sparql_api.pages.things.citation import of_edition
from sparql_api.query.errors import AnswerTooLarge
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import text_of

PATH: Final = "/answer"
QUESTION, VERSION, QUERY, WITH, HASH, HASHED_BY = "question", "version", "query", "with", "sha256", "algorithm"
LONGEST: Final = 4 << 20
"""Bytes of an answer, in SPARQL JSON, that is hashed and compared; a longer one is a file, or a job."""
ROWS: Final = 20_000
"""Rows of such an answer."""
SHOWN: Final = 100
"""Rows of a difference that are told; all are counted."""
HEXADECIMAL: Final = re.compile("[0-9a-f]{64}")
ASKED: Final = (
    parameter(QUESTION, "A saved question, by its name; or else `query`."),
    parameter(VERSION, "Which version of the question; without it, the latest.", COUNT),
    parameter(WITH, "A parameter of the question, as name=value; may be repeated.", several(TEXT)),
    parameter(QUERY, "The text of a SELECT or ASK query."),
)
CITED: Final = (
    parameter(HASH, "The hash that was cited, to compare."),
    parameter(HASHED_BY, "The algorithm of that hash; 1 without it, as the first citations are.", COUNT),
)


@dataclass(frozen=True)
class AnswerAsked:
    """What is asked: a query, which is a saved question's with values of its parameters, or none's."""

    text: str
    question: Question | None
    given: Mapping[str, list[str]]

    def parameters(self, **more: object) -> dict[str, Any]:
        """Return what an address says to ask it again."""
        if self.question is None:
            return {QUERY: self.text, **more}
        told = [f"{name}={value}" for name, values in sorted(self.given.items()) for value in values]
        return {QUESTION: self.question.name, VERSION: self.question.version, WITH: told, **more}


def answer_asked(service: Service, request: Request) -> AnswerAsked:
    """Return what a request asks; raises ProblemError 400 for none or two, or a bad value, 404 for no such question."""
    name, text = (request.query_params.get(one, "") for one in (QUESTION, QUERY))
    if bool(name) == bool(text):
        raise bad(QUESTION, "question-or-query")
    if text:
        return AnswerAsked(text, None, {})
    version = request.query_params.get(VERSION, "")
    versions = every_version(service.iris.base).get(name, ())
    question = next((one for one in reversed(versions) if version in ("", str(one.version))), None)
    if question is None:
        raise ProblemError(problem("question-not-found", question=f"{name}/v{version}" if version else name))
    known, given = {one.name for one in question.parameters}, dict[str, list[str]]()
    for one in request.query_params.getlist(WITH):
        key, equals, value = one.partition("=")
        if not equals or key not in known:
            raise bad(WITH, "no-parameter-of-question")
        given.setdefault(key, []).append(value)
    return AnswerAsked(bound(question, given, service.iris), question, given)


@dataclass(frozen=True)
class Cited:
    """The hash that a citation gives, and its algorithm; no hash where it gives none."""

    sha256: str = ""
    algorithm: int = ALGORITHM


def cited_hash(request: Request) -> Cited:
    """Return the hash that a request says was cited; raises ProblemError 400 where it is none of ours."""
    text, by = (request.query_params.get(one, "") for one in (HASH, HASHED_BY))
    if by not in ("", *map(str, ALGORITHMS)):
        raise bad(HASHED_BY, "no-hash-algorithm")
    if not text:
        return Cited()
    if not HEXADECIMAL.fullmatch(text):
        raise bad(HASH, "no-hash")
    return Cited(text, int(by or 1))


@dataclass(frozen=True)
class AnswerTold:
    """A cited answer, and what the latest edition says to the same."""

    asked: AnswerAsked
    edition: Edition
    answer: Answer
    latest: int
    said: BagsCompared
    cited: Cited

    @property
    def as_cited(self) -> bool:
        """Whether the hash is the one that was cited."""
        return self.cited.sha256 == (self.said.former or self.said.sha256)

    @property
    def former(self) -> str:
        """The hash that the answer had before its edition was redacted, as its citation gives it; else empty."""
        redacted = bool(self.edition.manifest.get("redactions"))
        return self.cited.sha256 if redacted and self.cited.sha256 and not self.as_cited else ""


async def told(view: View, asked: AnswerAsked, edition: Edition, *, alone: bool = False) -> AnswerTold:
    """Return a cited answer beside what the latest edition answers; `alone` leaves that out. Raises EngineError, and
    ProblemError 400 where the answer is no table, is too long, or may be another each time."""
    cited, latest = cited_hash(view.request), edition.number
    if not alone:
        latest = view.service.engine.current_edition() or edition.number
    answer = await answered(view, asked, edition.number)
    other = None if latest == edition.number else await answered(view, asked, latest, named=False)
    computing, request = view.service.computing, view.request
    bodies = [None if one is None else await computing.run(request, one.read, kind="file") for one in (answer, other)]
    short = sum(len(one) for one in bodies if one is not None) <= SHORT
    compare = computing.run if short else computing.apart
    said: BagsCompared = await compare(request, compared, *bodies, SHOWN, cited.algorithm)
    return AnswerTold(asked, edition, answer, latest, said, cited)


async def answered(view: View, asked: AnswerAsked, edition: int, *, named: bool = True) -> Answer:
    """Return the answer of an edition; raises EngineError, ProblemError 400 where it is no table, too long, or may be
    another each time; `named` refuses a value that names nothing in that edition."""
    service, client = view.service, view.service.computing.client(view.request)
    plan = await service.engine.prepare(asked.text, accept=RESULTS, edition=edition)
    if plan.volatile:
        raise bad(QUERY, "answer-not-repeatable")
    found = await short_answer(service, plan, service.settings.limits(), client)
    if found is None or (found.rows or 0) > ROWS:
        raise too_long(asked)
    if named and asked.question is not None and found.rows == 0:
        await refuse_unnamed_of(service, view.request, edition, asked.question, asked.given)
    return found


async def short_answer(service: Service, plan: Plan, limits: Limits, client: str) -> Answer | None:
    """Return an answer that may be compared with another; None where it is too long. Raises EngineError."""
    limits = replace(limits, answer_bytes=min(limits.answer_bytes, LONGEST))
    try:
        found = await service.engine.run(plan, limits=limits, client=client)
    except AnswerTooLarge:
        return None
    return found if found.body.size <= LONGEST else None


def too_long(asked: AnswerAsked) -> ProblemError:
    """Return the refusal of an answer over the bounds, with what to do instead."""
    name = QUERY if asked.question is None else QUESTION
    reason = text_of("answer-too-long-to-compare", rows=ROWS, megabytes=LONGEST >> 20)
    return ProblemError(problem("parameter", parameter=name, reason=reason, extra={"parameter": name}))


def as_json(view: View, one: AnswerTold) -> dict[str, Any]:
    """Return a cited answer as JSON: what was asked, of which edition, its hash, how to cite it, the latest one."""
    asked, said, manifest = one.asked, one.said, one.edition.manifest
    cited = {HASH: one.cited.sha256, HASHED_BY: one.cited.algorithm, "same": one.as_cited}
    return {
        "address": address(view, asked, one.edition.number, said.sha256),
        "question": asked.question.name if asked.question else None,
        "version": asked.question.version if asked.question else None,
        "parameters": dict(asked.given),
        "query": asked.text,
        "edition": {
            "number": one.edition.number,
            "date": manifest["date"],
            "sha256": manifest["sha256"],
            "redactions": manifest.get("redactions", []),
        },
        "licences": licences_of(one.edition).of(),
        "columns": list(said.columns),
        "rows": said.rows,
        HASH: said.sha256,
        HASHED_BY: ALGORITHM,
        "former": one.former or None,
        "cited": cited if one.cited.sha256 else None,
        "citations": {name: cite_address(view, one, name) for name in FORMATS},
        "latest": {
            "edition": one.latest,
            "address": address(view, asked, one.latest, said.other_sha256),
            "rows": said.other_rows,
            HASH: said.other_sha256,
            "same": said.same,
            "added": said.added,
            "removed": said.removed,
            "added_rows": list(said.added_rows),
            "removed_rows": list(said.removed_rows),
        },
    }


def address(view: View, asked: AnswerAsked, edition: int, sha256: str) -> str:
    """Return the permanent address of an answer: the service's own, whatever host was asked, with the hash in it."""
    said = asked.parameters(edition=edition, **{HASH: sha256, HASHED_BY: ALGORITHM})
    return f"{home_of(view.service.settings)}{PATH}?{urlencode(said, doseq=True)}"


def cite_parameters(one: AnswerTold, name: str) -> dict[str, Any]:
    """Return what `/cite` takes to give the reference of an answer in a format."""
    former = {HASH: one.cited.sha256, HASHED_BY: one.cited.algorithm} if one.former else {}
    return one.asked.parameters(edition=one.edition.number, format=name, **former)


def cite_address(view: View, one: AnswerTold, name: str) -> str:
    """Return where the reference of an answer is, in a format."""
    return f"{home_of(view.service.settings)}/cite?{urlencode(cite_parameters(one, name), doseq=True)}"


async def answer_reference(view: View, edition: Edition, asked: AnswerAsked) -> Reference:
    """Return the reference of an answer: its address holds its hash; raises EngineError."""
    return referred(view, await told(view, asked, edition, alone=True))


def title_of(view: View, asked: AnswerAsked) -> str:
    """Return what an answer is called: its question's title, with the values given."""
    title = view.pick(asked.question.title) if asked.question else view.t("answer.of_query")
    if asked.given:
        title += " (" + ", ".join(f"{key} = {', '.join(values)}" for key, values in sorted(asked.given.items())) + ")"
    return title


def referred(view: View, one: AnswerTold) -> Reference:
    """Return the reference of an answer; where its edition was redacted, its note gives the hashes before and after."""
    whole, asked, number = of_edition(view, one.edition), one.asked, one.edition.number
    note = whole.note
    if one.former:
        note += " " + view.t("answer.note_former", former=one.former, present=one.said.sha256)
    return replace(
        whole,
        key=f"{asked.question.name if asked.question else 'query'} {number} {one.said.sha256[:8]}",
        title=f"{title_of(view, asked)}. {whole.title}",
        address=address(view, asked, number, one.said.sha256),
        note=note,
    )
