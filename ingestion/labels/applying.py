"""What a decision on a label changes: a new version of each document that holds it, one transaction each.

What was killed half-way is taken up by the same decision again: a document that was changed holds the label no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ingestion.documents.wordings import resolved_in, unresolved, with_concepts, without_concepts
from ingestion.examination.judged_by import judged_by
from ingestion.examination.pipeline import judged_by_shapes
from ingestion.graphs.compression import pack, unpack
from ingestion.graphs.conversion import ConvertedDocument, convert_each
from ingestion.registry.editions import Planned
from ingestion.registry.labels import Became
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import NewDocument, Registered, digest_of
from ingestion.resolution.decided import LabelDecision
from ingestion.resolution.grammar import Concepts
from ingestion.resolution.resolve import certainly
from ingestion.rights.model import Agent
from ingestion.words.terms import terms
from ontologie import BASE, Iris, fold_label
from shapes import Report

BATCH: Final = 100
"""Documents judged at once."""

_UNRESOLVED: Final = frozenset(f"depot:libelle-{why}" for why in ("inconnu", "ambigu", "sans-concept"))
_OF_SHAPES: Final = "/shapes#"


@dataclass(frozen=True)
class Changes:
    """What came of the documents of a decision: as valid as before, waiting for a reviewer, left as they were.

    `left` are those that a rule would refuse with the decision, or that changed meanwhile; `more` says that others
    were not looked at.
    """

    inherited: int = 0
    waits: int = 0
    left: tuple[str, ...] = ()
    more: bool = False

    def as_dict(self, most: int) -> dict[str, Any]:
        """Return it as plain values, with the names of `most` documents that were left."""
        return {
            "inherited": self.inherited, "waiting": self.waits, "left": [*self.left[:most]], "more": self.more,
        }  # fmt: skip


def apply_decision(
    registry: Registry, label: str, decision: LabelDecision, base: str = BASE, *, most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Changes:  # fmt: skip
    """Make the new versions of a decision, of `most` documents at once; do nothing where the label stays as it is."""
    if not decision.concepts:
        return Changes()
    total, done, after = registry.labels.count(label), 0, ("", "")
    # What is left as it is does not count: the next call would look at it first again, and go no further.
    counts: dict[Became, int] = {"inherited": 0, "waits": 0}
    left: list[str] = []
    while most is None or sum(counts.values()) < most:
        size = BATCH if most is None else min(BATCH, most - sum(counts.values()))
        names = registry.labels.concerned(label, after, size)
        if not names:
            return Changes(counts["inherited"], counts["waits"], tuple(left))
        for found, new, alone in _versions(registry, names, label, decision.concepts, base):
            became = None if new is None else registry.labels.relabel(found, new, label, alone=alone)
            if became is None:
                left.append(f"{found.kind}/{found.identifier}")
            else:
                counts[became] += 1
        done, after = done + len(names), names[-1]
        if progress is not None:
            progress(done, max(total, done))
    more = bool(registry.labels.concerned(label, after, 1))
    return Changes(counts["inherited"], counts["waits"], tuple(left), more)


def refuse_decision(
    registry: Registry, kind: str, identifier: str, label: str, agent: Agent, base: str = BASE
) -> Became:
    """Take what was decided of a label out of a document again: as it was deposited, other decisions apart.

    Raises LookupError, Forbidden, RefusedTransition.
    """
    found = registry.get(kind, identifier)
    new, _ = _former(registry, found, label, base)
    return registry.labels.refuse(found, new, label, agent)


def take_back(
    registry: Registry, label: str, base: str = BASE, *, most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Changes:  # fmt: skip
    """Make documents say again what they said before a decision that was withdrawn, `most` at once.

    Those that it changed, and those that were deposited since and understood by it. A label that our lists know by
    now stays understood.
    """
    names = registry.labels.understood(label)
    counts: dict[Became, int] = {"inherited": 0, "waits": 0}
    left: list[str] = []
    for done, name in enumerate(names):
        if most is not None and sum(counts.values()) == most:
            return Changes(counts["inherited"], counts["waits"], tuple(left), more=True)
        found = registry.get(*name)
        field, words, concepts = resolved_in(found.document or {}, label)
        known = certainly(field, words, base)
        if known is None or not known.known:
            new, graph = _former(registry, found, label, base)
            after = replace(found, document=new.document)
            alone = _only(graph, _kept(registry, found, base), after, label, concepts, base)
            became = registry.labels.unlabel(found, new, label, alone=alone)
            if became is None:
                left.append(f"{found.kind}/{found.identifier}")
            else:
                counts[became] += 1
        if progress is not None:
            progress(done + 1, len(names))
    return Changes(counts["inherited"], counts["waits"], tuple(left))


def _former(registry: Registry, found: Registered, label: str, base: str) -> tuple[NewDocument, set[bytes]]:
    """Return a document as it was deposited, but for what was decided of other labels, and its graph."""
    deposited, labels, back = registry.labels.deposited(found)
    decisions = registry.labels.decided().decisions
    document = dict(deposited.document or {})
    entries = deposited.entries
    for name in (label, *back):
        document = without_concepts(document, name)
    for name in labels:
        if name != label and name in decisions and (words := unresolved(document).get(name)):
            document = with_concepts(document, name, decisions[name].concepts)
            entries = _without(entries, words[1])
    (converted,) = convert_each([document], base, [deposited.context])
    if not isinstance(converted, ConvertedDocument):
        raise converted
    former = replace(deposited, document=document, entries=entries)
    return _new(former, document, converted, base), set(converted.lines)


def _kept(registry: Registry, found: Registered, base: str) -> set[bytes]:
    """Return the graph of a document's latest version as it was kept; nothing where none was."""
    (content,) = registry.editions.contents([Planned(found.kind, found.identifier, found.version, fresh=False)])
    return set(unpack(content.graph, base, content.context) or ())


def _versions(
    registry: Registry, names: Sequence[tuple[str, str]], label: str, concepts: Concepts, base: str
) -> Iterator[tuple[Registered, NewDocument | None, bool]]:
    """Yield documents, each with the version that a decision makes of it, None where a rule would refuse it.

    The last says whether nothing else differs from the graph that was kept of the latest version.
    """
    found = [registry.get(*name) for name in names]
    kept = registry.editions.contents([Planned(one.kind, one.identifier, one.version, fresh=False) for one in found])
    documents = [with_concepts(one.document or {}, label, concepts) for one in found]
    graphs = convert_each(documents, base, [one.context for one in found])
    whole = {graph.iri: b"".join(graph.lines) for graph in graphs if isinstance(graph, ConvertedDocument)}
    reports = judged_by_shapes(base)(whole)
    for one, document, graph, content in zip(found, documents, graphs, kept, strict=True):
        if not isinstance(graph, ConvertedDocument) or _refuses(reports[graph.iri]):
            yield one, None, False
            continue
        words = unresolved(one.document or {})[label]
        former = replace(one, entries=_told_still(_without(one.entries, words[1]), reports[graph.iri]))
        before = unpack(content.graph, base, content.context)
        alone = before is not None and _only(set(before), set(graph.lines), one, label, concepts, base)
        yield one, replace(_new(former, document, graph, base), judged_by=judged_by(base)), alone


def _refuses(report: Report) -> bool:
    return any(result.severity == "violation" for result in report.results)


def _new(one: Registered, document: Mapping[str, Any], graph: ConvertedDocument, base: str) -> NewDocument:
    return NewDocument(
        one.kind, one.identifier, one.academie, document, tuple(one.entries),
        graph=pack(graph.lines, base, one.context), graph_sha256=digest_of(b"".join(graph.lines)),
        context=one.context, held=one.held,
    )  # fmt: skip


def _only(
    before: set[bytes], after: set[bytes], one: Registered, label: str, concepts: Concepts, base: str
) -> bool:
    """Tell whether two graphs differ by what a decision says of a label, and by nothing else."""
    known, iris = terms(base, one.context), Iris(base)
    subjects = [iris.entity(one.kind, one.identifier), iris.graph(one.kind, one.identifier)]
    told = [(known[key].iri, iris.absolute(iri)) for key, said in concepts for iri in said]
    may = {(subject, *one) for subject in subjects for one in told}
    for mention in (one.document or {}).get("mention", ()):
        if label in unresolved({"mention": [mention]}):
            name = iris.absolute(str(mention["id"]))
            may |= {(name, known["resoluEn"].iri, iris.absolute(iri)) for _, said in concepts for iri in said}
    return not before - after and all(_triple(line) in may for line in after - before)


def _triple(line: bytes) -> tuple[str, ...]:
    return tuple(part.strip("<>") for part in line.decode().split(" ")[:3])


def _without(entries: Sequence[Mapping[str, Any]], words: str) -> list[Mapping[str, Any]]:
    """Return what is to be said of a document but for a label that is understood now."""
    folded = fold_label(words)
    return [
        one for one in entries
        if one.get("rule") not in _UNRESOLVED or fold_label(str(one.get("value", ""))) != folded
    ]  # fmt: skip


def _told_still(entries: Sequence[Mapping[str, Any]], report: Report) -> list[Mapping[str, Any]]:
    """Return entries but for those of shapes that find nothing any more."""
    found = {result.shape for result in report.results}
    return [one for one in entries if _OF_SHAPES not in str(one.get("rule")) or one.get("rule") in found]
