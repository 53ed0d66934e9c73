"""Says of a row which of its cells cannot be read: it is no empty cell.

Knows which columns a row stands on: without them it is refused, without another it is warned about.
"""

from __future__ import annotations

from typing import Final

from ingestion.documents.draft import Draft
from ingestion.words.columns import columns

_STANDS_ON: Final = frozenset({"id", "titre", "academie"})

_ELSEWHERE: Final = {
    "cellule-en-erreur": "cellule-en-erreur-ignoree",
    "formule-sans-resultat": "formule-sans-resultat-ignoree",
}
"""What is said where the row does not stand on the cell."""


def say_unreadable(draft: Draft) -> None:
    """Add what is to be said of the unreadable cells of a draft's record, in place of their being empty."""
    unread = draft.record.unreadable
    if not unread:
        return
    fields = {draft.record.place(name).field for name in unread}
    draft.issues = [
        found for found in draft.issues if not (found.rule == "depot:champ-absent" and found.field in fields)
    ]
    for name, (shown, code) in unread.items():
        draft.say(code if name in _STANDS_ON else _ELSEWHERE[code], columns()[name], shown)
