"""The first day of a project and the school year deduced from its date: over generated dates, by the calendar alone."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from ontologie import BASE
from tests.ingestion.derivation.findings import derive_batch, document, oia, store_of

KEYS = {4: "Annee", 7: "Mois", 10: ""}
"""What the key of a date ends with, by the length of the date."""


@dataclass(frozen=True)
class Dated:
    """What a fiche says of its date: as written, with perhaps an end and a school year."""

    date: str = ""
    end: str = ""
    school_year: str = ""


def school_year(day: date) -> str:
    """Return the school year of a day: the one of the two candidates that holds it."""
    candidates = [(date(first, 9, 1), date(first + 1, 8, 31)) for first in (day.year - 1, day.year)]
    ((start, end),) = [(start, end) for start, end in candidates if start <= day <= end]
    return f"{start.year}-{end.year}"


def days(text: str) -> tuple[date, date]:
    """Return the first and the last day that a date as written may mean."""
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 1:
        return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
    if len(numbers) == 2:
        return date(*numbers, 1), date(*numbers, calendar.monthrange(*numbers)[1])
    return date(*numbers), date(*numbers)


def expected(said: Dated) -> tuple[set[str], set[str]]:
    """Return (first day, deduced school year), a set of none or one each."""
    given = {said.school_year} - {""}
    if not said.date:
        opening = {f"{said.school_year[:4]}-09-01"} if given else set()
        return opening, given
    first, last = days(said.date)
    certain = {school_year(first)} if len(said.date) > 4 else set()
    if given and len(said.date) == 4 and not said.end:
        # A year and a school year bound each other.
        opening, closing = date(int(said.school_year[:4]), 9, 1), date(int(said.school_year[5:]), 8, 31)
        first, last = max(first, opening), min(last, closing)
    return {first.isoformat()} if first <= last else set(), given or certain


def generated(seed: int, count: int) -> list[Dated]:
    """Return fiches of every kind of date: the edges of school years first, then by chance."""
    chance = Random(seed)
    edges = ["2024-08-31", "2024-09-01", "2024-08", "2024-09", "2024-02-29", "2023-12-31", "2024-01-01", "2024"]
    made = [Dated(text) for text in edges] + [Dated(school_year="2024-2025"), Dated("2025-03", school_year="2023-2024")]
    made += [Dated("2024-08-31", "2024-09-02"), Dated("2024", "2025-03"), Dated("2024", school_year="2024-2025")]
    made += [Dated("2025", school_year="2024-2025"), Dated("2020", school_year="2024-2025"), Dated("2024-10", "2025-06")]
    while len(made) < count:
        day = date.fromordinal(chance.randint(date(1995, 1, 1).toordinal(), date(2055, 12, 31).toordinal()))
        later = date.fromordinal(day.toordinal() + chance.randint(0, 500))
        length, first = chance.choice([4, 7, 10]), chance.randint(1995, 2055)
        end = later.isoformat()[: chance.choice([7, 10])] if chance.random() < 0.3 else ""
        given = f"{first}-{first + 1}" if chance.random() < 0.3 else ""
        written = day.isoformat()[:length] if chance.random() < 0.9 else ""
        if (written or given) and not (end and (not written or end[:length] < written[: len(end)])):
            made.append(Dated(written, end, given))
    return made


@cache
def derived() -> dict[Dated, tuple[set[str], set[str]]]:
    """Return what publication derives of generated fiches: (first days, deduced school years)."""
    said = list(dict.fromkeys(generated(13, 300)))
    documents = []
    for number, one in enumerate(said):
        facts = {"date" + KEYS[len(one.date)]: one.date} if one.date else {}
        facts |= {"dateFin" + KEYS[len(one.end)]: one.end} if one.end else {}
        facts |= {"anneeScolaire": one.school_year} if one.school_year else {}
        documents.append(document(f"18-D{number}", **facts))
    names = [f"{BASE}projet/18-D{number}" for number in range(len(said))]
    found = {}
    for one, project, quads in zip(said, names, derive_batch(store_of(*documents), names).values(), strict=True):
        about = [quad for quad in quads if quad.subject.value == project]
        values = [
            {quad.object.value for quad in about if quad.predicate == oia(term)}
            for term in ("premierJour", "anneeScolaireDeduite")
        ]
        found[one] = (values[0], values[1])
    return found


def test_the_first_day_and_the_school_year_are_those_of_the_calendar() -> None:
    assert {one: found for one, found in derived().items() if found != expected(one)} == {}


def test_a_year_alone_has_no_school_year_and_a_given_one_is_kept() -> None:
    found = derived()
    alone = [one for one in found if len(one.date) == 4 and not one.school_year]
    given = [one for one in found if one.school_year]
    assert len(alone) > 20 and all(not found[one][1] for one in alone)
    assert len(given) > 20 and all(found[one][1] == {one.school_year} for one in given)


def test_what_is_not_dated_has_neither() -> None:
    (quads,) = derive_batch(store_of(document()), [f"{BASE}projet/18-T1"]).values()
    assert not {quad.predicate for quad in quads} & {oia("premierJour"), oia("anneeScolaireDeduite")}
