"""Says of what a partner deposits which ends of its matches exist nowhere, and what its matches contradict.

Knows SKOS (https://www.w3.org/TR/skos-reference/, S27 and S46) and the published vocabularies; what partners deposited
before, it is told. A contradiction is a warning that names both: who reviews decides.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from ingestion.examination.preparation import Prepared
from ingestion.words.messages import Issue, issue
from ingestion.words.owned import INSTRUMENT, LINKSET, NAMESPACE_KEY, PARTNERS, spaces_of
from ingestion.words.spelling import compared, meet, within
from ontologie import BASE, PREFIXES, Iris, read_table, vocabularies

Others = Callable[[], Iterable[tuple[str, str, Mapping[str, Any]]]]
"""Gives what partners deposited, in its latest version: (type, identifier, document)."""

_SKOS: Final = PREFIXES["skos"]
_OWL: Final = PREFIXES["owl"]
_NAMES: Final = {f"{_SKOS}{name}Match": name for name in ("exact", "close", "broad", "narrow", "related")}
_BACK: Final = {"broad": "narrow", "narrow": "broad"}
_APART: Final = "differentFrom"
_CLASHES: Final = {
    "exact": {"broad", "narrow", "related", _APART},
    "close": {_APART},
    "broad": {"exact", "narrow", "related"},
    "narrow": {"exact", "broad", "related"},
    "related": {"exact", "broad", "narrow"},
}
"""What cannot be said together of two ends: an exact match is no other (S46), a related one no hierarchy (S27)."""
_RESERVED: Final = (BASE, "https://w3id.org/semapv/vocab/", *PREFIXES.values())
"""Namespaces that no document can have, beside those of vocabularies that matches lead to."""
_PART: Final = re.compile(rb"<([^>]*)> <([^>]*)> <([^>]*)> <")
_LOOKED_AT: Final = {
    **{iri: name for iri, name in _NAMES.items()},
    _SKOS + "broader": "broad", _SKOS + "narrower": "narrow", _SKOS + "related": "related",
    _OWL + "differentFrom": _APART, _OWL + "sameAs": "exact",
}  # fmt: skip


def told_of_partners(batch: list[Prepared], others: Others | None, base: str = BASE) -> list[Prepared]:
    """Return a batch, each document of a partner with what is to be said of its names, ends and contradictions."""
    if not any(one.built.kind in PARTNERS and one.built.document for one in batch):
        return batch
    before = list(others()) if others else []
    return [_told(one, before, base) if one.built.kind in PARTNERS and one.built.document else one for one in batch]


def _told(one: Prepared, before: Iterable[tuple[str, str, Mapping[str, Any]]], base: str) -> Prepared:
    built = one.built
    rest = [other for other in before if other[:2] != (built.kind, built.identifier)]
    found = list(_of_instrument(one, rest, base) if built.kind == INSTRUMENT else _of_linkset(one, rest, base))
    found = [dataclasses.replace(said, document=built.name) for said in found]
    return Prepared(one.record, dataclasses.replace(built, issues=(*built.issues, *found)), one.graph)


def _of_instrument(one: Prepared, rest: Iterable[tuple[str, str, Mapping[str, Any]]], base: str) -> Iterator[Issue]:
    """Yield why an instrument may not have its name or its namespace."""
    name, iris = one.built.identifier, Iris(base)
    named = compared(iris.entity(INSTRUMENT, name))
    if named in _published(base):
        yield issue("instrument-de-l-observatoire", one.record.place(path=("id",)), value=name)
    alike = [other for kind, other, _ in rest if kind == INSTRUMENT and compared(iris.entity(kind, other)) == named]
    if alike:
        yield issue("instrument-deja-nomme", one.record.place(path=("id",)), value=name, words={"other": alike[0]})
    if not one.built.document.get("principe"):
        yield issue("instrument-sans-principe", one.record.place(path=("principe",)))
    place = one.record.place(path=(NAMESPACE_KEY,))
    given = one.built.document.get(NAMESPACE_KEY)
    spaces = spaces_of(one.built.document)
    if given and not spaces:
        yield issue("espace-mal-ecrit", place, value=str(given[0] if isinstance(given, list) else given))
    for space in spaces:
        if taken := _taken(str(compared(space)), rest, base):
            yield issue("espace-deja-pris", place, value=space, words={"other": taken})


def _taken(space: str, rest: Iterable[tuple[str, str, Mapping[str, Any]]], base: str) -> str:
    """Return whose a namespace is already, in whichever spelling (`space` is as `compared` tells it); else nothing."""
    told = ((f"{kind}/{other}", one) for kind, other, document in rest for one in spaces_of(document))
    spaces = ((base, base), *((known, known) for known in (*_spaces(), *_RESERVED)), *told)
    if whose := next((whose for whose, one in spaces if meet(space, str(compared(one)))), ""):
        return whose
    return next((iri for iri in sorted(published(base)) if within(str(compared(iri)), space)), "")


def _of_linkset(one: Prepared, rest: list[tuple[str, str, Mapping[str, Any]]], base: str) -> Iterator[Issue]:
    """Yield what is wrong with the ends of the matches, and what they contradict."""
    deposited = {
        Iris(base).absolute(node["id"])
        for kind, _, document in rest
        if kind == INSTRUMENT
        for node in (document, *document.get("principe", ()))
    }
    said = _Said(_stated(base))
    for kind, identifier, document in rest:
        if kind == LINKSET:
            said.add_all(_matches(document, base), f"linkset/{identifier}")
    matches = list(_matches(one.built.document, base))
    ranks = {node["id"]: rank for rank, node in enumerate((one.record.members or {}).get("correspondance", ()))}
    for name, *three in matches:
        ends = (three[0], three[1], three[2])
        rank = ranks.get(name, 0)
        for key, iri in (("sujet", ends[0]), ("objet", ends[2])):
            if code := _wrong(iri, deposited, base):
                place = one.record.place(path=("correspondance", rank, key))
                yield issue(code, place, value=iri.removeprefix(base))
        place = one.record.place(path=("correspondance", rank, "predicat"))
        if ends[0] == ends[2]:
            yield issue("bouts-confondus", place, value=ends[0].removeprefix(base))
        elif other := said.against(*ends):
            words = {"other": other.replace(base, "")}
            yield issue("correspondance-contredite", place, value=_shown(*ends).replace(base, ""), words=words)
        said.add(*ends, f"linkset/{one.built.identifier}")


def _wrong(iri: str, deposited: set[str], base: str) -> str:
    """Return what is wrong with an end, nothing where it exists."""
    if iri in published(base) or iri in deposited:
        return ""
    if iri.startswith(base):
        return "bout-inconnu"
    return "bout-non-verifie" if iri.startswith(_spaces()) else "bout-inconnu"


def _matches(document: Mapping[str, Any], base: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the name, the ends and the predicate of each match of a linkset's document."""
    for node in document.get("correspondance", ()):
        if isinstance(node, Mapping) and all(isinstance(node.get(key), str) for key in ("sujet", "predicat", "objet")):
            subject, target = (Iris(base).absolute(node[key]) for key in ("sujet", "objet"))
            yield node["id"], subject, node["predicat"].replace("skos:", _SKOS), target


def _shown(subject: str, predicate: str, target: str) -> str:
    return f"{subject} {predicate.replace(_SKOS, 'skos:')} {target}"


@cache
def published(base: str = BASE) -> frozenset[str]:
    """Return the IRIs of all that the packaged vocabularies describe."""
    return frozenset(line[1 : line.index(b">")].decode() for one in vocabularies(base) for line in one.lines)


@cache
def _published(base: str) -> frozenset[str | None]:
    """Return the same, as they are compared."""
    return frozenset(map(compared, published(base)))


@cache
def _stated(base: str) -> tuple[tuple[str, str, str], ...]:
    """Return the links of the packaged vocabularies that matches may contradict."""
    wanted = tuple(f"> <{iri}> <".encode() for iri in _LOOKED_AT)
    lines = (line for one in vocabularies(base) for line in one.lines if any(part in line for part in wanted))
    found = (_PART.match(line) for line in lines)
    return tuple((m[1].decode(), m[2].decode(), m[3].decode()) for m in found if m)


@cache
def _spaces() -> tuple[str, ...]:
    """Return the namespaces of vocabularies that we know, whose terms are not all kept here."""
    kept = (row["espace"] for row in read_table("ponts", "cibles.csv"))
    return (*kept, "http://vocabularies.unesco.org/thesaurus/", "http://data.education.fr/voc/scolomfr/")


class _Said:
    """What is said of pairs of ends, seen through exact matches: those of two exact matches are one."""

    def __init__(self, stated: Iterable[tuple[str, str, str]]) -> None:
        self._same: dict[str, str] = {}
        self._about: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        for subject, predicate, target in stated:
            self.add(subject, predicate, target, "")

    def add(self, subject: str, predicate: str, target: str, who: str) -> None:
        """Take a link in, from one end and from the other."""
        name = _LOOKED_AT.get(predicate)
        if name is None:
            return
        if name == "exact" and (one := self._one(subject)) != (other := self._one(target)):
            self._same[one] = other
            self._about[other] += self._about.pop(one, [])
        shown = _shown(subject, predicate, target) + (f" ({who})" if who else "")
        self._about[self._one(subject)].append((name, subject, target, shown))
        self._about[self._one(target)].append((_BACK.get(name, name), target, subject, shown))

    def add_all(self, matches: Iterable[tuple[str, str, str, str]], who: str) -> None:
        """Take the matches of a linkset in."""
        for _, subject, predicate, target in matches:
            self.add(subject, predicate, target, who)

    def against(self, subject: str, predicate: str, target: str) -> str:
        """Return a link that a match contradicts, as it was said; nothing where there is none."""
        name, one, other = _LOOKED_AT.get(predicate, ""), self._one(subject), self._one(target)
        clashes = _CLASHES.get(name, set())
        for told, _, end, shown in self._about.get(one, ()):
            if told in clashes and self._one(end) == other and (told != "exact" or one == other):
                return shown
        return ""

    def _one(self, iri: str) -> str:
        while (above := self._same.get(iri)) is not None:
            iri = above
        return iri
