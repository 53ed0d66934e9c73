"""What a question says of each territory: its number, how many observations it is made of, and its class.

Knows rows of an answer, denominators, thresholds and which territories there are; not HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from ontologie import LANGUAGES, read_table
from queries import Mapped
from sparql_api.pages.maps.outlines import atlas

KINDS: Final = {"academie": "academie/", "region": "region-academique/"}
"""How the IRIs of each kind of territory begin, after the base, by the facet of fiches that is of that kind."""
CLASSES: Final = 4
PER: Final = 1000
"""A count beside a denominator is said for so many of what the denominator counts."""
HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True)
class Figure:
    """A territory's number: None where there is none, or where too few observations stand behind it."""

    iri: str
    value: Decimal | None
    observations: int
    few: bool = False


@dataclass(frozen=True)
class Denominator:
    """What a count is set beside: numbers by territory, as a table gives them, with its date and its source."""

    name: str
    labels: Mapping[str, str]
    values: Mapping[str, Decimal]
    date: str
    source: str


def figures(rows: Iterable[Mapping[str, Any]], mapped: Mapped, least: int) -> list[Figure]:
    """Return the numbers of a question's rows, the first of each territory; a mean of fewer than `least` is silent."""
    found: dict[str, Figure] = {}
    for row in rows:
        place = row.get(mapped.territory)
        if place is None or place.value in found:
            continue
        value = number(row.get(mapped.value))
        if not mapped.observations:
            found[place.value] = Figure(place.value, value, int(value or 0))
            continue
        behind = int(number(row.get(mapped.observations)) or 0)
        few = 0 < behind < least or (value is None and behind > 0)
        found[place.value] = Figure(place.value, None if few or not behind else value, behind, few)
    return list(found.values())


def number(term: Any) -> Decimal | None:
    """Return the number that a literal says, None where it says none."""
    try:
        found = Decimal(term.value) if term is not None else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def beside(found: Iterable[Figure], denominator: Denominator, base: str) -> list[Figure]:
    """Return counts for each `PER` of what a denominator counts; none where the table says no number."""
    made = []
    for one in found:
        under = denominator.values.get(one.iri.removeprefix(base))
        share = one.value * PER / under if under and one.value is not None else None
        made.append(Figure(one.iri, share, one.observations, one.few))
    return made


def territories(kind: str, base: str) -> list[str]:
    """Return the IRIs of the territories that the map can show of a facet's kind (`academie`, `region`)."""
    return [base + path for path in atlas().outlines if path.startswith(KINDS[kind])]


def with_silent(found: Sequence[Figure], kind: str, base: str) -> list[Figure]:
    """Return figures with those of a kind of territory (`academie`) that an answer does not name: without a number."""
    named = {one.iri for one in found}
    return [*found, *(Figure(iri, None, 0) for iri in territories(kind, base) if iri not in named)]


def rounded(value: Decimal) -> Decimal:
    """Return a number as it is shown: whole, or with two decimals at most."""
    short = value.quantize(HUNDREDTH, ROUND_HALF_UP)
    return short.to_integral_value() if short == short.to_integral_value() else short.normalize()


def bounds(values: Iterable[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """Return at most `CLASSES` classes of the numbers above zero, (least, most) of each: as many territories in each
    as equal numbers, which are never parted, allow."""
    shown = sorted(rounded(value) for value in values if value > 0)
    kinds = sorted(set(shown))
    if len(kinds) <= CLASSES:
        return [(kind, kind) for kind in kinds]
    tops = sorted({shown[-(-len(shown) * part // CLASSES) - 1] for part in range(1, CLASSES + 1)})
    lows = [kinds[0], *(next(kind for kind in kinds if kind > top) for top in tops[:-1])]
    return list(zip(lows, tops, strict=True))


def class_of(figure: Figure, classes: Sequence[tuple[Decimal, Decimal]]) -> str:
    """Return the class of a territory: `q0` for zero, `silent` without a number, else `q1` to `q4`, darkest last."""
    if figure.value is None:
        return "silent"
    shown = rounded(figure.value)
    at = next((at for at, (_, most) in enumerate(classes) if shown <= most), len(classes) - 1)
    # Few classes take the ends of the scale: a difference is seen.
    return "q0" if figure.value <= 0 or not classes else f"q{at + 1 + (CLASSES - len(classes)) * (at > 0)}"


def threshold(name: str) -> int:
    """Return a number under which something is not shown."""
    return next(int(row["valeur"]) for row in read_table("donnees", "seuils.csv") if row["seuil"] == name)


def denominators(kind: str, rows: Iterable[Mapping[str, str]] | None = None) -> list[Denominator]:
    """Return the denominators known for a kind of territory (`academie`, `region`); empty where none is."""
    told = read_table("donnees", "territoires", "denominateurs.csv") if rows is None else rows
    groups: dict[str, list[Mapping[str, str]]] = {}
    for row in told:
        if row["territoire"].startswith(KINDS[kind]):
            groups.setdefault(row["nom"], []).append(row)
    return [
        Denominator(
            name,
            {language: of[0][f"libelle_{language}"] for language in LANGUAGES},
            {row["territoire"]: Decimal(row["valeur"]) for row in of if row["valeur"]},
            of[0]["date"],
            of[0]["source"],
        )
        for name, of in groups.items()
    ]
