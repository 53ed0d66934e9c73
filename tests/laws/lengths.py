"""How many examples a law is tried with: a few in the tests of every day, many in the long suites. One law, two lengths."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

Law = Callable[..., None]
SHARE: Final = {"all": 1, "half": 2}.get(os.environ.get("EXAMPLES", ""), 4)
"""Of the values that a test generates, every day tries one in so many, the long suites half, a release all of them."""


def examples(whole: int) -> int:
    """Return how many values to try of a test's whole number."""
    return -(-whole // SHARE)


def at_two_lengths(few: int, many: int, *strategies: st.SearchStrategy[Any], **how: Any) -> Callable[[Law], Law]:
    """Make a test of a law over generated values: `few` of them, and a share of `many` in the long suites.

    `how` is given to hypothesis' settings.
    """

    def made(law: Law) -> Law:
        @pytest.mark.parametrize("examples", [few, pytest.param(examples(many), marks=pytest.mark.long)])
        def test(examples: int) -> None:
            settings(max_examples=examples, deadline=None, **how)(given(*strategies)(law))()

        return _named(test, law)

    return made


def in_parts(parts: int, each: int, *strategies: st.SearchStrategy[Any], **how: Any) -> Callable[[Law], Law]:
    """Make a long test of a law in parts that processes share, `each` values a part, a part's own by its number."""

    def made(law: Law) -> Law:
        @pytest.mark.long
        @pytest.mark.parametrize("part", range(parts))
        def test(part: int) -> None:
            seed(part)(settings(max_examples=examples(each), deadline=None, **how)(given(*strategies)(law)))()

        return _named(test, law)

    return made


def _named(test: Law, law: Law) -> Law:
    test.__name__, test.__qualname__, test.__doc__ = law.__name__, law.__qualname__, law.__doc__
    test.__module__ = law.__module__
    return test
