"""The questions people ask the graph: one `.rq` file each, typed parameters, and the tokens of SPARQL."""

from queries.binding import BadParameter, bind, substitute, to_term
from queries.catalogue import Parameter, Question, catalogue, parse_question
from queries.tokens import Token, tokenize

__all__ = [
    "BadParameter",
    "Parameter",
    "Question",
    "Token",
    "bind",
    "catalogue",
    "parse_question",
    "substitute",
    "to_term",
    "tokenize",
]
