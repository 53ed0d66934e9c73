"""Finds names of persons in a text, and says how much of a name each is.

Knows how the French write one (first name and surname in either order, a surname in capitals, a civility, initials) and
what only looks like one: a school, a street, a king, an author of the curriculum. What stands beside a name is not its
business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ontologie import fold_label
from shapes.privacy.words import first_names, known_names, known_openings, known_surnames, plain, plain_word, role

Part = Literal["complete", "first", "adult", "initials", "lone"]
"""First name and surname; a first name; a name after a civility or a role; initials; what only its neighbours show."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, where it stands, and how much of one it is."""

    part: Part
    start: int
    end: int


class _Word(NamedTuple):
    text: str
    plain: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def all_capitals(self) -> bool:
        return len(self.text) > 2 and self.text.isupper()


_WORD: Final = re.compile(r"(?:[LlDdJjSsCcNnMmTtOo]|[Qq]u)'(?=\w)|[^\W\d_]+(?:-[^\W\d_]+)*")
_ROMAN: Final = re.compile(r"[IVX]+|Ier|Ire")
_OF: Final = frozenset({"de", "du", "des", "d'"})
_SAINTS: Final = frozenset({"saint", "sainte", "st", "ste"})
_JOINT: Final = re.compile(r"[ ]{0,2}")
_WITHIN: Final = re.compile(r"[ \"'()-]{0,3}")
"""What stands between the words of one name; between those of a place and its name."""

_LONGEST: Final = 5
"""Words of a known name, and words looked back at for a place."""

_UPPER: Final = "A-Z\u00c0-\u00de"
_CIVILITY: Final = re.compile(
    rf"(?<![\w'.-])(?:(?:M|Mr|Mrs|MM|Mme|MME|Mmes|Mlle|Mlles|MLLE|Melle|Dr|DR|Pr|Prof)(?:\.\s*|\s+)"
    rf"|(?:Monsieur|Madame|Mademoiselle|MONSIEUR|MADAME|Messieurs|Mesdames|Docteur)\s+)"
    rf"(?:et\s+(?:M\.?|Mme|Mr|Madame)\s+)?(?:(?:de|du|d'|el|ben|van|von)\s*){{0,2}}"
    rf"(?P<name>[{_UPPER}](?:\.|[\w'-]+)(?:[ -][{_UPPER}][\w'-]+){{0,2}})"
    r"|(?<![\w'.-])(?:mme|mlle|mr)\.?\s+(?P<low>[a-z\u00df-\u00ff][\w'-]{2,})"
)
_ABBREVIATED: Final = re.compile(r"M(?:\.|\s|r|me|lle)|m(?:r|me|lle)")
_INITIAL: Final = re.compile(
    rf"(?:(?<=[,:(] )|(?<=\()|(?<![\w'])(?:par|de|avec|et|chez|selon|prof|contact) |^)"
    rf"(?P<name>[A-Z]\.(?:[ -]{{0,2}}[A-Z]\.)?[ ]?"
    rf"(?P<last>[{_UPPER}][a-z\u00df-\u00ff]+[\w'-]*|[{_UPPER}]{{3,}}))(?!\w)"
)
_TWO_INITIALS: Final = re.compile(r"(?<![\w.'-])[A-Z]\.[ -]{0,2}[A-Z]\.?(?![\w.-]|\s?[A-Z]\.)")
_ONE_INITIAL: Final = re.compile(r" ?[A-Z](?:\.|(?![\w']))")
_NOT_INITIALS: Final = frozenset({"j.-c.", "j.c.", "j.-c", "j.c", "i.a.", "i.a", "p.s.", "n.b.", "t.p.", "t.d."})
_ANNOUNCED: Final = re.compile(r"(?:\(e\)|\(s\))?(?: (?:nomm|appel|prénomm)ée?s?)?\s*[:,(-]?\s*")
_FEWEST_CAPITALS: Final = 5
"""Letters from which a first name in capitals is one: LEA, EVA and TOM are also acronyms."""


def is_pair(one: str, other: str) -> bool:
    """Tell whether two capitalised words could be a first name and a surname."""
    common = role("titre") | role("lieu") | role("role")
    long_enough = all(len(word) > (4 if word.isupper() else 1) for word in (one, other))
    return long_enough and not {plain(one), plain(other)} & common and not (one.isupper() and other.isupper())


class Scan:
    """The words of a folded sentence, the names among them, and which of these everybody knows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [_Word(found[0], plain_word(found[0]), *found.span()) for found in _WORD.finditer(text)]
        self._ranks = {word.start: rank for rank, word in enumerate(self.words)}
        self._known: set[int] = set()
        for rank, word in enumerate(self.words):
            if word.capital and fold_label(word.text).partition(" ")[0] in known_openings():
                self._known.update(range(rank, rank + self._length_of_known(rank)))

    def names(self, *, author: bool = False) -> Iterator[Name]:
        """Yield the names; where the sentence names an `author` an initial may open it."""
        yield from self._listed()
        yield from self._after_civility()
        yield from self._beside_role()
        yield from _initials(self.text, author)

    def first_of(self, name: str) -> tuple[int, int] | None:
        """Return (start, end) of the first word, or two words, of a role in `mots_de_personne.csv`."""
        for rank in range(len(self.words)):
            if length := self._has_role(rank, name):
                return self.words[rank].start, self.words[rank + length - 1].end
        return None

    def has_role_at(self, start: int, name: str) -> tuple[int, int] | None:
        """Return (start, end) of the words of a role that start at a place."""
        rank = self._ranks.get(start)
        if rank is not None and (length := self._has_role(rank, name)):
            return start, self.words[rank + length - 1].end
        return None

    def role_before(self, start: int, name: str) -> bool:
        """Tell whether the words before a place are of a role, with a mark between at most: « élèves : »."""
        rank = self._ranks.get(start, 0)
        for back in (rank - 1, rank - 2):
            if back >= 0 and (length := self._has_role(back, name)) and back + length == rank:
                return _ANNOUNCED.fullmatch(self.text[self.words[rank - 1].end : start]) is not None
        return False

    def _has_role(self, rank: int, name: str) -> int:
        """Return of how many words the word of a role is that starts here."""
        words = role(name)
        if rank + 1 < len(self.words) and f"{self.words[rank].plain} {self.words[rank + 1].plain}" in words:
            return 2
        return int(self.words[rank].plain in words)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of two words or more with a capital that could name a person that no list has."""
        rank = 0
        while rank < len(self.words):
            last = rank
            while last + 1 < len(self.words) and self.words[last + 1].capital and self.between(last) == " ":
                last += 1
            one = self.words[rank]
            if one.capital and self.may_be_person(rank):
                initial = _ONE_INITIAL.match(self.text, one.end) if last == rank else None
                if initial and is_pair(one.text, "Nom"):
                    yield one.start, initial.end()
                elif last > rank and is_pair(one.text, self.words[rank + 1].text):
                    yield one.start, self.words[last].end
            rank = last + 1

    def between(self, rank: int) -> str:
        """Return what stands between a word and the next."""
        return self.text[self.words[rank].end : self.words[rank + 1].start]

    def may_be_person(self, rank: int) -> bool:
        """Tell whether a name that starts here is no known one, no king's, no place's."""
        return rank not in self._known and not self._of_place(rank) and not self._of_king(rank)

    def _listed(self) -> Iterator[Name]:
        """Yield the names that have a listed first name."""
        passed = 0
        for rank, word in enumerate(self.words):
            alone = _alone(word) if rank >= passed and word.capital else None
            if alone is None or not self.may_be_person(rank):
                continue
            last, before = self._surname_end(rank), self._surname_before(rank)
            if last > rank or before:
                yield Name("complete", self.words[rank - before].start, self.words[last].end)
                passed = last + 1
            elif alone and (not word.all_capitals or len(word.text) >= _FEWEST_CAPITALS):
                initial = _ONE_INITIAL.match(self.text, word.end)
                yield Name("first", self._with_capital_before(rank), initial.end() if initial else word.end)

    def _after_civility(self) -> Iterator[Name]:
        """Yield the names after Mr or Mme."""
        for found in _CIVILITY.finditer(self.text):
            name = found["name"] or found["low"]
            if plain(name) in role("sans-nom"):
                continue
            rank = self._ranks.get(found.start(), 0)
            # « rue du Docteur Roux » is a place, « salle de Mme Perrin » somebody's.
            short = _ABBREVIATED.match(found[0]) is not None and rank not in self._known
            if fold_label(name) not in known_names() and (short or self.may_be_person(rank)):
                yield Name("adult", *found.span())

    def _beside_role(self) -> Iterator[Name]:
        """Yield the pairs of capitalised words that a person's role announces: « Enseignant : DUPONT Lisandru »."""
        for rank, (one, other) in enumerate(zip(self.words, self.words[1:], strict=False)):
            pair = one.capital and other.capital and self.between(rank) == " " and is_pair(one.text, other.text)
            if pair and self.role_before(one.start, "role") and self.may_be_person(rank):
                yield Name("adult", one.start, other.end)

    def _length_of_known(self, rank: int) -> int:
        """Return of how many words the known name is that starts here, 0 where there is none."""
        for last in range(min(rank + _LONGEST, len(self.words)) - 1, rank - 1, -1):
            if fold_label(self.text[self.words[rank].start : self.words[last].end]) in known_names():
                return last - rank + 1
        return 0

    def _of_place(self, rank: int) -> bool:
        """Tell whether a name is that of a school, a street, a prize: « collège public Jean Moulin »."""
        for back in range(rank - 1, max(rank - 1 - _LONGEST, -1), -1):
            word = self.words[back]
            if not _WITHIN.fullmatch(self.between(back)):
                return False
            if word.plain in role("lieu") or (back == rank - 1 and word.plain in _SAINTS):
                return True
            if word.plain not in role("lien") and not word.capital:
                return False
        return False

    def _of_king(self, rank: int) -> bool:
        following = self.words[rank + 1].text if rank + 1 < len(self.words) and self.between(rank) == " " else ""
        return _ROMAN.fullmatch(following) is not None

    def _surname_end(self, rank: int) -> int:
        """Return the rank of the last word of the surname that follows a first name, its own where none does."""
        last, at = rank, rank + 1
        while at < len(self.words) and at - last <= 3 and last - rank < 3 and _JOINT.fullmatch(self.between(at - 1)):
            word, before = self.words[at], self.words[at - 1].plain
            if word.capital and word.plain not in role("titre") and len(word.text) > 1:
                if before in _OF and word.all_capitals:
                    break
                last = at
            elif word.plain not in _OF | role("particule"):
                break
            at += 1
        return last

    def _with_capital_before(self, rank: int) -> int:
        """Return where a first name starts with the word before it, which may be its surname: « Benali Sonia »."""
        before = self.words[rank - 1] if rank else None
        joined = before is not None and before.capital and self.between(rank - 1) in (" ", ", ")
        if before is None or not joined or before.plain in role("titre") | role("lieu") | role("role"):
            return self.words[rank].start
        return before.start

    def _surname_before(self, rank: int) -> bool:
        if rank == 0:
            return False
        word, common = self.words[rank - 1], role("titre") | role("lieu") | role("role") | role("eleve")
        return word.all_capitals and self.between(rank - 1) in (" ", ", ") and word.plain not in common


def _alone(word: _Word) -> bool | None:
    """Return whether a first name stands for a person by itself; None where it is none that we know."""
    listed = first_names()
    if word.plain in listed:
        return listed[word.plain]
    parts = word.plain.split("-")
    return True if len(parts) > 1 and all(part in listed for part in parts) else None


def _initials(text: str, author: bool) -> Iterator[Name]:
    for found in _INITIAL.finditer(text):
        if (found.start() or author) and plain(found["last"]) not in known_surnames() | role("titre"):
            yield Name("adult", *found.span("name"))
    for found in _TWO_INITIALS.finditer(text):
        if plain(found[0]).replace(" ", "") not in _NOT_INITIALS:
            yield Name("initials", *found.span())


_PART: Final = re.compile(r"[^\W\d_]+")


def names_in_identifier(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of a first name and what could be a surname in an id or an address: `n-lea-martin`."""
    common = role("titre") | role("lieu") | role("role") | role("eleve") | role("lien")
    parts = [(plain(found[0]), *found.span()) for found in _PART.finditer(text)]
    for rank, (name, start, end) in enumerate(parts):
        if not first_names().get(name, False) or (rank and parts[rank - 1][0] in role("lieu")):
            continue
        known = (fold_label(text[start : parts[last][2]]) for last in range(rank, min(rank + _LONGEST, len(parts))))
        if not known_names().isdisjoint(known):
            continue
        for beside, first, last in parts[rank + 1 : rank + 2] + parts[max(rank - 1, 0) : rank]:
            if len(beside) > 2 and beside not in common and abs(min(abs(first - end), abs(start - last))) == 1:
                yield min(first, start), max(last, end)
                break
