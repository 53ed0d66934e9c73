"""What rules look at: the predicates whose lines some rule may match, which are all that a derivation need load.

Knows how the WHERE of a rule names IRIs (SPARQL 1.1, section 4.1). A pattern whose predicate is a variable takes it
from VALUES, which names it, or from where another pattern leads: what stands there is looked at as well. Knows nothing
of what is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ontologie import RDF_TYPE, RuleFile


@dataclass(frozen=True)
class Look:
    """What a rule looks at, as N-Triples writes IRIs: what it names, and whence come the predicates that it does not.

    `forth` are properties whose objects are such predicates; `back` those whose subjects are, with the terms of VALUES
    that these lead to, at every degree.
    """

    named: frozenset[bytes]
    forth: frozenset[bytes]
    back: frozenset[tuple[bytes, frozenset[bytes]]]


@lru_cache(maxsize=1_000)
def look_of(text: str) -> Look:
    """Return what the rule of a text looks at; its template, which writes, does not count.

    Raises ValueError where a pattern takes any predicate.
    """
    base = _BASE.search(text)
    prefixes = dict(_PREFIX.findall(text))
    where = _STRING.sub('""', _COMMENT.sub("", text[text.index("}") + 1 :]))

    def iris(tokens: Iterable[str]) -> frozenset[bytes]:
        found = set()
        for token in tokens:
            prefix, _, local = token.partition(":")
            if token.startswith("<"):
                found.add(token if ":" in token or base is None else f"<{base[1]}{token[1:]}")
            elif prefix in prefixes:
                found.add(f"<{prefixes[prefix]}{local}>")
        return frozenset(one.encode() for one in found)

    forth, back = set[bytes](), set[tuple[bytes, frozenset[bytes]]]()
    for variable in _PREDICATE.findall(_LISTS.sub("", where)):
        ahead = iris(re.findall(rf"({_NAME.pattern})[+*]?\s+[?]{variable}\b", where))
        behind = re.findall(rf"[?]{variable}\s+({_NAME.pattern})[+*]?\s+[?](\w+)", where)
        if not (ahead or behind or re.search(rf"VALUES\s*\([^)]*[?]{variable}\b", where)):
            raise ValueError(f"any predicate: ?{variable}")
        forth |= ahead
        for token, end in behind:
            values = re.search(rf"VALUES\s+[?]{end}\s*\{{([^}}]*)\}}", where)
            back |= {(one, iris(_NAME.findall(values[1] if values else ""))) for one in iris([token])}
    named = iris(_NAME.findall(where)) | {f"<{RDF_TYPE}>".encode()}
    return Look(named, frozenset(forth), frozenset(back))


def looked_at(rules: Iterable[RuleFile], said: Mapping[bytes, Sequence[bytes]]) -> frozenset[bytes]:
    """Return the predicates that rules look at, where these are the lines of the vocabularies by predicate."""
    looks = [look_of(rule.text) for rule in rules]
    found = set[bytes]().union(*(look.named for look in looks))
    forth = frozenset[bytes]().union(*(look.forth for look in looks))
    found.update(line.split(b" ", 3)[2] for one in forth for line in said.get(one, ()))
    for led, values in {one for look in looks for one in look.back}:
        pairs = [line.split(b" ", 3)[::2] for line in said.get(led, ())]
        ends = set(values)
        while more := {subject for subject, value in pairs if value in ends or not values} - ends:
            ends |= more
        found |= ends
    return frozenset(found)


def by_predicate(lines: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Return lines by their predicate."""
    found: dict[bytes, list[bytes]] = {}
    for line in lines:
        found.setdefault(predicate(line), []).append(line)
    return found


def predicate(line: bytes) -> bytes:
    """Return the predicate of a line of N-Quads or N-Triples."""
    return line.split(b" ", 2)[1]


_BASE: Final = re.compile(r"BASE <(.*?)>")
_PREFIX: Final = re.compile(r"PREFIX ([\w-]*): <(.*?)>")
_COMMENT: Final = re.compile(r"(?m)^\s*#.*$")
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_NAME: Final = re.compile(r"<[^<>\s]*>|\b[a-z][\w-]*:[A-Za-z_][\w-]*")
_LISTS: Final = re.compile(r"VALUES\s*\([^)]*\)|SELECT[^{]*")
_PREDICATE: Final = re.compile(r"(?:\?\w+|>|[\w-]+:[\w-]+|;)\s+\?(\w+)\s+(?:\?\w|[<\"]|\w+:)")
