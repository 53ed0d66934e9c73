"""A text in the two languages of the service."""

from __future__ import annotations

from dataclasses import dataclass

from ontologie import in_both


@dataclass(frozen=True)
class Text:
    """The same thing said in French and in English."""

    fr: str
    en: str

    def get(self, language: str) -> str:
        """Return the text in a language, French where it is none of ours."""
        return self.en if language == "en" else self.fr


def text_of(code: str, **words: Text | object) -> Text:
    """Return a sentence of `phrases/requetes.csv`, what it quotes being a text in each language or one for both."""
    shown = {name: {"fr": word.fr, "en": word.en} if isinstance(word, Text) else word for name, word in words.items()}
    return Text(**in_both("requetes", code, **shown))
