"""Reads SPARQL by its grammar, only to find where a text stops being a query and what could stand there.

Follows the productions of https://www.w3.org/TR/sparql12-query/#sparqlGrammar for queries, by recursive descent
on tokens. Engines judge queries; this reader is asked when one of them has refused, to say it in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from queries import Token
from sparql_api.query.grammar.cursor import Unexpected, UnknownFunction
from sparql_api.query.grammar.queries import Queries
from sparql_api.query.grammar.words import AGGREGATES, FUNCTIONS, KEYWORDS

__all__ = ["AGGREGATES", "FUNCTIONS", "KEYWORDS", "Unexpected", "UnknownFunction", "read_query"]


def read_query(tokens: Sequence[Token]) -> None:
    """Read the tokens of a query; raises Unexpected or UnknownFunction at the first that does not fit."""
    Queries(tokens).query()
