"""NOT EXISTS as MINUS, where the rows are provably the same.

The engine evaluates the join inside of `FILTER NOT EXISTS` anew for each row outside, and that of MINUS once. Both keep
the same rows (SPARQL 1.1, section 8.3) where, as is required here of the text alone:

- inside stand triples and filters over their variables, nothing else: every variable inside is surely bound there;
- what is shared is at least one variable, and each shared one stands in a triple directly in the group outside: it is
  surely bound there too, so to be compatible is to be equal, and the domains do meet;
- no other variable inside is named anywhere else, but in what is itself MINUS or EXISTS in that group: nothing inside
  refers outside but by those;
- the filter is a whole one, in a group that no OPTIONAL, GRAPH, MINUS, EXISTS or SERVICE is around: the filter of an
  OPTIONAL sees more than its group.

What depends on the order of rows stays as it is (LIMIT, OFFSET, SAMPLE, GROUP_CONCAT), and what is volatile; the order
in which doubles are added up is nobody's promise. So does what costs less as it stands: one triple inside, which the
engine looks up; a property that is a variable; triples inside that share nothing; one thing outside to begin with.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

from queries import Token
from sparql_api.query.groups import TRIPLES, GroupPart, is_word, names, parts, tokens_of
from sparql_api.query.reading import QueryReading, Rewrite
from sparql_api.query.triples import Triple, plain_triples

MOST: Final = 16
"""EXISTS that a query may hold to be read for this."""
MOST_TRIPLES: Final = 64
"""Triples inside of one."""


def absences_as_minus(text: str) -> tuple[str, list[Rewrite]]:
    """Return a text with MINUS in the place of what surely is one, and what of it is other than in the text given."""
    lowered = text.casefold()
    if not 0 < lowered.count("exists") <= MOST or "\\" in text:
        return text, []
    reading = QueryReading(text)
    if not reading.plain:
        return text, []
    found = [one for i in range(len(reading.tokens)) if (one := minus_at(reading, i))]
    edits: list[tuple[int, int, str]] = []
    done = []
    for one in found:
        first, opening, last, outside, moved = one
        inside = text[reading.tokens[opening].start : reading.tokens[last].end]
        start, end = reading.tokens[first].start, reading.tokens[last].end
        after = f"MINUS {inside}"
        if moved:  # What follows binds: MINUS sees what stands before it alone, a filter its whole group.
            close = reading.tokens[reading.closes[outside]].start
            edits += [(start, end, "FILTER(true)"), (close, close, f" {after} ")]
        else:
            edits.append((start, end, after))
        done.append(Rewrite("not-exists-as-minus", start, end, text[start:end], after))
    for start, end, put in sorted(edits, key=lambda edit: edit[0], reverse=True):
        text = text[:start] + put + text[end:]
    return text, done


def minus_at(reading: QueryReading, at: int) -> tuple[int, int, int, int, bool] | None:
    """Return where FILTER, the brace inside, its end and the brace outside stand, and whether MINUS must be moved.

    None where no NOT EXISTS stands at the token, or where MINUS is not surely the same, or not surely cheaper.
    """
    tokens, opening = reading.tokens, at + 3
    if opening not in reading.closes or tokens[opening].text != "{" or not is_word(tokens[at], "FILTER"):
        return None
    if not (is_word(tokens[at + 1], "NOT") and is_word(tokens[at + 2], "EXISTS")):
        return None
    outside = reading.outside(at)
    beside = parts(tokens, reading.closes, outside) if outside is not None else None
    local = inside_of(reading, opening)
    if outside is None or beside is None or local is None:
        return None
    last = reading.closes[opening]
    apart = {i for part in beside if is_apart(tokens, part) for i in range(part.first, part.last + 1)}
    elsewhere = names(token for i, token in enumerate(tokens) if not at <= i <= last and i not in apart)
    bound = names(tokens_of(tokens, (part for part in beside if part.kind == TRIPLES)))
    shared = local & elsewhere
    if not shared or not shared <= bound or starts_from_one(tokens, beside):
        return None
    following = [part for part in beside if part.first > last and tokens[part.first].text != "."]
    return at, opening, last, outside, any(part.kind not in ("FILTER", "MINUS") for part in following)


def is_apart(tokens: Sequence[Token], part: GroupPart) -> bool:
    """Tell whether a part binds nothing of its group, whatever it names."""
    exists = part.kind == "FILTER" and is_word(tokens[part.first + 1], "NOT", "EXISTS")
    return exists or part.kind == "MINUS"


def inside_of(reading: QueryReading, opening: int) -> set[str] | None:
    """Return the variables of a group of joined triples and of filters over them; None where it is another."""
    found = parts(reading.tokens, reading.closes, opening)
    if found is None or any(part.kind not in (TRIPLES, "FILTER") for part in found):
        return None
    filters = list(tokens_of(reading.tokens, (part for part in found if part.kind == "FILTER")))
    triples = plain_triples(list(tokens_of(reading.tokens, (part for part in found if part.kind == TRIPLES))))
    if not triples or len(triples) > MOST_TRIPLES or any(is_word(token, "EXISTS") for token in filters):
        return None
    bound = set(chain.from_iterable(triple.variables for triple in triples))
    if not names(filters) <= bound or any(triple.path[0].kind == "var" for triple in triples):
        return None
    return bound if sum(triple.steps for triple in triples) > 1 and connected(triples) else None


def connected(triples: Sequence[Triple]) -> bool:
    """Tell whether each triple is joined to the others by variables: apart they would be multiplied."""
    reached, left = set(triples[0].variables), list(triples[1:])
    while near := [triple for triple in left if triple.variables & reached]:
        reached.update(*(triple.variables for triple in near))
        left = [triple for triple in left if triple not in near]
    return not left


def starts_from_one(tokens: Sequence[Token], beside: Sequence[GroupPart]) -> bool:
    """Tell whether a group begins with things that are named: so few rows are sooner looked at one by one."""
    if any(part.kind == "VALUES" for part in beside):
        return True
    triples = plain_triples(list(tokens_of(tokens, (part for part in beside if part.kind == TRIPLES))))
    return triples is not None and any(triple.subject.kind != "var" for triple in triples)
