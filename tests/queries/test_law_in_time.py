"""Which provisions apply on a day: the question against the table of dates, worked out here by other means."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

import pyoxigraph as ox
import pytest

from ingestion.derivation.rules import derive_vocabularies
from ontologie import BASE, PREFIXES, read_table, vocabularies
from queries import bind, catalogue

ROWS = [row for row in read_table("donnees", "corrections", "application.csv") if not row["fin"]]
PRINCIPLES = {row["id"]: row["instrument"] for row in read_table("donnees", "instruments", "principes.csv")}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """Return the vocabularies that the question looks at, and what follows from them."""
    own = ox.Store()
    for one in vocabularies():
        if one.path in ("genere/principes.ttl", "genere/applicabilite.ttl", "genere/listes.ttl"):
            own.load(b"".join(one.lines), format=ox.RdfFormat.N_QUADS)
    for lines in derive_vocabularies().values():
        own.load(b"".join(lines), format=ox.RdfFormat.N_QUADS)
    return own


def days(rows: list[dict[str, str]]) -> Iterator[date]:
    """Yield days from 2018 to 2030: one in 97, and those around each date that some rows state."""
    first, last = date(2018, 1, 1), date(2030, 12, 31)
    yield from (first + timedelta(days=number) for number in range(0, (last - first).days + 1, 97))
    for stated in {row["applique_a_partir_du"] for row in rows if row["applique_a_partir_du"]}:
        year, month, day = (*map(int, stated.split("-")), 0)[:3]
        around = (day,) if day else (1, calendar.monthrange(year, month)[1])
        for one in around:
            yield from (date(year, month, one) + timedelta(days=step) for step in (-1, 0, 1))


def applies(stated: str, day: date) -> bool:
    """Tell whether a text applies on a day; within the month of a text whose day is not known, it is not said."""
    if len(stated) == 7:
        return (day.year, day.month) > tuple(map(int, stated.split("-")))
    return bool(stated) and day >= date.fromisoformat(stated)


def asked(store: ox.Store, day: date, text: str, **more: str) -> list[tuple[str, str]]:
    given = {"date": day.isoformat(), "instrument": f"{BASE}instrument/{text}", **more}
    rows = store.query(
        bind(catalogue()["dispositions-applicables"], given), prefixes=PREFIXES, use_default_graph_as_union=True
    )
    assert isinstance(rows, ox.QuerySolutions)
    return sorted((row["disposition"].value.rpartition("/")[2], row["aPartirDu"].value) for row in rows)


@pytest.mark.parametrize("text", ["ai-act", "rgpd", "cadre-usage"])
def test_the_question_is_right_on_any_day_from_2018_to_2030(store: ox.Store, text: str) -> None:
    own = [row for row in ROWS if PRINCIPLES.get(row["id"]) == text]
    expected = {
        day: sorted(
            (row["id"], row["applique_a_partir_du"]) for row in own if applies(row["applique_a_partir_du"], day)
        )
        for day in days(own)
    }
    assert len({len(rows) for rows in expected.values()}) > 1, "the text comes to apply within these years"
    assert {day: asked(store, day, text) for day in expected} == expected


@pytest.mark.parametrize("text", ["cets-225", "unesco-ethique-2021"])
def test_a_text_that_is_not_binding_or_not_in_force_applies_on_no_day(store: ox.Store, text: str) -> None:
    assert asked(store, date(2030, 12, 31), text) == []


@pytest.mark.parametrize(
    ("day", "there", "not_there"),
    [
        # Article 4 has applied since 2 February 2025 without a break, whatever its wording.
        ("2026-07-26", {"AIA-4", "AIA-5-1-f"}, {"AIA-50-1", "AIA-III-3-b", "AIA-4a"}),
        ("2026-08-02", {"AIA-50-1", "AIA-50-2", "AIA-86", "AIA-4a"}, {"AIA-III-3-b", "AIA-5-1-ba"}),
        ("2027-12-01", {"AIA-5-1-ba"}, {"AIA-III-3-b", "AIA-27"}),
        ("2027-12-02", {"AIA-III-3-b", "AIA-27"}, {"AIA-6-1"}),
    ],
)
def test_the_ai_act_applies_by_parts(store: ox.Store, day: str, there: set[str], not_there: set[str]) -> None:
    found = {identifier for identifier, _ in asked(store, date.fromisoformat(day), "ai-act")}
    assert there <= found
    assert not found & not_there


def test_a_version_may_be_named(store: ox.Store) -> None:
    act = "http://data.europa.eu/eli/reg/2024/1689/"
    assert asked(store, date(2029, 1, 1), "ai-act", version=act + "2026-07-27") == asked(
        store, date(2029, 1, 1), "ai-act"
    )
    assert asked(store, date(2029, 1, 1), "ai-act", version=act + "oj") == [], "replaced, all of them"
