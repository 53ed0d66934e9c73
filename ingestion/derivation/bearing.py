"""Tells which projects rest on what changed of rules and vocabularies, without deriving them.

Decided in docs/decisions/derivation.md.

A rule of the first steps serves the others alone: what it concluded of each project is kept. Where it changed, or what
it looks at, it is run again, over nothing but what it looks at, and whoever it concludes otherwise of is derived again.
Of the other rules a changed line of a vocabulary bears on the projects whose own lines lead to it. All else (a rule of
theirs, an indication rule, the code's version) bears on every project. Knows no ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

import pyoxigraph as ox

from ingestion.derivation.batch import working_graph
from ingestion.derivation.indices import indice_rules
from ingestion.derivation.looks import by_predicate, looked_at, predicate
from ingestion.derivation.rules import DERIVATION_VERSION, STEPS, WORKING_STEPS, is_ours, load, our_lines
from ingestion.derivation.templates import all_lines, conclude
from ingestion.graphs.compression import Packer
from ontologie import BASE, Iris, RuleFile, read_text, rule_files, vocabularies

_BACKWARDS: Final = ("issuePossible",)
"""The properties that rules follow from their object to their subject."""

_ALL: Final = "all"
_LATER: Final = STEPS[len(WORKING_STEPS) :]


@dataclass(frozen=True)
class Bearing:
    """What changed, as far as it bears on projects; nothing where it bears on none."""

    everything: bool = False
    rules: frozenset[str] = frozenset()
    """Rules of the first steps to be run again, those that there are no more among them: `constats/decision`."""
    leads: tuple[tuple[frozenset[bytes], frozenset[bytes]], ...] = ()
    """For each other rule, the predicates that it looks at, and the terms from which these lead to what changed."""

    def __bool__(self) -> bool:
        """Tell whether it bears on some project."""
        return self.everything or bool(self.rules or self.leads)


@dataclass(frozen=True, slots=True)
class Held:
    """A project and what is kept of it, packed: the graphs that it rests on, its derived graph, its workings."""

    project: str
    graphs: tuple[bytes, ...]
    derived: bytes
    workings: bytes


@cache
def derivation_digests(base: str = BASE) -> Mapping[str, str]:
    """Return digests by what they stand for: each rule of the first steps, inferences, and `all` that bears on all."""
    ours = [one.name for one in vocabularies(base) if is_ours(one)]
    hashed = hashlib.sha256(repr([DERIVATION_VERSION, STEPS, ours]).encode())
    for name in ("regles_indices.csv", "tournures_indices.csv"):
        hashed.update(read_text("donnees", name, base=base).encode())
    hashed.update(repr([(rule.identifier, rule.principle) for rule in indice_rules(base)]).encode())
    for step, rule in _rules(_LATER, base):
        hashed.update(f"{step}/{rule.name}\n{rule.text}\n".encode())
    found = {_ALL: hashed.hexdigest()}
    for step, rule in chain(_rules(WORKING_STEPS, base), _rules(("inferences",), base)):
        found[f"{step}/{rule.name}"] = hashlib.sha256(rule.text.encode()).hexdigest()
    return found


def _rules(steps: Iterable[str], base: str) -> Iterable[tuple[str, RuleFile]]:
    return ((step, rule) for step in steps for rule in rule_files(step, base))


def bearing_of(then: Mapping[str, str], before: Iterable[bytes], after: Iterable[bytes], base: str = BASE) -> Bearing:
    """Return what bears on projects, between the digests of then and today, of changed vocabularies before and after.

    Lines are those of our vocabularies that changed, in N-Quads.
    """
    now = derivation_digests(base)
    if then.get(_ALL) != now[_ALL]:
        return Bearing(everything=True)
    old, new = list(before), list(after)
    changed = [triple + b" ." for triple in {_triple(line) for line in old} ^ {_triple(line) for line in new}]
    touched = {predicate(line) for line in changed}
    lines = [*our_lines(base), *old]
    said = by_predicate(lines)
    again = {name for name in {*then, *now} if then.get(name) != now.get(name)}
    again |= {f"{step}/{rule.name}" for step, rule in _rules(WORKING_STEPS, base) if touched & looked_at([rule], said)}
    leads = []
    for _, rule in _rules(_LATER, base):
        seen = looked_at([rule], said)
        if touched & seen:
            ends = _leading((line for line in changed if predicate(line) in seen), lines, seen, base)
            leads.append((seen, frozenset(ends)))
    return Bearing(False, frozenset(name for name in again if name.startswith(WORKING_STEPS)), tuple(leads))


def _leading(changed: Iterable[bytes], lines: Iterable[bytes], seen: frozenset[bytes], base: str) -> set[bytes]:
    """Return the subjects of changed lines, and whatever leads to them by lines of the vocabularies that are seen."""
    backwards = {f"<{Iris(base).term(name)}>".encode() for name in _BACKWARDS}
    before: dict[bytes, set[bytes]] = {}
    for line in lines:
        subject, said, value = line.split(b" ", 3)[:3]
        if said in seen:
            before.setdefault(value, set()).add(subject)
            if said in backwards:
                before.setdefault(subject, set()).add(value)
    found: set[bytes] = set()
    pending = {line.partition(b" ")[0] for line in changed}
    while pending:
        found |= pending
        pending = set[bytes]().union(*(before.get(term, ()) for term in pending)) - found
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """What is kept of a project, unpacked."""

    project: bytes
    deposited: list[bytes]
    derived: list[bytes]
    workings: list[bytes]


def _read(one: Held, packer: Packer) -> _Read:
    deposited = [line for data in one.graphs for line in packer.lines(data)]
    return _Read(one.project.encode(), deposited, packer.lines(one.derived), packer.lines(one.workings))


def resting_on(batch: Sequence[Held], bearing: Bearing, base: str = BASE) -> list[str]:
    """Return the projects of a batch that rest on what changed."""
    packer = Packer()
    read = [_read(one, packer) for one in batch]
    found = {one.project for one in read if any(_meets(one, *lead) for lead in bearing.leads)}
    for step in WORKING_STEPS:
        names = {name.partition("/")[2] for name in bearing.rules if name.startswith(f"{step}/")}
        if names:
            found |= _otherwise(step, names, read, base)
    return [one.project for one in batch if one.project.encode() in found]


def _meets(one: _Read, seen: frozenset[bytes], ends: frozenset[bytes]) -> bool:
    """Tell whether a line of a project that is looked at holds one of these terms."""
    terms = (line.split(b" ", 3)[:3] for line in chain(one.deposited, one.derived, one.workings))
    return any(said in seen and not ends.isdisjoint((subject, said, value)) for subject, said, value in terms)


def _otherwise(step: str, names: Iterable[str], read: Sequence[_Read], base: str) -> set[bytes]:
    """Return the projects of which rules of a step conclude otherwise than was kept; a rule gone concludes nothing."""
    said = by_predicate(our_lines(base))
    rules = {rule.name: rule for rule in rule_files(step, base)}
    seen = looked_at([rules[name] for name in names if name in rules], said)
    earlier = tuple(f" <{working_graph(one, '', base)}".encode() for one in WORKING_STEPS[: WORKING_STEPS.index(step)])
    work = ox.Store()
    shown = [line for one, about in said.items() if one in seen for line in about]
    for one in read:
        shown += [line for line in one.deposited if predicate(line) in seen]
        shown += [line for line in one.workings if line[line.rindex(b" <") :].startswith(earlier)]
    load(work, shown)
    found = set()
    for name in names:
        today: dict[bytes, set[bytes]] = {}
        for line in all_lines(conclude(work, rules[name])) if name in rules else ():
            today.setdefault(line.partition(b" ")[0], set()).add(line)
        end = f" <{working_graph(step, name, base)}> .\n".encode()
        for one in read:
            kept = {line.removesuffix(end) + b" .\n" for line in one.workings if line.endswith(end)}
            if today.get(b"<%s>" % one.project, set()) != kept:
                found.add(one.project)
    return found


def _triple(line: bytes) -> bytes:
    """Return the triple of a line of N-Quads."""
    return line.rpartition(b" <")[0]
