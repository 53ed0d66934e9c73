"""What people decided of labels that neither our table nor the vocabularies know, by the names of these labels.

Knows what a decision says of a label, and on which documents it was refused; who decides and where it is kept is the
registry's business. A label is named by a hash of its column and its folded words, so that no decision keeps the
words of a deposit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ingestion.resolution.grammar import Concepts
from ingestion.resolution.resolve import Resolution
from ontologie import fold_label

Choice = Literal["concept", "alias", "text", "split"]
"""It stands for a concept; so it does, and is a name of it for our table; it stays as it is; it says several things."""

_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class LabelDecision:
    """What was decided of a label, and the concepts that it says, by key of the document."""

    choice: Choice
    concepts: Concepts = ()

    @property
    def answer(self) -> Resolution:
        """Return what the label stands for."""
        return Resolution("found", self.concepts) if self.concepts else Resolution("text")


@dataclass(frozen=True)
class Decided:
    """Every decision by the name of its label, and (document, label) where an académie refused it."""

    decisions: Mapping[str, LabelDecision] = field(default_factory=dict)
    refused: frozenset[tuple[str, str]] = frozenset()

    def of(self, column: str, text: str, document: str) -> LabelDecision | None:
        """Return what was decided of a label in a column, for a document by its id; None where nothing was."""
        if not self.decisions:
            return None
        label = label_name(column, text)
        return None if (document, label) in self.refused else self.decisions.get(label)


NOTHING_DECIDED: Final = Decided()


def label_name(column: str, text: str) -> str:
    """Return the name of a label in a column: the same however its case, accents and punctuation are written."""
    folded = fold_label(text) or text.strip()
    return hashlib.sha256(f"{column}\x1f{folded}".encode()).hexdigest()[:_DIGITS]
