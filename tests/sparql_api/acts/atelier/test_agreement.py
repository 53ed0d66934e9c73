"""InCommon and kappa against examples worked by hand."""

from __future__ import annotations

import pytest

from sparql_api.acts.atelier.agreement import agreement, weighted_agreement


def pairs(table: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return [pair for pair, times in table.items() for _ in range(times)]


def test_the_textbook_table_of_two_answers() -> None:
    """50 cases, 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: po = 35/50, pe = (25·30 + 25·20)/2500 = 1/2, kappa = 2/5."""
    found = agreement(pairs({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}))
    assert found is not None and found.kappa is not None
    assert (found.count, found.raw, round(found.kappa, 12)) == (50, 0.7, 0.4)


def test_the_same_raw_agreement_may_be_less_than_chance() -> None:
    """po = 8/10; pe = (9·9 + 1·1)/100 = 82/100; kappa = (80 - 82)/(100 - 82) = -1/9."""
    found = agreement(pairs({("a", "a"): 8, ("a", "b"): 1, ("b", "a"): 1}))
    assert found is not None and found.kappa == pytest.approx(-1 / 9)


def test_linear_weights_count_half_of_a_step_of_three() -> None:
    """0-0, 1-2, 2-2, 0-2: weights 1, 1/2, 1, 0: po = 5/8. First 0,0,1,2; second 0, 2, 2, 2.
    pe = (2·1·1 + 2·3·0 + 1·1·½ + 1·3·½ + 1·1·0 + 1·3·1)/16 = 7/16; kappa = (10 - 7)/(16 - 7) = 1/3."""
    found = weighted_agreement([("0", "0"), ("1", "2"), ("2", "2"), ("0", "2")], ["0", "1", "2"])
    assert found is not None and found.raw == 5 / 8 and found.kappa == pytest.approx(1 / 3)


def test_nothing_is_said_where_there_is_nothing_or_chance_alone_agrees() -> None:
    assert agreement([]) is None and weighted_agreement([], ["0"]) is None
    same = agreement([("a", "a")] * 5)
    assert same is not None and (same.raw, same.kappa) == (1, None)
    with pytest.raises(KeyError):
        weighted_agreement([("0", "9")], ["0", "1"])
