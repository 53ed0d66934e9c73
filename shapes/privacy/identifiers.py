"""Finds the identifiers of persons in a text: addresses, telephones, numbers, with their keys where they have one.

Knows `ontologie/donnees/motifs_personnels.csv`, of which the shapes take the column `motif`: a pattern of the text as
it stands, in the regular expressions that SHACL and SQL share. `motif_replie` is looked for in the folded text, and
says what those cannot. Both are looked for here, so that what a shape refuses is refused here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from ontologie import read_table

Kind = Mapping[str, str]
"""What a passage is, in `fr` and `en`: « une adresse électronique », “an e-mail address”."""

Group = Literal["address", "number", "word", "pupil"]
"""What a pattern needs to find something: what joins the parts of an address, digits, a word, the word « élève »."""

_GROUPS: Final[Mapping[str, Group]] = {
    "courriel": "address", "nom-eleve": "pupil", "naissance": "word", "domicile": "word", "page": "word",
}  # fmt: skip
"""The group of each pattern; all others look for a number."""

_WORDS: Final = (
    *("de naissance", "habit", "domicili", "demeur", "linkedin"),
    *("facebook", "insta", "tiktok", "twitter", "x.com", "t.me/", "snap", "discord", "github"),
)
_OF_NUMBERS: Final = ("ine", "tél", "tel", "portable", "mobile", "gsm", "appel", "joindre", "sms", "whats", "fixe", "+")
_DIGITS: Final = re.compile(
    r"[0-9](?:(?:[\W_]{0,3}[0-9OolI]){9}|(?:[ .-][0-9OolI]{2}){4}|[0-9][^\w]?[A-Za-z][^\w]?[0-9]"
    r"|[0-9][ .-]?[0-9A-Za-z]{4}[ .-]?[0-9A-Za-z]{4}|[ABab][^\w]?[0-9])"
)
_FEW_DIGITS: Final = re.compile(r"[0-9](?:[\W_]{0,3}[0-9]){7}")
_TWO_CAPITALS: Final = re.compile("[A-Z\u00c0-\u00de][\\w'-]+ [A-Z\u00c0-\u00de]")
"""A first name and a surname, without which no pupil is named."""
_BORN: Final = re.compile(r"(?<![a-zà-ÿ])n[ée]e?s?\s+(?:le|en)\s+[0-9]")
_MARK: Final = re.compile(r"[(\[{<\"'*_/|-]\s*(?:at|a|chez)\s*[)\]}>\"'*_/|-]", re.IGNORECASE)
_MARK_ALONE: Final = re.compile(r"(?:at|chez|à)\s+[\w-]+\s*(?:\.\w|\(?\s*(?:point|dot))")


def may_identify(text: str, lower: str) -> frozenset[Group]:
    """Tell quickly what identifiers a folded text could hold: it has what their patterns need (a test holds it).

    Plain searches first: most text has nothing of the kind, and each fiche is looked at.
    """
    found: set[Group] = set()
    if (
        "@" in text
        or "arob" in lower
        or _MARK.search(text) is not None
        or _MARK_ALONE.search(lower) is not None
    ):
        found.add("address")
    if (
        _DIGITS.search(text) is not None
        or (_FEW_DIGITS.search(text) is not None and any(map(lower.__contains__, _OF_NUMBERS)))
        or "zéro" in lower
        or "zero" in lower
    ):
        found.add("number")
    if any(map(lower.__contains__, _WORDS)) or ("né" in lower and _BORN.search(lower) is not None):
        found.add("word")
    if ("lève" in lower or "leve" in lower) and _TWO_CAPITALS.search(text) is not None:
        found.add("pupil")
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row of the table: what is looked for in the text as it is, and in the folded text, and the key to check."""

    code: str
    group: Group
    refuses: bool
    raw: re.Pattern[str] | None
    folded: re.Pattern[str] | None
    check: Callable[[str], bool] | None
    kind: Kind


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return every pattern, those that refuse first."""
    found = [
        Pattern(
            row["code"],
            _GROUPS.get(row["code"], "number"),
            row["lecture"] == "refus",
            re.compile(row["motif"]) if row["motif"] else None,
            re.compile(row["motif_replie"]) if row["motif_replie"] else None,
            _CHECKS[row["controle"]] if row["controle"] else None,
            {"fr": row["label_fr"], "en": row["label_en"]},
        )
        for row in read_table("donnees", "motifs_personnels.csv")
    ]
    return tuple(sorted(found, key=lambda pattern: not pattern.refuses))


def identifiers(text: str, folded: str, groups: frozenset[Group]) -> Iterator[tuple[Pattern, int, int, bool]]:
    """Yield (pattern, start, end, whether these count in the folded text) of each identifier of some groups."""
    for pattern in patterns():
        if pattern.group not in groups:
            continue
        if pattern.raw is not None:
            yield from ((pattern, *found.span(), False) for found in pattern.raw.finditer(text))
        if pattern.folded is not None:
            for found in pattern.folded.finditer(folded):
                if pattern.check is None or pattern.check(found[0]):
                    yield pattern, *found.span(), True


def _nir(text: str) -> bool:
    """Tell whether a number of 15 digits is a NIR: its month, and its key (97 less the rest by 97)."""
    number = re.sub("[ ._/-]", "", text).upper()
    month = int(number[3:5])
    digits = number.replace("2A", "19", 1).replace("2B", "18", 1) if number[5:7] in ("2A", "2B") else number
    return (1 <= month <= 12 or month >= 20) and digits.isdigit() and 97 - int(digits[:13]) % 97 == int(digits[13:])


_LONGEST_IBAN: Final = 34
_COUNTRY_LENGTHS: Final = {"FR": 27, "MC": 27, "BE": 16, "DE": 22, "CH": 21, "LU": 20, "ES": 24, "IT": 27, "GB": 22}


def _iban(text: str) -> bool:
    """Tell whether a text starts with an IBAN: the length of its country where it is known, and its key (ISO 13616)."""
    account = re.sub("[ .-]", "", text).upper()
    length = _COUNTRY_LENGTHS.get(account[:2])
    ends = [length] if length else range(15, min(len(account), _LONGEST_IBAN) + 1)
    return any(len(account) >= end and _rest(account[:end]) == 1 for end in ends)


def _rest(account: str) -> int:
    return int("".join(str(int(one, 36)) for one in account[4:] + account[:4])) % 97


def _luhn(text: str) -> bool:
    """Tell whether the digits of a card number agree with the last one (ISO/IEC 7812)."""
    digits = [int(one) for one in reversed(re.sub("[^0-9]", "", text))]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {"nir": _nir, "iban": _iban, "luhn": _luhn}
