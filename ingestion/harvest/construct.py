"""The CONSTRUCT of a partner's data, cut into pages: first which subjects, then what it says of them.

A page of a CONSTRUCT's solutions would cut a subject in two: so the subjects are asked for (DISTINCT, in their order,
LIMIT and OFFSET), then the query itself, bound to them by a last VALUES. Knows the query's parts by its tokens, which
the root passes in; asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol

from ingestion.words.errors import unreadable
from ingestion.words.messages import Place

_IRI: Final = re.compile(r'[^<>"{}|^`\\\x00-\x20]+')


class SparqlToken(Protocol):
    """A terminal of SPARQL and where it stands."""

    @property
    def kind(self) -> str:
        """Its kind: iri, var, word, punct…"""

    @property
    def text(self) -> str:
        """Its text."""

    @property
    def start(self) -> int:
        """Its offset."""

    @property
    def end(self) -> int:
        """The offset after it."""

    @property
    def line(self) -> int:
        """Its line, from 1."""

    @property
    def column(self) -> int:
        """Its column, from 1."""


Tokenize = Callable[[str], Iterable[SparqlToken]]


@dataclass(frozen=True)
class Construct:
    """A CONSTRUCT in its parts: what is before it, its datasets, its pattern with braces, the variable it is about."""

    text: str
    prologue: str
    datasets: str
    pattern: str
    subject: str

    def subjects(self, limit: int, offset: int) -> str:
        """Return the query for which subjects there are, `limit` of them from `offset` on, in one order."""
        return (
            f"{self.prologue}SELECT DISTINCT {self.subject} {self.datasets}\n"
            f"WHERE {{ {self.pattern}\nFILTER(isIRI({self.subject})) }}\n"
            f"ORDER BY {self.subject} LIMIT {limit} OFFSET {offset}"
        )

    def about(self, subjects: Iterable[str]) -> str:
        """Return the query for all that is said of some subjects."""
        named = " ".join(f"<{iri}>" for iri in subjects if _IRI.fullmatch(iri))
        return f"{self.text}\nVALUES {self.subject} {{ {named} }}"


def read_construct(text: str, file: str, tokenize: Tokenize) -> Construct:
    """Read a query that is to be harvested by. Raises UnreadableDeposit, with the place and what to do."""
    tokens = list(tokenize(text))

    def refuse(code: str, token: SparqlToken | None) -> NoReturn:
        raise unreadable(code, Place(file, token.line, token.column) if token else Place(file, 1))

    bad = next((one for one in tokens if one.kind == "bad"), None)
    if bad is not None:
        refuse("moisson-requete-illisible", bad)
    at = next((place for place, one in enumerate(tokens) if _is(one, "CONSTRUCT")), None)
    if at is None:
        refuse("moisson-requete-construct", tokens[0] if tokens else None)
    opening = _opening(tokens, at)
    short = any(_is(one, "WHERE") for one in tokens[at:opening])
    closing = len(tokens) if opening is None else _closing(tokens, opening)
    template = tokens[opening + 1] if opening is not None and opening + 1 < len(tokens) else None
    if opening is None or template is None or closing == len(tokens):
        refuse("moisson-requete-illisible", tokens[-1])
    if template.kind != "var":
        refuse("moisson-requete-sujet", template)
    first, last = opening, closing
    if not short:
        found = _opening(tokens, closing + 1)
        if found is None or (last := _closing(tokens, found)) == len(tokens):
            refuse("moisson-requete-illisible", tokens[-1])
        first = found
    if last + 1 < len(tokens):
        refuse("moisson-requete-fin", tokens[last + 1])
    before = tokens[at + 1 : opening] if short else tokens[closing + 1 : first]
    datasets = " ".join(one.text for one in before if not _is(one, "WHERE"))
    pattern = text[tokens[first].start : tokens[last].end]
    return Construct(text, text[: tokens[at].start], datasets, pattern, template.text)


def _is(token: SparqlToken, word: str) -> bool:
    return token.kind == "word" and token.text.upper() == word


def _opening(tokens: Sequence[SparqlToken], after: int) -> int | None:
    return next((place for place in range(after, len(tokens)) if tokens[place].text == "{"), None)


def _closing(tokens: Sequence[SparqlToken], opening: int) -> int:
    """Return where the brace that opens is closed; how many tokens there are, where it is not."""
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[place].text, 0) if tokens[place].kind == "punct" else 0
        if depth == 0:
            return place
    return len(tokens)
