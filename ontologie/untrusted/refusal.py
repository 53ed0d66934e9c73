"""Why a file cannot be read: a code of `donnees/messages_depot.csv` and the words that fill it in."""

from __future__ import annotations

from collections.abc import Mapping

from ontologie.errors import OntologyError
from ontologie.resources import read_table

Words = Mapping[str, Mapping[str, str] | str]
"""What fills in a sentence: one text, or one text a language."""


class Refused(OntologyError):
    """A file that is not read; `code` is its row in the table of messages, `words` what fills the row in."""

    def __init__(self, code: str, words: Words | None = None) -> None:
        super().__init__(code, words or {})
        self.code = code
        self.words: Words = words or {}

    def __str__(self) -> str:
        return self.sentence("fr")

    def sentence(self, lang: str) -> str:
        """Return what is wrong and what to do, in `fr` or `en`."""
        row = next(row for row in read_table("donnees", "messages_depot.csv") if row["code"] == self.code)
        words = {name: word if isinstance(word, str) else word[lang] for name, word in self.words.items()}
        return " ".join(row[f"{part}_{lang}"].format_map(words) for part in ("message", "remedy")).strip()
