"""Says of a file that cannot be judged what is wrong, where, and what to do, in French and English.

Knows the sentences of `phrases/fichiers.csv`, and what the parsers of RDF say (`phrases/traductions.csv`): their own
words are English, and quote characters that nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ontologie import LANGUAGES, in_both, translated, with_names
from shapes.errors import ShapesError
from shapes.privacy.masking import mask

_LONGEST: Final = 400
_POSITION: Final = re.compile(r"^Parser error at line \d+ [^:]*: ")
_LINE: Final = re.compile(r" \(line \d+\)$")


class UnusableFile(ShapesError):
    """A file that cannot be judged; `messages` say why in `fr` and `en`, `line` and `column` where, from 1."""

    def __init__(self, messages: Mapping[str, str], line: int | None = None, column: int | None = None) -> None:
        super().__init__(messages["fr"])
        self.messages, self.line, self.column = messages, line, column


def sentences(code: str, **words: Mapping[str, str] | str) -> dict[str, str]:
    """Return a sentence of the table in both languages; a word is one text, or one text a language."""
    shown = {name: {lang: _shown(said, lang) for lang in LANGUAGES} for name, said in words.items()}
    return in_both("fichiers", code, **shown)


def not_well_formed(error: SyntaxError, format: str) -> UnusableFile:
    """Return the error of a file that a parser of RDF refused."""
    said = _LINE.sub("", _POSITION.sub("", str(error.msg or error)))
    detail = {"fr": _in_french(said, format), "en": said[:1].lower() + said[1:]}
    return UnusableFile(sentences("mal-forme", format=format, detail=detail), error.lineno, error.offset)


def unknown_format(formats: Sequence[str]) -> UnusableFile:
    """Return the error of a file whose suffix says nothing."""
    return UnusableFile(sentences("format-inconnu", formats=", ".join(formats)))


def _shown(word: Mapping[str, str] | str, lang: str) -> str:
    """Return a word fit for a message: short, personal data masked (law 7), what nobody sees named."""
    text = with_names(mask(word if isinstance(word, str) else word[lang]), lang)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _in_french(said: str, format: str) -> str:
    """Return what a parser says in French; where nobody has put it in French yet, that the text stops being RDF."""
    return translated("rdf", said) or sentences("mal-forme-ici", format=format)["fr"]
