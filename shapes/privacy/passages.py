"""Says which passages of a text are personal: which refuse it, and which a person must read before it is public.

Knows what makes a name that of a pupil or of a patient: the words beside it in its sentence. A name alone is to be
read; health alone, of nobody in particular, is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from ontologie import in_both
from shapes.privacy.folding import PlainText, fold
from shapes.privacy.identifiers import Kind, identifiers, may_identify
from shapes.privacy.names import Name, Scan, is_pair, names_in_identifier
from shapes.privacy.words import first_names, plain, plain_word, spellings

MOST: Final = 200
"""Passages of one text that are told apart; past them it is refused or read whole anyway."""

_SPACE: Final = re.compile(r"\s")
_CAPITAL: Final = re.compile("[A-Z\u00c0-\u00de][^\\W\\d_]*")
_CAPITALS: Final = re.compile("[A-Z\u00c0-\u00de][\\w'-]* [A-Z\u00c0-\u00de](?:[\\w'-]|[.])|[A-Z][.][ -]{0,2}[A-Z]")
_PUPIL: Final = re.compile(r"(?:l[èe]ves?|fils|fille)\W{1,3}([^\W\d_]{3,})(?: ([^\W\d_]{3,}))?", re.I)
_PUPILS: Final = ("lève", "leve", "fils", "fille")
_A_PUPIL: Final = re.compile("[ée]l[èe]ve|enfant|fils|fille")
_BEFORE: Final = re.compile(r"([^\W\d_]{3,}) [\w'-]{2,}[ ,(]{1,3}(?:est |une? )?$")
_THE: Final = re.compile(r"(?:l'|\b(?:une?|mon|ma|cet|cette|notre) )$", re.IGNORECASE)
_PART: Final = re.compile(r"[^\W\d_]+")
_ANNOUNCING: Final = ("mme", "mlle", "mr ", "prénom", "prenom")
_END: Final = re.compile(r"(?<!\b[A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMme)(?<!\bav)[.!?]+(?=\s)|[\n|]")
_LEVEL: Final = (
    r"(?:[3-6]\s?(?:e|è|ème|eme|ième|°)|CP|CE[12]|CM[12]|[Tt]le|[Tt]erminale|2n?de|1[eè]?re|[Ss]econde|[Pp]remière"
    r"|[Ss]ixième|[Cc]inquième|[Qq]uatrième|[Tt]roisième|ULIS|SEGPA|[MGP]S)"
)
_DIVISION: Final = re.compile(
    rf"(?<!\w){_LEVEL}\s?(?:[A-H]|G?[0-9]{{1,2}}|STMG ?[0-9]?|n° ?[0-9])"
    r"(?![\w'.]|\s?(?:€|euros?|heures?|h\b|séances?|élèves))"
)
_THEN_LEVEL: Final = re.compile(
    rf"\s?[,(–-]?\s?(?:(?:en|de|classe de|élève de|élève en)\s)?{_LEVEL}(?!\w*\s*(?:et|à|siècle|guerre|République))"
)
_CLASS_BEFORE: Final = re.compile(rf"{_LEVEL}[ ]?[A-H0-9]{{0,2}}\s?[:(,–-]\s?$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that is personal, or may be: where it stands, what it is, whether it refuses the text."""

    start: int
    end: int
    kind: Kind
    refuses: bool


def may_be_personal(text: str) -> bool:
    """Tell quickly whether a text could have a passage; `passages` decides."""
    return _hinted(fold(text).text)


def _hinted(text: str) -> bool:
    lower = text.lower()
    return may_identify(text, lower) or _may_name(text, lower)


def _may_name(text: str, lower: str) -> bool:
    """Tell quickly whether a folded text could have a name, or the health of one pupil."""
    words = _CAPITAL.findall(text)
    if not spellings().isdisjoint(words) or _CAPITALS.search(text):
        return True
    if any(not word.isascii() and plain_word(word) in first_names() for word in words):
        return True
    if any(word in lower for word in _ANNOUNCING):
        return True
    listed = first_names()
    if any(_SPACE.search(line) is None and _holds_one(line, listed) for line in text.split("\n")):
        return True
    pairs = _PUPIL.findall(text) if any(word in lower for word in _PUPILS) else []
    beside = [word for pair in pairs for word in pair if word]
    for found in _A_PUPIL.finditer(lower):
        before = text[max(0, found.start() - 40) : found.start()]
        beside += _BEFORE.findall(before)
        if _THE.search(before) and (_DIVISION.search(text) or any(word[0].isupper() for word in beside)):
            return True
    return any(plain_word(word) in listed for word in beside)


def _holds_one(text: str, listed: Mapping[str, bool]) -> bool:
    """Tell whether an id or an address could hold a first name and a surname."""
    return len(parts := _PART.findall(text)) > 1 and any(plain_word(part) in listed for part in parts)


@lru_cache(maxsize=4_000)
def passages(text: str, *, author: bool = False) -> tuple[Passage, ...]:
    """Return the passages of a text, as they come; in the name of an `author` more is one.

    >>> [(one.kind["en"], one.refuses) for one in passages("Appeler le 06 12 34 56 78, demander Mme Dupont.")]
    [('a telephone number', True), ('the name of a person', False)]
    """
    folded = fold(text)
    if not _hinted(folded.text):
        return ()
    found = [*_identified(text, folded), *_named(folded, author)]
    if not _SPACE.search(folded.text):
        spans = (folded.span(*span) for span in names_in_identifier(folded.text))
        found += (Passage(*span, _kind("nom"), refuses=False) for span in spans)
    found.sort(key=lambda one: (one.start, not one.refuses, -one.end))
    return tuple(_together(found[:MOST]))


def _together(found: Iterable[Passage]) -> list[Passage]:
    """Return passages of which those that overlap are one, of the gravest kind among them."""
    kept: list[Passage] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            last = kept.pop()
            grave = one if one.refuses and not last.refuses else last
            one = Passage(last.start, max(last.end, one.end), grave.kind, grave.refuses)
        kept.append(one)
    return kept


def _identified(text: str, folded: PlainText) -> Iterator[Passage]:
    for pattern, start, end, counted_folded in identifiers(text, folded.text):
        where = folded.span(start, end) if counted_folded else (start, end)
        yield Passage(*where, pattern.kind, pattern.refuses)


def _named(folded: PlainText, author: bool) -> Iterator[Passage]:
    """Yield the names of each sentence, with what they stand beside."""
    start = 0
    for end in [*(found.end() for found in _END.finditer(folded.text)), len(folded.text)]:
        sentence = folded.text[start:end]
        for code, first, last, refuses in _judged(sentence, author):
            yield Passage(*folded.span(start + first, start + last), _kind(code), refuses)
        start = end


@cache
def _kind(code: str) -> Kind:
    return in_both("contenus", f"passage-{code}")


def _judged(sentence: str, author: bool) -> Iterator[tuple[str, int, int, bool]]:
    """Yield (code of what it is, start, end, whether it refuses) of each name of a sentence."""
    lower, scan = plain(sentence), Scan(sentence)
    found = [*scan.names(author=author), *_of_pupils(scan, lower)]
    health, division = scan.first_of("sante"), _DIVISION.search(sentence)
    if not found:
        if health and division and (one := _ONE_PUPIL.search(lower)):
            yield "sante", min(one.start(), health[0]), max(health[1], division.end()), False
        return
    pupil = scan.first_of("eleve")
    for name in found:
        if health:
            yield "sante", min(name.start, health[0]), max(name.end, health[1]), True
        elif name.part == "complete" and (pupil or division or _beside_class(scan, name)):
            yield "eleve", name.start, name.end, True
        elif name.part != "initials":
            yield "prenom" if name.part == "first" else "nom", name.start, name.end, False
        elif pupil or division or scan.first_of("eleves"):
            yield "initiales", name.start, name.end, False


def _beside_class(scan: Scan, name: Name) -> bool:
    """Tell whether a class follows or announces a name, or pupils are named by it."""
    if _THEN_LEVEL.match(scan.text, name.end) or scan.role_before(name.start, "eleves"):
        return True
    return _CLASS_BEFORE.search(scan.text[max(0, name.start - 30) : name.start]) is not None


_AFTER_PUPIL: Final = re.compile(
    r"(?:(?P<the>l'|une? |cette? |mon |ma |notre |son |sa )(?:eleve|fils|fille)|eleves?|enfants?"
    r"|prenoms?(?: d(?:e l'|es )eleves?)?)"
    r"(?: nommee?s?| prenommee?s?| appelee?s?| qui s'appelle)?(?P<mark> ?[:(,]? ?)(?P<next>[^\W\d_]{2,})"
)
_ONE_PUPIL: Final = re.compile(r"(?:(?<!\w)l'|\b(?:un|une|mon|ma|cet|cette|notre) )(?:eleve|enfant)(?!\w)")
_BEFORE_PUPIL: Final = re.compile(r"(?P<name>(?P<first>[a-z-]{3,}) [a-z'-]{2,})[ ,(]{1,3}(?:est |une? )?eleve")
_THEN: Final = re.compile(
    r"[ ,(-]{1,3}(?:(?:est|était|qui est|élève de|élève|en|de|classe de|a une?|a|souffre de|présente une?) )?"
)


def _of_pupils(scan: Scan, lower: str) -> Iterator[Name]:
    """Yield the names that only what stands beside them shows: no first name that we know is in them."""
    for found in _AFTER_PUPIL.finditer(lower):
        start, end = found.span("next")
        word = scan.text[start:end]
        listed = first_names().get(found["next"], False)
        lone = word[0].isupper() and not word.isupper() and (found["the"] or found[0].startswith("prenom"))
        if (listed and found["mark"].strip() != ",") or (lone and is_pair(word, "Dupont")):
            yield Name("first", start, end)
    for found in _BEFORE_PUPIL.finditer(lower):
        if first_names().get(found["first"], False):
            yield Name("first", *found.span("name"))
    for start, end in scan.runs():
        marks = _THEN.match(scan.text, end)
        after = marks.end() if marks else end
        ill = (marks and scan.has_role_at(after, "sante")) or scan.role_before(start, "sante")
        in_capitals = any(word.isupper() and len(word) > 1 for word in scan.text[start:end].split())
        if ill or _DIVISION.match(scan.text, after):
            yield Name("complete" if ill or in_capitals else "adult", start, end)
