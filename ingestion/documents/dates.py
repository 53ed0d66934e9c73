"""Reads dates as people write them in French: a day, a month, a year, a school year, a period; or not at all.

Knows the forms of `grammaire/dates.csv` and of numbers. What has two readings ("03-04-25", "2e trimestre 2025") has
none; of a part of a year ("printemps 2025", "T1 2024-2025") the year is certain.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from ontologie import fold_text, read_table

Dated = tuple[str, str]
"""A key of the document (date, dateMois, dateAnnee or anneeScolaire) and its canonical value."""

_LONGEST: Final = 80
_YEAR: Final = r"((?:19|20|21)[0-9]{2})"
_TIME: Final = r"(?:(?:t| |, ?| a )[0-9]{1,2}(?:[:h][0-9]{2}){0,2}(?:\.[0-9]+)?(?:z|[+-][0-9]{2}:?[0-9]{2})?)?"
_ISO: Final = re.compile(rf"{_YEAR}-([0-9]{{2}})-([0-9]{{2}}){_TIME}")
_DAY: Final = re.compile(rf"([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2{_YEAR}{_TIME}")
_SHORT_DAY: Final = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{2})")
_MONTH: Final = re.compile(rf"{_YEAR}[-/](0[1-9]|1[0-2])")
_FRENCH_MONTH: Final = re.compile(rf"(0?[1-9]|1[0-2])[/.-]{_YEAR}")
_SERIAL: Final = re.compile(r"(?:3[6-9]|4[0-9]|5[0-4])[0-9]{3}")
"""A day as spreadsheets count it: from 1998 to 2050."""

_FIRST_SERIAL: Final = datetime.date(1899, 12, 30)
_ONE_YEAR: Final = re.compile(_YEAR)
_SCHOOL_YEAR: Final = re.compile(rf"{_YEAR} ?[-/–—] ?{_YEAR}")
_SHORT_SCHOOL_YEAR: Final = re.compile(rf"(?:{_YEAR}|([0-9]{{2}})) ?[-/–—] ?([0-9]{{2}})")
_HYPHENS: Final = "-–—/"
_LAST_MONTH: Final = 12
_CENTURY: Final = 2000


@lru_cache(maxsize=10_000)
def read_dates(text: str) -> tuple[Dated, ...]:
    """Return one date, or the first and the last of a period; nothing where no reading is certain."""
    if len(text) > _LONGEST:
        return ()
    folded = _plain(text)
    if one := _date(folded):
        return (one,)
    return _period(folded)


def is_rentree(text: str) -> bool:
    """Tell whether a text says when school starts again, which is not the same month everywhere."""
    return _rentree().fullmatch(_plain(text)) is not None


def is_month_and_figures(text: str) -> bool:
    """Tell whether a text is a month and two figures ("sept 24"): in French a year, in other languages maybe a day."""
    return _month_and_figures().fullmatch(_announced().sub("", _plain(text))) is not None


def _plain(text: str) -> str:
    """Return a text without case, accents, repeated spaces, or the dot of an abbreviation."""
    folded = fold_text(text.replace("’", "'")).replace("'", " ").strip(" .;,()")
    return " ".join(re.sub(r"(?<=[a-z])\.", " ", folded).split())


def _date(text: str) -> Dated | None:
    text = _announced().sub("", text)
    for read in (_numbers, _school_year, _named):
        if found := read(text):
            return found
    if match := _rentree().fullmatch(text):
        return "anneeScolaire", f"{match[1]}-{int(match[1]) + 1}"
    return _part(text)


def _numbers(text: str) -> Dated | None:
    """Read a day, a month or a year in figures; the day comes first, save where the year does."""
    if match := _ISO.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _DAY.fullmatch(text):
        return _day(match[4], match[3], match[1])
    if match := _SHORT_DAY.fullmatch(text):
        return _day(str(_CENTURY + int(match[4])), match[3], match[1])
    if match := _MONTH.fullmatch(text):
        return "dateMois", f"{match[1]}-{match[2]}"
    if match := _FRENCH_MONTH.fullmatch(text):
        return "dateMois", f"{match[2]}-{int(match[1]):02}"
    if _SERIAL.fullmatch(text):
        return "date", (_FIRST_SERIAL + datetime.timedelta(days=int(text))).isoformat()
    return ("dateAnnee", text) if _ONE_YEAR.fullmatch(text) else None


def _part(text: str) -> Dated | None:
    """Read a part of a year as that year: of a school year any part, of a calendar year what is certainly in it."""
    for kind in ("partie", "partie certaine"):
        if match := _part_of(kind).fullmatch(text):
            year = (match[1] or match[2]).strip()
            if found := _school_year(year):
                return found
            if kind == "partie certaine" and _ONE_YEAR.fullmatch(year):
                return "dateAnnee", year
    return None


def _school_year(text: str) -> Dated | None:
    """Read two years that follow each other; two figures that may be a month are none."""
    if match := _SCHOOL_YEAR.fullmatch(text):
        first, second = int(match[1]), int(match[2])
    elif (match := _SHORT_SCHOOL_YEAR.fullmatch(text)) and int(match[3]) > _LAST_MONTH:
        first = int(match[1]) if match[1] else _CENTURY + int(match[2])
        second = first - first % 100 + int(match[3])
    else:
        return None
    return ("anneeScolaire", f"{first}-{second}") if second == first + 1 else None


def _named(text: str) -> Dated | None:
    """Read a date whose month is a word."""
    if match := _day_of_month().fullmatch(text):
        return _day(_full_year(match[3]), _months()[match[2]], match[1])
    if match := _month_of_year().fullmatch(text) or _month_and_figures().fullmatch(text):
        return "dateMois", f"{_full_year(next(filter(None, match.groups()[1:])))}-{_months()[match[1]]}"
    return None


def _period(text: str) -> tuple[Dated, ...]:
    """Read a start and an end; the start may leave out what the end says."""
    text = _opening().sub("", text)
    for match in _between().finditer(text):
        end = _date(text[match.end() :].strip())
        start = _start(_announced().sub("", text[: match.start()].strip()), end) if end else None
        if start and end and _is_period(start, end, match[0]):
            return start, end
    return ()


def _is_period(start: Dated, end: Dated, between: str) -> bool:
    """Tell whether a start and an end make a period; two years with a hyphen may be a school year gone wrong."""
    keys = {start[0], end[0]}
    if "anneeScolaire" in keys or start == end or (keys == {"dateAnnee"} and between in _HYPHENS):
        return False
    size = min(len(start[1]), len(end[1]))
    return start[1][:size] <= end[1][:size]


def _start(text: str, end: Dated) -> Dated | None:
    """Return the start of a period that ends at a date: "3", "mai" and "3 mars" take month and year of the end."""
    if found := _date(text):
        return found
    key, value = end
    if key in ("date", "dateMois") and text in _months():
        return "dateMois", f"{value[:4]}-{_months()[text]}"
    if key == "date" and (match := re.fullmatch(r"([0-9]{1,2}|1er)", text)):
        return _day(value[:4], value[5:7], match[1])
    if key == "date" and (match := _day_without_year().fullmatch(text)):
        return _day(value[:4], _months()[match[2]], match[1])
    return None


def _day(year: str, month: str, day: str) -> Dated | None:
    try:
        return "date", datetime.date(int(year), int(month), int(day.removesuffix("er"))).isoformat()
    except ValueError:
        return None


def _full_year(text: str) -> str:
    return text if len(text) == len("2025") else str(_CENTURY + int(text))


@cache
def _months() -> Mapping[str, str]:
    """Return the number of each month, by its names."""
    rows = (row for row in read_table("donnees", "grammaire", "dates.csv") if row["classe"] == "mois")
    return {name: row["valeur"] for row in rows for name in row["mots"].split("|")}


@cache
def _names(kind: str) -> str:
    """Return a pattern of the words of a class, longest first."""
    rows = (row for row in read_table("donnees", "grammaire", "dates.csv") if row["classe"] == kind)
    words = sorted((word for row in rows for word in row["mots"].split("|")), key=len, reverse=True)
    return "|".join(map(re.escape, words))


@cache
def _day_of_month() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?:{_names('jour')}) )?([0-9]{{1,2}}|1er)[ /-]({_names('mois')})[ /-]({_YEAR[1:-1]}|[0-9]{{2}}){_TIME}"
    )


@cache
def _day_without_year() -> re.Pattern[str]:
    return re.compile(rf"(?:{_names('jour')})? ?([0-9]{{1,2}}|1er) ({_names('mois')})")


@cache
def _month_of_year() -> re.Pattern[str]:
    """Return the pattern of a month and its year."""
    return re.compile(rf"({_names('mois')})(?:[ /-]+{_YEAR}|[/-]([0-9]{{2}}))")


@cache
def _month_and_figures() -> re.Pattern[str]:
    """Return the pattern of a month and two figures after a space: a year, of those that a project here may have."""
    return re.compile(rf"({_names('mois')}) +(1[5-9]|[23][0-9])")


@cache
def _part_of(kind: str) -> re.Pattern[str]:
    """Return the pattern of a part and its year, in either order."""
    years, between = r"([0-9][0-9 /–—-]*[0-9])", r"(?:[ ,:]|de l annee scolaire |de l annee |de |d )*"
    return re.compile(rf"(?:{_names(kind)})\b{between}{years}|{years}[ ,:(-]+(?:{_names(kind)})")


@cache
def _rentree() -> re.Pattern[str]:
    return re.compile(rf"(?:{_names('rentree')}) {_YEAR}")


@cache
def _announced() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:{_names('annonce')})[ :-]+)+")


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"^(?:de|du|d|entre|depuis)[ ]+(?:le )?")


@cache
def _between() -> re.Pattern[str]:
    return re.compile(rf" (?:{_names('suite')}) (?:le |fin |la fin )?|(?<=[a-z0-9])[-–—/](?=[a-z0-9])")
