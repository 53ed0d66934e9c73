"""Sets of fiches as bits: what is put in is what is found, and their first in an order are those of the order."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparql_api.fiches.bits import bits_of, numbers_in
from sparql_api.fiches.search import FicheIndex


@given(numbers=st.sets(st.integers(0, 5000)))
def test_the_numbers_of_a_set_are_those_that_it_was_made_of(numbers: set[int]) -> None:
    assert list(numbers_in(bits_of(numbers, 5001))) == sorted(numbers)


@pytest.mark.parametrize("held", [0, 1, 20, 200, 600, 1000])
def test_the_first_of_a_set_are_those_of_the_list(held: int) -> None:
    chance = random.Random(held)
    order = chance.sample(range(1000), 1000)
    numbers = set(chance.sample(range(1000), held))
    places = [place for _, place in sorted((n, place) for place, n in enumerate(order))]
    index = SimpleNamespace(_order=order, _count=1000, _places=places)
    for most in (0, 1, 7, 2000):
        found = FicheIndex.in_order(index, bits_of(numbers, 1000), most)  # type: ignore[arg-type]
        assert found == [n for n in order if n in numbers][:most]
