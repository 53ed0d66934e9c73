"""Why a file cannot be read: a code of `phrases/depot.csv` and the words that fill it in."""

from __future__ import annotations

from collections.abc import Mapping

from ontologie.errors import OntologyError
from ontologie.sentences import Word, sentence


class Refused(OntologyError):
    """A file that is not read; `code` is its row in the table of messages, `words` what fills the row in."""

    def __init__(self, code: str, words: Mapping[str, Word] | None = None) -> None:
        super().__init__(code, words or {})
        self.code = code
        self.words = words or {}

    def __str__(self) -> str:
        return self.sentence("fr")

    def sentence(self, lang: str) -> str:
        """Return what is wrong and what to do, in `fr` or `en`."""
        parts = (sentence("depot", self.code, lang, part, **self.words) for part in ("message", "remedy"))
        return " ".join(parts).strip()
