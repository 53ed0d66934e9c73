"""Query strings and forms as parameters, decoded once; also in the process that reads long ones, without a service."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from sparql_api.words.problems import Problem, ProblemError
from sparql_api.words.texts import Text, text_of

MOST: Final = 2000
"""Parameters of one request."""


def decode(data: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string or a form, decoded once; raises ProblemError (400).

    Bytes that are not UTF-8 are refused, never replaced: what was asked would be another thing.
    """
    if not data:
        return []
    try:
        return parse_qsl(data.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST)
    except UnicodeDecodeError:
        raise ProblemError(Problem("encoding")) from None
    except ValueError:
        raise bad("query", "too-many-parameters") from None


def bad(parameter: str, code: str) -> ProblemError:
    """Return the error for a parameter that cannot be used; `code` is the reason's, in `phrases/requetes.csv`."""
    values: dict[str, str | Text] = {"parameter": parameter, "reason": text_of(code)}
    return ProblemError(Problem("parameter", values, {"parameter": parameter}))
