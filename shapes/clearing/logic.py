"""Verdicts of which some are not known, and how they combine (Kleene's three values)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shapes.clearing.told import Told

Verdict = bool | None
"""True: conforms for sure; False: breaks a rule for sure; None: only pySHACL can tell."""

Check = Callable[[str, Told], Verdict]
"""Judges a node."""

Rule = Callable[[str, frozenset[str], Told], Verdict]
"""Judges a focus node by its value nodes."""


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return whether all conform."""
    found: Verdict = True
    for one in verdicts:
        if one is False:
            return False
        found = found if one else None
    return found


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return whether one conforms."""
    return opposite(all_of(map(opposite, verdicts)))


def opposite(verdict: Verdict) -> Verdict:
    """Return whether it does not conform."""
    return None if verdict is None else not verdict


def each(check: Check) -> Rule:
    """Return the rule that every value node is judged by."""
    return lambda _, values, told: all_of(check(value, told) for value in values)
