"""Finds in a fiche's own words what they speak to, and in which way: the indices of a project.

Knows what a row of `ontologie/donnees/regles_indices.csv` means and how an indice is written in RDF; the rules
themselves are data, in the language of `motifs`. Knows nothing of analyses, findings or the store.

A rule reads the fields for which its row gives a polarity. In an item of such a field where its `motif` finds words,
what `sauf` names not being looked at, the polarity is that of the field; except that, where the field would have the
item address the principle or flag a lack, the words of `aborde` make it address, else those of `manque` flag a lack.
A rule with a `fiche` speaks only in the fiches that this column describes: `ia`, they name AI; `outil` or
`sans-outil`, they name a tool or none; the name of a rule, it finds words in their objectives or competences. A
rule leaves an item to those that it yields to (`cede_a`). One without principle says what is studied, and ties to none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import pyoxigraph as ox

from ingestion.derivation.motifs import NOTHING, SAYS_AI, Folded, alternatives, compile_motif, fold
from ontologie import BASE, RDF_TYPE, Iris, read_table

FIELDS: Final = ("objectif", "competence", "plusValue", "pointVigilance")
"""The fields whose words are read, by their keys in a document."""

CONTEXT: Final = ("titre", "resume", "outil")
"""What else of a fiche a rule may ask for: no indice quotes it."""

ADDRESSES: Final = "aborde"
LACKS: Final = "signale-un-manque"
POLARITIES: Final = (ADDRESSES, LACKS, "objet-d-enseignement", "visee")
"""The ways in which words speak to a principle: the concepts of the scheme `polarite`."""

WITHDRAWN: Final = "retiree"
_INTENDED: Final = frozenset({"objectif", "competence"})
_SAYS_AI: Final = re.compile(rf"\b{SAYS_AI}\b")


@dataclass(frozen=True)
class IndiceRule:
    """One row of regles_indices.csv, ready to read texts."""

    identifier: str
    principle: str | None
    """IRI of the principle the words speak to; None where they say what is studied."""
    polarities: Mapping[str, str]
    """By field: the fields that the rule reads."""
    words: re.Pattern[str]
    exclusions: re.Pattern[str] = NOTHING
    lacking: re.Pattern[str] = NOTHING
    addressing: re.Pattern[str] = NOTHING
    fiche: frozenset[str] = frozenset()
    """What is asked of the fiche, of which one is enough; nothing where it is empty."""
    yields_to: frozenset[str] = frozenset()

    def search(self, folded: str) -> tuple[int, int] | None:
        """Return where the first words the rule looks for stand in a folded text, or None."""
        # Exclusions only take matches away: few texts need them.
        found = self.words.search(folded)
        if found and self.exclusions is not NOTHING:
            found = self.words.search(self.exclusions.sub(lambda found: "\0" * len(found[0]), folded))
        return found.span() if found else None

    def polarity(self, field: str, folded: str) -> str:
        """Return in which way the words found in an item of a field speak to the principle."""
        usual = self.polarities[field]
        if usual not in (ADDRESSES, LACKS):
            return usual
        if self.addressing.search(folded):
            return ADDRESSES
        return LACKS if self.lacking.search(folded) else usual


@dataclass(frozen=True)
class Found:
    """Words of a fiche that speak to a principle."""

    rule: IndiceRule
    field: str
    passage: str
    """The whole item as deposited."""
    words: str
    """The words found, as they stand in the passage."""
    polarity: str

    def fragment(self) -> str:
        """Return the node's fragment, keyed by rule, field and passage."""
        key = "\x1f".join((self.rule.identifier, self.field, self.passage))
        return "indice-" + hashlib.sha256(key.encode()).hexdigest()[:12]


@dataclass
class _Fiche:
    """What is known of a fiche while its items are read."""

    says_ai: bool = False
    names_tool: bool = False
    intended: set[str] = field(default_factory=set)
    """The rules that find words in its objectives or competences."""

    def is_as(self, asked: Collection[str]) -> bool:
        """Tell whether the fiche is as a rule asks."""
        facts = {"ia": self.says_ai, "outil": self.names_tool, "sans-outil": not self.names_tool}
        return not asked or any(facts.get(one, one in self.intended) for one in asked)


def find_indices(passages: Iterable[tuple[str, str]], base: str = BASE) -> list[Found]:
    """Return what the rules find in the (field, item) pairs of one fiche: at most one find a rule, field and item.

    Fields are those of `FIELDS` and of `CONTEXT`; others are not looked at.
    """
    found: dict[str, Found] = {}
    fiche = _Fiche()
    for name, passage in passages:
        if name == "outil":
            fiche.names_tool = True
        elif name in FIELDS or name in CONTEXT:
            folded = fold(passage)
            fiche.says_ai = fiche.says_ai or bool(_SAYS_AI.search(folded.text))
            for find in _read(name, passage, folded, base):
                found.setdefault(find.fragment(), find)
                if name in _INTENDED:
                    fiche.intended.add(find.rule.identifier)
    spoken = [find for find in found.values() if fiche.is_as(find.rule.fiche)]
    said = {(find.rule.identifier, find.field, find.passage) for find in spoken}
    return [
        find
        for find in spoken
        if not any((other, find.field, find.passage) in said for other in find.rule.yields_to)
    ]


def _read(name: str, passage: str, folded: Folded, base: str) -> Iterable[Found]:
    """Yield what each rule finds in one item of a field, whatever the rest of the fiche."""
    rules = _rules_by_field(base).get(name)
    if rules is None:
        return
    start = folded.first_word()
    text = folded.text[start:]
    any_words, candidates = rules
    if not any_words.search(text):
        return
    for rule in candidates:
        span = rule.search(text)
        if span:
            words = folded.original(span[0] + start, span[1] + start)
            yield Found(rule, name, passage, words, rule.polarity(name, text))


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
            f"{node} {terms['polarite']} <{Iris(base).entity('concept/polarite', find.polarity)}>",
            f"{node} {terms['extrait']} {ox.Literal(find.words, language='fr')}",
            f"{node} {terms['passage']} {ox.Literal(find.passage, language='fr')}",
        ]
        if find.rule.principle:
            triples.append(f"{node} {terms['evoque']} <{find.rule.principle}>")
    return [f"{triple} .\n".encode() for triple in triples]


@cache
def indice_rules(base: str = BASE) -> tuple[IndiceRule, ...]:
    """Return the packaged rules but those withdrawn, compiled. Raises ValueError where a row cannot be read."""
    principles = {row["id"]: row["instrument"] for row in read_table("donnees", "instruments", "principes.csv")}
    rows = [row for row in read_table("donnees", "regles_indices.csv") if row["statut"] != WITHDRAWN]
    names = {row["id"] for row in rows}
    rules = []
    for row in rows:
        _check(row, names, principles)
        iri = Iris(base).entity(f"principe/{principles[row['principe']]}", row["principe"]) if row["principe"] else None
        polarities = {one: row[one] for one in FIELDS if row[one]}
        words = compile_motif(row["motif"])
        own = f"(?:{alternatives(words)})"
        others = (compile_motif(row["sauf"]), compile_motif(row["manque"], own), compile_motif(row["aborde"], own))
        elsewhere = (_several(row["fiche"]), _several(row["cede_a"]))
        rules.append(IndiceRule(row["id"], iri, polarities, words, *others, *elsewhere))
    return tuple(rules)


def _check(row: Mapping[str, str], rules: Collection[str], principles: Collection[str]) -> None:
    """Raise ValueError where a row names what is not there."""
    wrong = [row["principe"]] if row["principe"] and row["principe"] not in principles else []
    wrong += [row[one] for one in FIELDS if row[one] and row[one] not in POLARITIES]
    wrong += sorted(_several(row["fiche"]) - {"ia", "outil", "sans-outil", *rules})
    wrong += sorted(_several(row["cede_a"]) - {*rules})
    if wrong:
        raise ValueError(f"regles_indices.csv, {row['id']}: unknown {', '.join(wrong)}")


def _several(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split("|")))


@cache
def _rules_by_field(base: str) -> dict[str, tuple[re.Pattern[str], tuple[IndiceRule, ...]]]:
    """Return for each field its rules, and one expression that some word of theirs must match."""
    by_field = {}
    for one in FIELDS:
        rules = tuple(rule for rule in indice_rules(base) if one in rule.polarities)
        # Exclusions only take matches away: what the words alone do not match, no rule finds.
        patterns = "|".join(alternatives(rule.words) for rule in rules)
        by_field[one] = (re.compile(rf"\b(?:{patterns})\b"), rules)
    return by_field


@cache
def _terms(base: str) -> dict[str, str]:
    names = ("indice", "Indice", "regle", "champ", "polarite", "extrait", "passage", "evoque")
    return {name: f"<{Iris(base).term(name)}>" for name in names}
