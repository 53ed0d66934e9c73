"""Says which passages of a text are personal: which refuse it, and which a person must read before it is public.

Knows what makes a name that of a pupil or of a patient: the words beside it in its sentence. A name alone is to be
read; health alone, of nobody in particular, is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from ontologie import in_both
from shapes.privacy.classes import CLASS_BEFORE, DIVISION, THEN_LEVEL
from shapes.privacy.folding import PlainText, fold
from shapes.privacy.hints import may_name
from shapes.privacy.identifiers import Group, Kind, identifiers, may_identify
from shapes.privacy.lone import lone_names
from shapes.privacy.names import Name, Scan, is_pair, names_in_identifier
from shapes.privacy.words import first_names, plain, plain_word

MOST: Final = 200
"""Passages of one text that are told apart, those that refuse it first; the others make it read whole anyway."""

_SPACE: Final = re.compile(r"\s")
_PART: Final = re.compile(r"[^\W\d_]+")
_END: Final = re.compile(r"(?<!\b[A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMme)(?<!\bav)(?<![.!?])[.!?]+(?=\s)|[\n|]")

@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that is personal, or may be: where it stands, what it is, whether it refuses the text."""

    start: int
    end: int
    kind: Kind
    refuses: bool


def tells_health(text: str) -> bool:
    """Tell whether a text tells of the health of one person, named or not: too much where nobody reads it again.

    >>> tells_health("Dyslexique, fils du maire."), tells_health("Un outil pour les élèves dyslexiques.")
    (True, False)
    """
    scan = Scan(fold(text).text)
    return scan.first_of("sante") is not None and scan.first_of("eleve") is not None


def _may_be_named(text: str) -> bool:
    """Tell whether some line could be an id or an address with a first name and a surname."""
    if " " in text and "\n" not in text:
        return False
    lines = (line for line in text.split("\n") if _SPACE.search(line) is None)
    parts = (found for line in lines if len(found := _PART.findall(line)) > 1)
    return any(plain_word(part) in first_names() for found in parts for part in found)


def passages(text: str, *, author: bool = False) -> tuple[Passage, ...]:
    """Return the passages of a text, as they come; in the name of an `author` more is one.

    >>> [(one.kind["en"], one.refuses) for one in passages("Appeler le 06 12 34 56 78, demander Mme Dupont.")]
    [('a telephone number', True), ('the name of a person', False)]
    """
    return looked_for_in_author(text) if author else looked_for(text)


@lru_cache(maxsize=8_000)
def looked_for(text: str) -> tuple[Passage, ...]:
    """Return the passages of a text; one key a text, however it is asked."""
    return _found(text, author=False)


@lru_cache(maxsize=1_000)
def looked_for_in_author(text: str) -> tuple[Passage, ...]:
    """Return the passages of the name of an author."""
    return _found(text, author=True)


def _found(text: str, *, author: bool) -> tuple[Passage, ...]:
    folded = fold(text)
    groups = may_identify(folded.text, folded.text.lower())
    named, written = may_name(folded.text), _may_be_named(folded.text)
    found = [*_identified(text, folded, groups)] if groups else []
    if named:
        found += _named(folded, author)
    if written and not _SPACE.search(folded.text):
        spans = (folded.span(*span) for span in names_in_identifier(folded.text))
        found += (Passage(*span, _kind("nom"), refuses=False) for span in spans)
    if not found:
        return ()
    found.sort(key=lambda one: not one.refuses)  # what refuses is never among those left out
    return tuple(_together(sorted(found[:MOST], key=lambda one: (one.start, not one.refuses, -one.end))))


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


def _identified(text: str, folded: PlainText, groups: frozenset[Group]) -> Iterator[Passage]:
    for pattern, start, end, counted_folded in identifiers(text, folded.text, groups):
        where = folded.span(start, end) if counted_folded else (start, end)
        yield Passage(*where, pattern.kind, pattern.refuses)


def _named(folded: PlainText, author: bool) -> Iterator[Passage]:
    """Yield the names of each sentence, with what they stand beside."""
    start = 0
    for end in [*(found.end() for found in _END.finditer(folded.text)), len(folded.text)]:
        sentence = folded.text[start:end]
        if may_name(sentence):
            for code, first, last, refuses in _judged(sentence, author):
                yield Passage(*folded.span(start + first, start + last), _kind(code), refuses)
        start = end


@cache
def _kind(code: str) -> Kind:
    return in_both("contenus", f"passage-{code}")


def _judged(sentence: str, author: bool) -> Iterator[tuple[str, int, int, bool]]:
    """Yield (code of what it is, start, end, whether it refuses) of each name of a sentence."""
    lower, scan = plain(sentence), Scan(sentence)
    found = [*scan.names(author=author), *_of_pupils(scan, lower), *_lone(scan)]
    one = None if found else _ONE_PUPIL.search(lower)
    if not (found or one):
        return
    health, division = scan.first_of("sante"), DIVISION.search(sentence)
    if one and health and division:
        yield "sante", min(one.start(), health[0]), max(health[1], division.end()), False
    pupil = scan.first_of("eleve")
    for name in found:
        if health:
            yield "sante", min(name.start, health[0]), max(name.end, health[1]), name.part != "lone"
        elif name.part == "complete" and (pupil or division or _beside_class(scan, name)):
            yield "eleve", name.start, name.end, True
        elif name.part != "initials":
            yield "prenom" if name.part in ("first", "lone") else "nom", name.start, name.end, False
        elif pupil or division or scan.first_of("eleves"):
            yield "initiales", name.start, name.end, False


def _lone(scan: Scan) -> Iterator[Name]:
    """Yield the names that no list has; what nobody is sure of refuses nothing."""
    return (Name("lone", *span) for span in lone_names(scan.text))


def _beside_class(scan: Scan, name: Name) -> bool:
    """Tell whether a class follows or announces a name, or pupils are named by it."""
    if THEN_LEVEL.match(scan.text, name.end) or scan.role_before(name.start, "eleves"):
        return True
    return CLASS_BEFORE.search(scan.text[max(0, name.start - 30) : name.start]) is not None


_AFTER_PUPIL: Final = re.compile(
    r"(?:(?P<the>l'|une? |cette? |mon |ma |notre |son |sa )(?:eleve|fils|fille)|eleves?|enfants?"
    r"|prenoms?(?: d(?:e l'|es )eleves?)?)"
    r"(?: nommee?s?| prenommee?s?| appelee?s?| qui s'appelle)?(?P<mark> ?[:(,]? ?)(?P<next>[^\W\d_]{2,})"
)
_OF_PUPILS: Final = ("eleve", "enfant", "fils", "fille", "prenom")
"""What each of these patterns has, looked for first: most sentences have none."""
_ONE_PUPIL: Final = re.compile(r"(?:(?<!\w)l'|\b(?:un|une|mon|ma|cet|cette|notre) )(?:eleve|enfant)(?!\w)")
_BEFORE_PUPIL: Final = re.compile(r"(?P<name>(?P<first>[a-z-]{3,40}) [a-z'-]{2,40})[ ,(]{1,3}(?:est |une? )?eleve")
_THEN: Final = re.compile(
    r"[ ,(-]{1,3}(?:(?:est|était|qui est|élève de|élève|en|de|classe de|a une?|a|souffre de|présente une?) )?"
)


def _of_pupils(scan: Scan, lower: str) -> Iterator[Name]:
    """Yield the names that only what stands beside them shows: no first name that we know is in them."""
    for found in _AFTER_PUPIL.finditer(lower) if any(map(lower.__contains__, _OF_PUPILS)) else ():
        start, end = found.span("next")
        word = scan.text[start:end]
        listed = first_names().get(found["next"], False)
        lone = word[0].isupper() and not word.isupper() and (found["the"] or found[0].startswith("prenom"))
        if (listed and found["mark"].strip() != ",") or (lone and is_pair(word, "Dupont")):
            yield Name("first", start, end)
    for found in _BEFORE_PUPIL.finditer(lower) if _OF_PUPILS[0] in lower else ():
        if first_names().get(found["first"], False):
            yield Name("first", *found.span("name"))
    for start, end in scan.runs():
        marks = _THEN.match(scan.text, end)
        after = marks.end() if marks else end
        ill = (marks and scan.has_role_at(after, "sante")) or scan.role_before(start, "sante")
        in_capitals = any(word.isupper() and len(word) > 1 for word in scan.text[start:end].split())
        if ill or DIVISION.match(scan.text, after):
            yield Name("complete" if ill or in_capitals else "adult", start, end)
