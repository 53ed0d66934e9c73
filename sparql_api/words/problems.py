"""What may go wrong, as RFC 9457 names it: a stable type, a title and what is said of one occurrence, in two languages.

Knows the catalogue of problems (`ontologie/phrases/problemes.csv`); what went wrong is said by whoever raises it, and
how it is said over HTTP by `http.problem_documents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ontologie import BASE, LANGUAGES, Language, sentence_table
from sparql_api.words.errors import ServiceError
from sparql_api.words.texts import Text


@dataclass(frozen=True)
class Problem:
    """One occurrence of a problem of the catalogue.

    `values` fill the texts (a text itself may be a pair fr, en), `extra` are the extension members of the
    document, `headers` go on the response.
    """

    name: str
    values: Mapping[str, Text | str | int | float] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    code: int | None = None

    @property
    def status(self) -> int:
        """The HTTP status, the catalogue's unless this occurrence has its own."""
        status: int = self.code or catalogue()[self.name]["status"]
        return status

    def title(self, language: Language) -> str:
        """Return the title, the same for every occurrence of the type."""
        title: str = catalogue()[self.name]["title"][language]
        return title

    def detail(self, language: Language) -> str:
        """Return what is said of this occurrence."""
        values = {k: v.get(language) if isinstance(v, Text) else v for k, v in self.values.items()}
        detail: str = catalogue()[self.name]["detail"][language]
        return detail.format_map(values)

    def document(self, language: Language, base: str = BASE) -> dict[str, Any]:
        """Return the members of the problem document."""
        extra = {k: v.get(language) if isinstance(v, Text) else v for k, v in self.extra.items()}
        return {
            "type": f"{base}problems/{self.name}",
            "title": self.title(language),
            "status": self.status,
            "detail": self.detail(language),
            **extra,
        }


class ProblemError(ServiceError):
    """Raised anywhere below an HTTP handler to answer with a problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from one process to another whole."""
        return type(self), (self.problem,), self.__dict__


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Return the known problems: name → status, title and detail in fr and en."""
    return {
        name: {
            "status": int(row["status"]),
            **{part: {lang: row[f"{part}_{lang}"] for lang in LANGUAGES} for part in ("title", "detail")},
        }
        for name, row in sentence_table("problemes").items()
    }


def problem(
    name: str,
    *,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Problem:
    """Return an occurrence of a problem of the catalogue."""
    return Problem(name, values, extra or {}, headers or {})
