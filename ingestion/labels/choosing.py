"""What a person may decide of a label: a concept by its IRI or a name of it, several of them, or none.

Refuses what would put a deprecated concept, or one that no column takes, into documents.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.resolution.decided import Choice, LabelDecision
from ingestion.resolution.grammar import Concepts
from ingestion.resolution.resolve import certainly, displayed, merged, resolve
from ingestion.words.columns import Column, columns
from ingestion.words.errors import RefusedAct
from ontologie import BASE, concepts, in_both, replacements


class WrongDecision(RefusedAct):
    """A decision that cannot be taken so; `reason` is a code of `phrases/relecture.csv`."""

    def __init__(self, reason: str, **words: object) -> None:
        self.reason = reason
        super().__init__(in_both("relecture", reason, **words))


def chosen(field: str, choice: Choice, values: Sequence[str], base: str = BASE) -> LabelDecision:
    """Return a decision on a label of a column; raises WrongDecision."""
    if choice == "text":
        if values:
            raise WrongDecision("label-text-alone")
        return LabelDecision(choice)
    if choice == "split":
        if len(values) < 2:
            raise WrongDecision("label-split-few")
        return LabelDecision(choice, merged(tuple(_concepts(field, value, base) for value in values)))
    if len(values) != 1:
        raise WrongDecision("label-one-concept")
    return LabelDecision(choice, _concepts(field, values[0], base))


def _concepts(field: str, value: str, base: str) -> Concepts:
    """Return the concepts of an IRI, or of a label that is understood in this column."""
    iri = value.strip().removeprefix(base)
    concept = concepts(base).get(iri)
    if concept is None:
        known = certainly(field, value, base)
        if known is not None and known.concepts:
            return known.concepts
        near = ", ".join(resolve(field, value, base).suggestions) or "—"
        raise WrongDecision("label-no-concept", value=value[:200], near=near)
    if not concept.current:
        instead = ", ".join(displayed(one, base) for one in replacements(base).get(iri, ())) or "—"
        raise WrongDecision("label-deprecated", name=concept.displayed, near=instead)
    own = columns()[field]
    for column in (own, *columns().values()):
        if column.kind == "concept" and _takes(column, concept.schemes):
            return ((column.key, (iri,)),)
    raise WrongDecision("label-no-column", name=concept.displayed)


def _takes(column: Column, schemes: frozenset[str]) -> bool:
    return column.name != "academie" and not schemes.isdisjoint(column.schemes)
