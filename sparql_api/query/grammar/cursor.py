"""Where a reading of SPARQL stands, what stands there, and the ways it can end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from queries import Token
from sparql_api.words.errors import ServiceError

MAX_DEPTH: Final = 150


class Unexpected(ServiceError):
    """The text stops being a query at `token` (None: at its end), where one of `expected` could stand."""

    def __init__(self, token: Token | None, expected: Sequence[str]) -> None:
        super().__init__(str(expected))
        self.token = token
        self.expected = tuple(expected)


class UnknownFunction(ServiceError):
    """A word is called like a function and is none."""

    def __init__(self, token: Token) -> None:
        super().__init__(token.text)
        self.token = token


class Cursor:
    """A place among the tokens, and the steps that can be made from it."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    # What stands here.

    @property
    def token(self) -> Token | None:
        """Return the token here, None at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def kind(self, *kinds: str) -> bool:
        """Tell whether a token of one of these kinds stands here."""
        return self.token is not None and self.token.kind in kinds

    def word(self, *words: str) -> bool:
        """Tell whether one of these words stands here, in any case."""
        return self.token is not None and self.token.kind == "word" and self.token.text.upper() in words

    def punct(self, *texts: str) -> bool:
        """Tell whether one of these signs stands here."""
        return self.token is not None and self.token.kind == "punct" and self.token.text in texts

    # Steps.

    def fail(self, *expected: str) -> Unexpected:
        """Return the error of what stands here where one of `expected` was due."""
        return Unexpected(self.token, expected)

    def take_word(self, *words: str) -> bool:
        """Step over one of these words; False where none stands here."""
        return self._step(self.word(*words))

    def take_punct(self, *texts: str) -> bool:
        """Step over one of these signs; False where none stands here."""
        return self._step(self.punct(*texts))

    def take_kind(self, *kinds: str) -> bool:
        """Step over a token of one of these kinds; False where none stands here."""
        return self._step(self.kind(*kinds))

    def need_word(self, *words: str) -> None:
        """Step over one of these words; raises Unexpected."""
        if not self.take_word(*words):
            raise self.fail(*words)

    def need_punct(self, text: str, *others: str) -> None:
        """Step over a sign; raises Unexpected, which names `others` as possible too."""
        if not self.take_punct(text):
            raise self.fail(text, *others)

    def need_kind(self, name: str, *kinds: str) -> None:
        """Step over a token of one of these kinds, called `name`; raises Unexpected."""
        if not self.take_kind(*kinds):
            raise self.fail(name)

    def _step(self, found: bool) -> bool:
        self.at += found
        return found

    def nested(self, production: Callable[[], None]) -> None:
        """Read a production that may hold itself; past a depth nothing is judged any more."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.at = len(self.tokens)
            raise RecursionError
        production()
        self.depth -= 1
