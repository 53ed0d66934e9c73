"""The look for personal data takes time in proportion to the text, whatever it is: who deposits may mean harm.

Processor time with a wide margin: what was quadratic took from ten seconds to hours.
"""

from __future__ import annotations

import time

import pytest

from shapes.privacy.passages import passages

LENGTH = 24_000
SECONDS = 4
WORST = ["_", "a_", "x", "Mot-", "Jean-", "Mme ", "Madame ", "1. "]
OTHERS = [
    "-", ".", " ", "a ", "a.", "_a", "1", "1 ", "12.", "A", "A. ", "(", "é", "'", "Mot ", "l'", "élève ", "M. ", "at ", "a at ", "@", "a@", "@a",
    "+33 ", "0 ", "né le ", "habite ", "Léa ", "Léa, ", "Léa et ", "\n", "point ", "( . ", "zéro ", "INE ", "FR76", "appel ", "5e ", "(a)", "-a-",
    "x.com/", "NIR ", ", ", "JEAN ", "J. ", "%", "\u00a0", "\u200b", "a\u0301",
]  # fmt: skip


@pytest.mark.parametrize("end", ["@", " jean.dupont@ac-lyon.fr, élève de Léa"])
@pytest.mark.parametrize("unit", [*WORST, *(pytest.param(one, marks=pytest.mark.long) for one in OTHERS)], ids=ascii)
def test_a_long_text_is_looked_at_in_time(unit: str, end: str) -> None:
    text = (unit * LENGTH)[:LENGTH] + end
    started = time.process_time()
    found = passages(text)
    assert time.process_time() - started < SECONDS
    assert end == "@" or any(one.refuses for one in found)
