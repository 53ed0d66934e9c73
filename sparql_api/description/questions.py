"""Runs the questions of the catalogue: parameters read and bound, text made whole, rows made plain.

Knows questions and answers; not HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ontologie import PREFIXES, Iris
from queries import BadParameter, Question, Values, bind, column_title, tokenize
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import Text

XSD: Final = PREFIXES["xsd"]
WHOLE: Final = frozenset(
    XSD + name
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")
)
REAL: Final = frozenset(XSD + name for name in ("decimal", "double", "float"))


def bound(question: Question, values: Values, iris: Iris) -> str:
    """Return the SPARQL of a question with its parameters bound; raises ProblemError 400 for a bad value."""
    try:
        return standalone(bind(question, values, iris.base), iris)
    except BadParameter as error:
        said = Text(fr=error.messages["fr"], en=error.messages["en"])
        found = problem("question-parameter", reason=said, extra={"parameter": error.parameter})
        raise ProblemError(found) from error


def standalone(text: str, iris: Iris) -> str:
    """Return a query with the prefixes it uses declared, so that it runs anywhere."""
    used = {token.text.partition(":")[0] for token in tokenize(text) if token.kind == "pname"}
    lines = [f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(iris.prefixes().items()) if name in used]
    return "".join(lines) + text


def described(question: Question, address: str) -> dict[str, Any]:
    """Return a question's entry in the catalogue."""
    return {
        "name": question.name,
        "title": dict(question.title),
        "description": dict(question.description),
        "audience": question.audience,
        "keywords": list(question.keywords),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "required": parameter.required,
                "default": parameter.default,
                "several": parameter.several,
                "label": dict(parameter.label),
            }
            for parameter in question.parameters
        ],
        "url": address,
    }


def plain(name: str, edition: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a SPARQL JSON answer as plain JSON: numbers and booleans as such, unbound as null; columns titled."""
    if "boolean" in answer:
        return {
            "name": name,
            "edition": edition,
            "columns": ["boolean"],
            "titles": {"boolean": column_title(name, "boolean")},
            "rows": [{"boolean": answer["boolean"]}],
        }
    columns = answer["head"]["vars"]
    rows = [
        {column: plain_value(row.get(column)) for column in columns} for row in answer["results"]["bindings"]
    ]
    titles = {column: column_title(name, column) for column in columns}
    return {"name": name, "edition": edition, "columns": columns, "titles": titles, "rows": rows}


def plain_value(term: Mapping[str, Any] | None) -> Any:
    """Return one term as JSON has it; a number that JSON cannot hold stays a text."""
    if term is None:
        return None
    value, datatype = term["value"], term.get("datatype")
    if datatype in WHOLE:
        return int(value)
    if datatype in REAL:
        return float(value) if value.upper().lstrip("+-") not in ("INF", "NAN") else value
    if datatype == XSD + "boolean":
        return value in ("true", "1")
    return value if isinstance(value, str) else str(value)
