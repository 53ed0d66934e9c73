"""Finds in a fiche's own words what they speak to: the indices of a project.

Knows the little language of `ontologie/donnees/regles_indices.csv` (below) and how an indice is written in
RDF; the rules themselves are data. Knows nothing of analyses, findings or the store.

A motif is a list of phrases separated by `|`, in folded form (lower case, no accents). In a phrase:
a word stands for itself, `word*` for any ending, `a/b` for either, `...` for up to four words, `ia` for
"IA" and "intelligence artificielle", `$` for the end of the item. Words are whole words, and no phrase runs
over the end of a sentence.
What `sauf` names is not looked at.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox

from ontologie import BASE, RDF_TYPE, Iris, read_table

FIELDS: Final = ("objectif", "competence", "plusValue", "pointVigilance")
"""The fields whose words are read, by their keys in a document."""

_GAP: Final = r"[^\w.;:!?]{1,3}"
_SOME_WORDS: Final = rf"(?:{_GAP}\w+){{0,4}}?"
_AI: Final = r"(?:ias?|intelligences?[ -]artificielles?)"
_END: Final = r"(?=[^\w\0]*\Z)"
_NOTHING: Final = re.compile(r"(?!)")


@dataclass(frozen=True)
class IndiceRule:
    """One row of regles_indices.csv, ready to read texts."""

    identifier: str
    principle: str
    """IRI of the principle the words speak to."""
    fields: frozenset[str]
    words: re.Pattern[str]
    exclusions: re.Pattern[str]

    def search(self, folded: str) -> tuple[int, int] | None:
        """Return where the first words the rule looks for stand in a folded text, or None."""
        # Exclusions only take matches away: few texts need them.
        found = self.words.search(folded)
        if found and self.exclusions is not _NOTHING:
            found = self.words.search(self.exclusions.sub(lambda found: "\0" * len(found[0]), folded))
        return found.span() if found else None


@dataclass(frozen=True)
class Found:
    """Words of a fiche that speak to a principle."""

    rule: IndiceRule
    field: str
    passage: str
    """The whole item as deposited."""
    words: str
    """The words found, as they stand in the passage."""

    def fragment(self) -> str:
        """Return the node's fragment, keyed by rule, field and passage."""
        key = "\x1f".join((self.rule.identifier, self.field, self.passage))
        return "indice-" + hashlib.sha256(key.encode()).hexdigest()[:12]


def find_indices(passages: Iterable[tuple[str, str]], base: str = BASE) -> list[Found]:
    """Return what each rule finds in (field, item) pairs: at most one find a rule, field and item."""
    rules = _rules_by_field(base)
    found: dict[str, Found] = {}
    for field, passage in passages:
        if field not in rules:
            continue
        folded = fold(passage)
        any_words, candidates = rules[field]
        if not any_words.search(folded.text):
            continue
        for rule in candidates:
            span = rule.search(folded.text)
            if span:
                find = Found(rule, field, passage, folded.original(*span))
                found.setdefault(find.fragment(), find)
    return list(found.values())


def indice_triples(found: Iterable[Found], project: str, base: str = BASE) -> list[bytes]:
    """Return the nodes of what was found in a project, and its links to them, as lines of N-Triples."""
    triples = []
    subject = f"<{project}>"
    terms = _terms(base)
    for find in found:
        node = f"<{project}#{find.fragment()}>"
        triples += [
            f"{subject} {terms['indice']} {node}",
            f"{node} <{RDF_TYPE}> {terms['Indice']}",
            f"{node} {terms['regle']} <{Iris(base).entity('regle', find.rule.identifier)}>",
            f'{node} {terms["champ"]} "{find.field}"',
            f"{node} {terms['extrait']} {ox.Literal(find.words, language='fr')}",
            f"{node} {terms['passage']} {ox.Literal(find.passage, language='fr')}",
            f"{node} {terms['evoque']} <{find.rule.principle}>",
        ]
    return [f"{triple} .\n".encode() for triple in triples]


@cache
def indice_rules(base: str = BASE) -> tuple[IndiceRule, ...]:
    """Return the packaged rules, compiled. Raises ValueError where a row cannot be read."""
    principles = {row["id"]: row["instrument"] for row in read_table("donnees", "instruments", "principes.csv")}
    rules = []
    for row in read_table("donnees", "regles_indices.csv"):
        identifier, principle, fields = row["id"], row["principe"], frozenset(row["champs"].split("|"))
        if principle not in principles:
            raise ValueError(f"regles_indices.csv, {identifier}: no principle {principle!r}")
        if not fields <= set(FIELDS):
            raise ValueError(f"regles_indices.csv, {identifier}: unknown field among {sorted(fields)}")
        iri = Iris(base).entity(f"principe/{principles[principle]}", principle)
        rules.append(IndiceRule(identifier, iri, fields, compile_motif(row["motif"]), compile_motif(row["sauf"])))
    return tuple(rules)


def compile_motif(motif: str) -> re.Pattern[str]:
    """Return the regular expression of a motif (see the module), which matches nothing where it is empty."""
    phrases = [_phrase(phrase) for phrase in motif.split("|") if phrase.strip()]
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b") if phrases else _NOTHING


def _phrase(phrase: str) -> str:
    written = ""
    for token in phrase.split():
        if token == "...":
            written += _SOME_WORDS
            continue
        if token == "$":
            written += _END
            continue
        words = [_word(word) for word in token.split("/")]
        written += (_GAP if written else "") + (words[0] if len(words) == 1 else f"(?:{'|'.join(words)})")
    return written


def _word(word: str) -> str:
    stem = word.removesuffix("*")
    if not re.fullmatch(r"[a-z0-9]+", stem):
        raise ValueError(f"a motif is made of folded words, not {word!r}")
    return _AI if word == "ia" else stem + (r"\w*" if word.endswith("*") else "")


@dataclass(frozen=True)
class Folded:
    """A text without case and accents, and where each of its characters comes from."""

    text: str
    source: str
    origins: Sequence[int] | None = None
    """For each folded character the index of its source; None where they go one to one."""

    def original(self, start: int, end: int) -> str:
        """Return the source's own characters behind a span of the folded text."""
        if self.origins is None or start >= end:
            return self.source[start:end]
        last = self.origins[end - 1] + 1
        while last < len(self.source) and unicodedata.combining(self.source[last]):
            last += 1
        return self.source[self.origins[start] : last]


def fold(text: str) -> Folded:
    """Return a text without case and accents; ligatures are spelt out (œ → oe)."""
    if _LONGER.search(text) is None:
        return Folded(text.translate(_ONE_TO_ONE), text)
    pieces = [(_folded_character(character), index) for index, character in enumerate(text)]
    origins = [index for piece, index in pieces for _ in piece]
    return Folded("".join(piece for piece, _ in pieces), text, origins)


def _folded_character(character: str) -> str:
    spelt = _LIGATURES.get(character, character)
    bare = (c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))
    return "".join(bare).lower()


_LIGATURES: Final = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
# Latin letters, those of Vietnamese and of transcriptions included: what French text is made of.
_LATIN: Final = (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_ONE_TO_ONE: Final = {c: f for c in _LATIN if len(f := _folded_character(chr(c))) == 1}
# Everything else but plain punctuation takes the slow way, where one character may give none or several.
_LONGER: Final = re.compile(
    "[^\x00-\x7f\u00a0-\u00bf\u2010-\u2027\u202f\u20ac" + "".join(map(chr, _ONE_TO_ONE)).replace("[", r"\[") + "]"
)


@cache
def _rules_by_field(base: str) -> dict[str, tuple[re.Pattern[str], tuple[IndiceRule, ...]]]:
    """Return for each field its rules, and one expression that some word of theirs must match."""
    by_field = {}
    for field in FIELDS:
        rules = tuple(rule for rule in indice_rules(base) if field in rule.fields)
        # Exclusions only take matches away: what the words alone do not match, no rule finds.
        patterns = "|".join(rule.words.pattern.removeprefix(r"\b").removesuffix(r"\b") for rule in rules)
        by_field[field] = (re.compile(rf"\b(?:{patterns})\b"), rules)
    return by_field


@cache
def _terms(base: str) -> dict[str, str]:
    names = ("indice", "Indice", "regle", "champ", "extrait", "passage", "evoque")
    return {name: f"<{Iris(base).term(name)}>" for name in names}
