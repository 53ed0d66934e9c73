"""A query judged and ready to run: its text, form, dataset, format and edition. Runs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import Any, Final

from sparql_api.formats import negotiation
from sparql_api.query import guard
from sparql_api.query.dataset import Dataset
from sparql_api.query.errors import (
    EvaluationError,
    NotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTooLong,
    QueueFull,
    retry,
)
from sparql_api.query.guard import Call, Form
from sparql_api.query.hints import Words, hints
from sparql_api.query.reader_process import WAITING, Crowded, in_reader_process
from sparql_api.query.reading import Rewrite
from sparql_api.query.rewrites import rewritten
from sparql_api.query.stores import StoreRef
from sparql_api.query.syntax import explain
from sparql_api.query.told import told_by
from sparql_api.words.problems import Problem, problem
from sparql_api.words.texts import Text, text_of

RETRY_SECONDS: Final = 5


@dataclass(frozen=True)
class Rules:
    """What the service allows of any query."""

    prefixes: Mapping[str, str]
    """Prefixes known without being declared."""
    base: str
    """What relative IRIs are resolved against where the query declares no BASE."""
    query_bytes: int
    words: Words | None = None
    """The vocabulary of queries, where misspelt words are to be told."""
    service_allow: tuple[str, ...] = ()
    union_default_graph: bool = True
    rewriting: bool = True
    """Whether what the engine does slowly is put otherwise before it is asked."""


@dataclass(frozen=True)
class Plan:
    """All that an answer depends on."""

    text: str
    form: Form
    dataset: Dataset | None
    union: bool
    """The default graph is the union of all graphs; else it is the dataset's, or what the text says."""
    media_type: str
    """As announced to the client; `written_as` is the format behind it."""
    store: StoreRef
    volatile: bool
    """Another evaluation may give another answer: not to be kept."""
    calls: tuple[Call, ...] = ()
    """The SERVICE calls, all to allowed addresses."""
    star: int | None = None
    """Where the `*` of SELECT * stands: its columns come in the order of `variables`, as they are written."""
    variables: tuple[str, ...] = ()
    hints: tuple[Text, ...] = ()
    """What the query may have meant; the answer is right all the same."""
    instead: str | None = None
    """A text that has the rows of `text` and that the engine is asked in its place."""
    rewrites: tuple[Rewrite, ...] = ()
    """What of it is other than in `text`."""

    @property
    def edition(self) -> int:
        """The number of the edition that answers."""
        return self.store.number

    @property
    def asked(self) -> str:
        """The text that the engine is asked."""
        return self.text if self.instead is None else self.instead

    @property
    def written_as(self) -> str:
        """The media type of the format in which the engine writes."""
        return negotiation.written_as(self.form, self.media_type)

    @cached_property
    def key(self) -> str:
        """A hash of everything the answer depends on."""
        dataset = self.dataset
        parts = [
            f"{self.edition};{self.store.redaction}",
            self.media_type,
            "union" if self.union else "plain",
            "-" if dataset is None else "\n".join(["d", *dataset.default, "n", *dataset.named]),
            self.text,
        ]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def query_hash(self) -> str:
        """A hash of the text alone."""
        return query_hash(self.text)


def explained(plan: Plan) -> dict[str, Any]:
    """Return what the engine is asked for a query, as JSON says it."""
    rewrites = [asdict(one) | {"reason": asdict(text_of(one.rule))} for one in plan.rewrites]
    return {"sparql": str(plan.text), "asked": str(plan.asked), "rewritten": rewrites}


def query_hash(text: str) -> str:
    """Return a hash of a query's text, for the log: it tells queries apart and does not hold them."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def planned(
    text: str,
    rules: Rules,
    store: StoreRef,
    *,
    dataset: Dataset | None = None,
    accept: str | None = "*/*",
    format: str | None = None,
) -> Plan:
    """Judge a query as `plan` does, a long one in another process; raises EngineError."""
    if len(text) > rules.query_bytes:  # Not worth the way.
        raise too_long(rules)
    judge = partial(plan, text, rules, store, dataset=dataset, accept=accept, format=format)
    try:
        return await in_reader_process(len(text), judge)
    except Crowded:
        raise QueueFull(retry("queue", RETRY_SECONDS, limit=WAITING)) from None


def plan(
    text: str,
    rules: Rules,
    store: StoreRef,
    *,
    dataset: Dataset | None = None,
    accept: str | None = "*/*",
    format: str | None = None,
) -> Plan:
    """Judge a query; raises EngineError where it is refused, too long, no query, or has no format accepted.

    `format` is the value of the parameter of that name, and wins over the Accept header.
    """
    if len(text.encode("utf-8", "surrogatepass")) > rules.query_bytes:
        raise too_long(rules)
    inspection = guard.inspect(text, rules.prefixes, rules.base)
    if inspection.update:
        raise QueryRefused(problem("update-refused"))
    if inspection.refused or not all(_permitted(call, rules) for call in inspection.calls):
        listed = ", ".join(rules.service_allow) or text_of("none")
        raise QueryRefused(problem("service-refused", allowed=listed))
    if inspection.form is None:
        raise QuerySyntaxError(explain(text, "", rules.prefixes))
    if inspection.depth > guard.MAX_DEPTH:
        reason = text_of("too-deep", most=guard.MAX_DEPTH)
        raise EvaluationError(problem("evaluation", reason=reason))
    union = rules.union_default_graph and dataset is None and not inspection.names_dataset
    asked: str = text
    rewrites: tuple[Rewrite, ...] = ()
    if rules.rewriting and not inspection.calls:
        asked, rewrites = rewritten(text, told_by(store) if union else None, rules.prefixes)
    return Plan(
        text=text,
        instead=asked if rewrites else None,
        rewrites=rewrites,
        form=inspection.form,
        dataset=dataset,
        union=union,
        media_type=negotiate(inspection.form, accept, format),
        store=store,
        volatile=inspection.volatile,
        calls=inspection.calls,
        star=inspection.star,
        variables=inspection.variables,
        hints=hints(text, rules.prefixes, rules.words) if rules.words else (),
    )


def too_long(rules: Rules) -> QueryTooLong:
    """Return the error of a text over the bound."""
    return QueryTooLong(problem("query-too-long", limit=rules.query_bytes >> 10, extra={"bound": "query"}))


def _permitted(call: Call, rules: Rules) -> bool:
    return call.address is not None and guard.allowed(call.address, rules.service_allow)


def negotiate(form: Form, accept: str | None, format: str | None) -> str:
    """Return the media type of the answer; raises NotAcceptable."""
    found = negotiation.format_for(form, format) if format else negotiation.media_type_for(form, accept)
    if found is None:
        raise NotAcceptable(not_acceptable(form))
    return found


def not_acceptable(form: Form, *, but: str = "") -> Problem:
    """Return the problem that names the formats of a form, but for one that failed."""
    formats = negotiation.TABLES if form in ("SELECT", "ASK") else negotiation.GRAPHS
    offers = {name: media_type for name, media_type in formats.items() if media_type != but}
    available = ", ".join(f"{name} ({media_type})" for name, media_type in offers.items())
    return problem("not-acceptable", available=available, extra={"available": list(offers.values())})
