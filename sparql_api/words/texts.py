"""A text in the two languages of the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The same thing said in French and in English."""

    fr: str
    en: str

    def get(self, language: str) -> str:
        """Return the text in a language, French where it is none of ours."""
        return self.en if language == "en" else self.fr
