"""How far two judges agree: the share of the answers that are the same, and Cohen's kappa, plain or weighted.

Kappa is (po - pe) / (1 - pe): po the agreement that is seen, pe the one that chance alone would give, each judge
answering as often as they do (J. Cohen, 1960, https://doi.org/10.1177/001316446002000104). Weighted, an answer that is
k steps away counts 1 - k / (n - 1) of an agreement, linearly (J. Cohen, 1968, https://doi.org/10.1037/h0026256).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class InCommon:
    """What two judges have in common: of `count` answers the share that is the same, and kappa.

    `kappa` is None where chance alone would have them agree on everything: it says nothing then.
    """

    count: int
    raw: float
    kappa: float | None


def agreement(pairs: Sequence[tuple[str, str]]) -> InCommon | None:
    """Return how far two judges agree on answers without an order, None without any answer."""
    return _agreement(pairs, {})


def weighted_agreement(pairs: Sequence[tuple[str, str]], order: Sequence[str]) -> InCommon | None:
    """Return how far two judges agree on answers in an order, with linear weights; None without any answer.

    `raw` is the share of the answers that are the same, weighted too. Raises KeyError for an answer out of the order.
    """
    return _agreement(pairs, {answer: rank for rank, answer in enumerate(order)})


def _agreement(pairs: Sequence[tuple[str, str]], ranks: dict[str, int]) -> InCommon | None:
    count = len(pairs)
    if not count:
        return None

    def alike(one: str, other: str) -> float:
        if not ranks or len(ranks) == 1:
            return float(one == other)
        return 1 - abs(ranks[one] - ranks[other]) / (len(ranks) - 1)

    seen = sum(alike(one, other) for one, other in pairs) / count
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[one] * second[other] * alike(one, other) for one in first for other in second) / count**2
    return InCommon(count, seen, None if chance > 1 - 1e-12 else (seen - chance) / (1 - chance))
