"""What review refuses: a step that a document's state, or whose it is, does not allow; said in two languages."""

from __future__ import annotations

from ingestion.words.errors import IngestionError
from ontologie import in_both


class RefusedTransition(IngestionError):
    """A step of review that is not allowed; `messages` says why and what to do, in `fr` and `en`.

    `reason` is a code of `phrases/relecture.csv`.
    """

    def __init__(self, reason: str, identifier: str, state: str) -> None:
        named = in_both("relecture", f"state-{state}")
        self.messages = in_both("relecture", reason, identifier=identifier, state=named)
        super().__init__(self.messages["en"])
