"""The text that a spreadsheet shows of a value: what its number format says of a date, a percentage, a code.

Knows the format codes of OOXML (ECMA-376 part 1, 18.8.30 and 18.8.31); which cell has which is the workbook's business.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Final

_BUILT_IN: Final = {9: "0%", 10: "0.00%", 17: "mmm-yy", 14: "d/m/yy", 15: "d-mmm-yy", 22: "d/m/yy h:mm"}
"""The formats without a code of their own in the file that show another thing than the number itself."""

_LITERAL: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_MINUTES: Final = re.compile(r"(?:h+[^dmy]*?m+)|(?:m+[^dmy]*?s+)", re.IGNORECASE)
_PADDED: Final = re.compile(r"0{2,}")
_PERCENT: Final = re.compile(r"[#0?,]*0(?:\.([0#]+))? ?%")
_WORDS: Final = re.compile(r"\d+|[^\W\d_]+")


def format_code(number: int, codes: dict[int, str]) -> str:
    """Return the code of a number format, empty where it shows the number as it is."""
    return codes.get(number, _BUILT_IN.get(number, ""))


@lru_cache(maxsize=1_000)
def shows(code: str) -> str:
    """Return what a format shows: `day`, `month`, `year`, `time`, `0…` (a code of so many digits), `%…`, or nothing."""
    plain = _LITERAL.sub("", code.partition(";")[0])
    if percent := _PERCENT.fullmatch(plain.strip()):
        return "%" + "0" * len(percent[1] or "")
    if _PADDED.fullmatch(plain.strip()):
        return plain.strip()
    dates = _MINUTES.sub("", plain).lower()
    if not re.search("[ymd]", dates):
        return "time" if re.search("[hs]", plain.lower()) else ""
    if "d" in dates or "y" not in dates:
        return "day"
    return "month" if "m" in dates else "year"


def shown(value: object, what: str) -> str:
    """Return a cell as text: integers come back as floats, dates as dates, each as `what` says that it is shown."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        return _number(value, what)
    if isinstance(value, datetime.datetime):
        return value.strftime("%H:%M") if what == "time" else _date(value.date(), what)
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    if isinstance(value, datetime.date):
        return _date(value, what)
    return str(value)


def _number(value: float, what: str) -> str:
    if what.startswith("%"):
        return f"{100 * value:.{len(what) - 1}f}".replace(".", ",") + " %"
    if not float(value).is_integer():
        return f"{value:.15g}"
    return str(int(value)).zfill(len(what)) if what.startswith("0") and value >= 0 else str(int(value))


def _date(value: datetime.date, what: str) -> str:
    text = value.isoformat()
    return {"month": text[:7], "year": text[:4]}.get(what, text)


def shown_date(value: str, text: str) -> str:
    """Return an ISO date as far as a text shows it: ODF keeps the text beside the value.

    >>> shown_date("2025-03-01", "mars 2025"), shown_date("2025-03-26T14:05:00", "26/03/25 14:05")
    ('2025-03', '2025-03-26')
    """
    day = value[:10]
    words = _WORDS.findall(re.sub(r"\d+[:h]\d+(?:[:m]\d+)?s?", "", text))
    if not any(word.isdigit() and int(word) in (int(day[:4]), int(day[2:4])) for word in words):
        return day
    return {1: day[:4], 2: day[:7]}.get(len(words), day)
