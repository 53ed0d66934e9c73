"""Sets of fiches as bits: what is put in is what is found, and their first in an order are those of the order."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparql_api.fiches.bits import among, bits_of, mask_of, numbers_in
from sparql_api.fiches.search import FicheIndex, SearchResult
from sparql_api.fiches.text import Ranking


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


@given(numbers=st.sets(st.integers(0, 300)))
def test_a_mask_says_of_each_number_whether_a_set_holds_it(numbers: set[int]) -> None:
    assert list(mask_of(bits_of(numbers, 301), 301)) == [n in numbers for n in range(301)]


@given(
    classes=st.permutations(range(60)).map(lambda order: (order[:3], order[3:20], order[20:45])),
    places=st.permutations(range(60)),
    held=st.sets(st.integers(0, 59)),
    start=st.integers(0, 50),
    most=st.integers(0, 20),
)
def test_a_page_is_what_stands_there_once_all_is_in_order(
    classes: tuple[list[int], ...], places: list[int], held: set[int], start: int, most: int
) -> None:
    whole = sorted(((best, places[n], n) for best, one in enumerate(classes) for n in one))
    expected = [n for _, _, n in whole if n in held]
    matching = bits_of(expected, 60)
    ranking = Ranking(classes, places)
    found = SearchResult(matching, ranking, 60, 0, {}, {}, (), None)
    assert [*found.page(start, start + most)] == expected[start : start + most]
    assert [*found.numbers] == [*among([n for *_, n in whole], matching, 60)] == expected
    assert found.total == len(expected)
