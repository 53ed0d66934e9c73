"""Runs the questions of the catalogue: parameters read and bound, text made whole, rows made plain.

Knows questions and answers; not HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from ontologie import PREFIXES, Iris
from queries import BadParameter, BoundText, Question, Values, bind, column_title, tokenize
from sparql_api.words.i18n import collation
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import Text

XSD: Final = PREFIXES["xsd"]
WHOLE: Final = frozenset(
    XSD + name
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")
)
REAL: Final = frozenset(XSD + name for name in ("decimal", "double", "float"))


def bound(question: Question, values: Values, iris: Iris) -> BoundText:
    """Return the SPARQL of a question with its parameters bound; raises ProblemError 400 for a bad value."""
    try:
        text = bind(question, values, iris.base)
    except BadParameter as error:
        said = Text(fr=error.messages["fr"], en=error.messages["en"])
        found = problem("question-parameter", reason=said, extra={"parameter": error.parameter})
        raise ProblemError(found) from error
    return text.written(standalone(text, iris))


def standalone(text: str, iris: Iris) -> str:
    """Return a query with the prefixes it uses declared, so that it runs anywhere."""
    used = {token.text.partition(":")[0] for token in tokenize(text) if token.kind == "pname"}
    lines = [f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(iris.prefixes().items()) if name in used]
    return "".join(lines) + text


def described(versions: Sequence[Question], root: str) -> dict[str, Any]:
    """Return a question's entry in the catalogue: its latest version, and where each is below `root`."""
    question = versions[-1]
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
        "url": f"{root}/{question.name}",
        "version": question.version,
        "versions": [
            {"version": one.version, "url": f"{root}/{one.reference}", "deprecated": deprecation(one)}
            for one in versions
        ],
    }


def deprecation(question: Question) -> dict[str, Any] | None:
    """Return since when a version should be left, when it goes and why; None where it stands."""
    gone = question.deprecated
    if gone is None:
        return None
    return {
        "since": gone.since.isoformat(),
        "sunset": gone.sunset.isoformat(),
        "reason": dict(gone.reason),
    }


def for_readers(
    text: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Return the rows of SPARQL JSON in the order that a query asks for, words as people sort them.

    As they came where it orders by what its columns do not show.

    SPARQL 1.1 (section 15.1) orders texts by code point: an É behind a Z, article 10 before article 2.
    """
    asked = order_of(text)
    if not {variable for variable, _ in asked} <= set(columns):
        return rows
    ordered = list(rows)
    for variable, descending in reversed(asked):
        ordered.sort(key=lambda row: place_of(row.get(variable)), reverse=descending)
    return ordered


def order_of(text: str) -> tuple[tuple[str, bool], ...]:
    """Return (variable, whether it descends) of the ORDER BY that ends a query; nothing where it orders by more."""
    tokens = [token.text for token in tokenize(text)]
    starts = [at for at, word in enumerate(tokens) if word.upper() == "ORDER"]
    found: list[tuple[str, bool]] = []
    at = starts[-1] + 2 if starts else len(tokens)
    while at < len(tokens) and tokens[at].upper() not in ("LIMIT", "OFFSET"):
        word = tokens[at].upper()
        if word in ("ASC", "DESC") and tokens[at + 1] == "(" and tokens[at + 3] == ")":
            found.append((tokens[at + 2][1:], word == "DESC"))
            at += 4
        elif word[0] in "?$":
            found.append((tokens[at][1:], False))
            at += 1
        else:
            return ()
    return tuple(found)


def place_of(term: Mapping[str, Any] | None) -> tuple[int, float, tuple[tuple[int, int | str], ...]]:
    """Return where a term stands among others: unbound first, then things, then numbers, then words."""
    if term is None:
        return 0, 0.0, ()
    if term["type"] != "literal":
        return 1, 0.0, collation(str(term["value"]))
    if term.get("datatype") in WHOLE | REAL:
        with suppress(ValueError):
            return 2, float(term["value"]), ()
    return 3, 0.0, collation(str(term["value"]))


def plain(name: str, text: str, edition: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the SPARQL JSON answer to a query as plain JSON: numbers and booleans as such, unbound as null."""
    if "boolean" in answer:
        return {
            "name": name,
            "edition": edition,
            "columns": ["boolean"],
            "titles": {"boolean": column_title(name, "boolean")},
            "rows": [{"boolean": answer["boolean"]}],
        }
    columns = answer["head"]["vars"]
    ordered = for_readers(text, columns, answer["results"]["bindings"])
    rows = [{column: plain_value(row.get(column)) for column in columns} for row in ordered]
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
