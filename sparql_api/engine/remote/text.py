"""What is done to a query before another store reads it: completed with our prefixes, kept from its own extensions.

Knows texts; judges no more than what differs between our engine and others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from queries import tokenize
from sparql_api.query.errors import EngineError, EvaluationError, QuerySyntaxError
from sparql_api.query.guard import declared_prefixes, decode_escapes
from sparql_api.query.syntax import ELSEWHERE, explain, find
from sparql_api.words.problems import problem
from sparql_api.words.texts import Text, text_of

REACHING_IN: Final = ("java:", "bif:", "sql:", "file:", "http://jena.apache.org/arq/js#")
"""How functions of Jena (classes, scripts) and of Virtuoso (its SQL) are named, and files."""


def complete(text: str, prefixes: Mapping[str, str], base: str) -> str:
    """Return the query with the base and the prefixes it uses without declaring them: the store knows neither.

    Raises QuerySyntaxError where a prefix is nobody's, EvaluationError where a name reaches into the store.
    """
    tokens = list(tokenize(text))
    declared = declared_prefixes(tokens)
    used: dict[str, str] = {}
    for token in tokens:
        if token.kind == "iri":
            named = decode_escapes(token.text[1:-1])
            if named.casefold().startswith(REACHING_IN):
                raise EvaluationError(problem("evaluation", reason=unknown(named)))
        prefix, colon, _ = token.text.partition(":")
        if token.kind != "pname" or not colon or prefix in declared:
            continue
        if prefix not in prefixes:
            raise QuerySyntaxError(explain(text, "", prefixes))
        used[prefix] = prefixes[prefix]
    lines = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in used.items())
    return f"BASE <{base}>\n{lines}{text}"


def unknown(name: str) -> Text:
    """Return what is said of a function that is not there."""
    return text_of("no-function-of-that-iri", name=name)


def refused(text: str, said: str, prefixes: Mapping[str, str]) -> EngineError:
    """Return the error for a query that the store refuses, with `said` in its own words."""
    if find(text, said, prefixes).reason is ELSEWHERE:
        first = said.strip().split("\n")[0][:300] or "400"
        return EvaluationError(problem("evaluation", reason=first))
    return QuerySyntaxError(explain(text, said, prefixes))
