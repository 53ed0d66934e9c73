"""What is public and would be judged or understood otherwise today: by other shapes, vocabularies or tables of labels.

Looks at the documents alone that were judged by others; of one where nothing differs, that is noted, and it is not
looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ingestion.documents.wordings import resolved, unresolved
from ingestion.examination.judged_by import judged_by
from ingestion.examination.judgement import field_of
from ingestion.examination.pipeline import judged_by_shapes
from ingestion.graphs.compression import unpack
from ingestion.graphs.conversion import convert, document_iris
from ingestion.registry.editions import Content, Planned
from ingestion.registry.registry import Registry
from ingestion.resolution.decided import Decided
from ingestion.resolution.items import resolve_together
from ingestion.resolution.resolve import displayed
from ingestion.rights.decision import decide
from ingestion.rights.model import Agent, Matter
from ingestion.words.columns import columns
from ontologie import BASE, Iris, concepts, in_both, replacements
from shapes import Report

BATCH: Final = 200
Kind = Literal["fails", "otherwise", "deprecated"]


@dataclass(frozen=True, slots=True)
class Differs:
    """What would be otherwise of a public document: a shape that it breaks, a label understood otherwise, an old term.

    `before` and `after` are names that people read; `value` is the label or the IRI of the term, `instead` the IRIs of
    what replaces that.
    """

    kind: Kind
    document: str
    field: str
    message: Mapping[str, str]
    shape: str = ""
    value: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def recheck(
    registry: Registry, agent: Agent, base: str = BASE, progress: Callable[[int, int], None] | None = None
) -> Iterator[Differs]:
    """Yield what would be otherwise of the public documents that an agent may read, in their order."""
    today, after, done = judged_by(base), ("", ""), 0
    acting, decided = registry.accounts.known(agent.name), registry.labels.decided()
    total = registry.judged.count(today)
    while found := registry.judged.others(today, after, BATCH):
        after, done = (found[-1][0].kind, found[-1][0].identifier), done + len(found)
        mine = [
            (one, before or "") for one, academie, before in found
            if decide(acting, "read", Matter(one.kind, one.identifier, academie)).allowed
        ]  # fmt: skip
        same = []
        for one, differs in _looked_at(registry, mine, today, decided, base):
            yield from differs
            if not differs:
                same.append(one)
        registry.judged.note(same, today)
        if progress is not None:
            progress(done, max(total, done))


def _looked_at(
    registry: Registry, found: list[tuple[Planned, str]], today: str, decided: Decided, base: str
) -> Iterator[tuple[Planned, list[Differs]]]:
    contents = registry.editions.contents([one for one, _ in found])
    graphs, shapes = {}, today.partition("-")[0]
    for (one, before), content in zip(found, contents, strict=True):
        if content.payload is not None and before.partition("-")[0] != shapes:
            graphs[_iri(one, base)] = b"".join(_lines(content, base))
    reports = judged_by_shapes(base)(graphs) if graphs else {}
    for (one, _), content in zip(found, contents, strict=True):
        document = json.loads(content.payload or "{}")
        name = f"{one.kind}/{one.identifier}"
        report = reports.get(_iri(one, base))
        failing = _failing(name, report, content.context, base) if report else []
        yield one, [*failing, *_otherwise(name, document, decided, base), *_deprecated(name, document, base)]


def _iri(one: Planned, base: str) -> str:
    return document_iris(f"{one.kind}/{one.identifier}", base)[1]


def _lines(content: Content, base: str) -> list[bytes]:
    kept = unpack(content.graph, base, content.context)
    return convert([json.loads(content.payload or "{}")], base, content.context)[0].lines if kept is None else kept


def _failing(name: str, report: Report, context: str, base: str) -> list[Differs]:
    return [
        Differs("fails", name, field_of(one, context, base), one.messages, shape=one.shape)
        for one in report.results
        if one.severity == "violation"
    ]


def _otherwise(name: str, document: Mapping[str, Any], decided: Decided, base: str) -> Iterator[Differs]:
    """Yield the labels of a document that stand for something else today."""
    said = [*resolved(document), *((*one, ()) for one in unresolved(document).values())]
    for field, words, iris in said:
        answer = resolve_together(field, words, base)
        decision = None if answer.known else decided.of(field, words, name)
        now = decision.answer.iris if decision else answer.iris
        if {*now} == {one.removeprefix(base) for one in iris}:
            continue
        before, after = (tuple(displayed(one.removeprefix(base), base) for one in each) for each in (iris, now))
        told = {"words": words, "before": ", ".join(before) or "—", "after": ", ".join(after) or "—"}
        message = in_both("relecture", "recheck-otherwise", **told)
        yield Differs("otherwise", name, field, message, value=words, before=before, after=after)


def _deprecated(name: str, document: Mapping[str, Any], base: str) -> Iterator[Differs]:
    """Yield the terms of a document that their vocabularies no longer use, with what replaces them."""
    absolute = Iris(base).absolute
    for column in columns().values():
        values = document.get(column.key, ()) if column.kind == "concept" else ()
        for value in values if isinstance(values, list) else [values]:
            known = concepts(base).get(str(value).removeprefix(base))
            if known is None or known.current:
                continue
            instead = replacements(base).get(known.iri, ())
            names = tuple(displayed(iri, base) for iri in instead)
            told = {"name": known.displayed, "instead": ", ".join(names) or "—"}
            message = in_both("relecture", "recheck-deprecated", **told)
            iri, whole = absolute(known.iri), tuple(map(absolute, instead))
            yield Differs(
                "deprecated", name, column.name, message, value=iri, before=(known.displayed,), after=names,
                instead=whole,
            )  # fmt: skip
