"""What review refuses: a step that a document's state does not allow; said in two languages."""

from __future__ import annotations

from ingestion.words.errors import RefusedAct, refusal_in_words
from ontologie import in_both


class RefusedTransition(RefusedAct):
    """A step of review that a state does not allow; `reason` is a code of `phrases/relecture.csv`."""

    def __init__(self, reason: str, identifier: str, state: str) -> None:
        self.reason = reason
        named = in_both("relecture", f"state-{state}")
        super().__init__(*refusal_in_words(reason, identifier=identifier, state=named))
