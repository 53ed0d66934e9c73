"""What makes two projects likely the same usage: a page, a place, a title, a text, by the thresholds of a table.

Knows what is compared (rapidfuzz) and the keys by which those that are worth comparing are found; `neighbours` keeps
them. Never merges anything: it is said to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import combinations
from typing import Any, Final

from ingestion.documents.identity import PLACE
from ingestion.examination.recognition import page_of, texts
from ingestion.words.columns import columns
from ontologie import fold_label, read_table

_LONGEST: Final = 2_000
"""Characters of a text that are compared."""
_WORDS: Final = 4
_STEM: Final = 6
_SHINGLE: Final = 5
_SKETCH: Final = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is compared of a project."""

    pages: frozenset[str]
    places: frozenset[str]
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    page: bool
    place: bool
    title: int
    text: int


def likeness(document: Mapping[str, Any]) -> Likeness:
    """Return what is compared of a document."""
    title, text = (fold_label(" ".join(texts(document.get(key)))[:_LONGEST]) for key in ("titre", "resume"))
    pages = frozenset(page.split("://", 1)[-1].split("#", 1)[0].rstrip("/").lower() for page in page_of(document))
    places = (fold_label(text) for name in PLACE for text in texts(document.get(columns()[name].key)))
    return Likeness(pages, frozenset(filter(None, places)), title, text)


def keys(one: Likeness) -> frozenset[int]:
    """Return the keys that likely the same usages share one of: of its page, of its title's words, of its text.

    They are hashes, from which no word is read.
    """
    stems = sorted({word[:_STEM] for word in one.title.split()}, key=lambda stem: (-len(stem), stem))[:_WORDS]
    words = one.text.split()
    shingles = {" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}
    found = [_key("page", page) for page in one.pages]
    found += [_key("titre", " ".join(pair)) for pair in combinations(sorted(stems), 2)] or [_key("titre", one.title)]
    return frozenset(found + sorted(_key("texte", shingle) for shingle in shingles)[:_SKETCH])


def why_alike(one: Likeness, other: Likeness) -> str | None:
    """Return the name of the first rule by which two projects are likely the same usage, None where there is none."""
    from rapidfuzz import fuzz  # a deposit that is like no other never loads it

    title = fuzz.token_sort_ratio(one.title, other.title) if one.title and other.title else 0
    text: float | None = None
    page, place = bool(one.pages & other.pages), bool(one.places & other.places)
    for rule in _rules():
        if (rule.page and not page) or (rule.place and not place) or title < rule.title:
            continue
        if rule.text and text is None:
            text = fuzz.token_sort_ratio(one.text, other.text) if one.text and other.text else 0
        if not rule.text or (text or 0) >= rule.text:
            return rule.name
    return None


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(row["regle"], row["page"] == "1", row["lieu"] == "1", int(row["titre"]), int(row["texte"]))
        for row in read_table("donnees", "ressemblances.csv")
    )


def _key(*parts: str) -> int:
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), signed=True)

