"""One entry of a report as people read it, whether a shape or a rule of the way in found it.

Knows the form of docs/cli.md; where an entry comes from and how it is shown is not its business.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Final

from shapes.judging.report import Result, Severity
from shapes.reporting.cells import column_letters
from shapes.rules.compiled import subject_of
from shapes.rules.terms import read_term

TO_READ: Final = "depot:passage-a-lire"
"""The rule of a passage that a person must read before its document is public."""

_NO_SUGGESTION: Final[tuple[str, ...]] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Issue:
    """One entry of the report (docs/cli.md); `message` and `remedy` have the keys `fr` and `en`.

    `value` is shortened, and masked where it holds personal data. `rule` is the IRI of the shape, or
    `depot:{code}` for a rule of the way in. `document` is the IRI of the document, or the deposited id.
    `in_table` says that `column` is that of a table, which people know by its letters. `over_http` has both for who has
    no command line, and is empty where they are the same.
    """

    severity: Severity
    message: Mapping[str, str]
    file: str = ""
    line: int | None = None
    column: int | None = None
    field: str = ""
    value: str = ""
    remedy: Mapping[str, str] = dataclasses.field(default_factory=dict)
    suggestions: tuple[str, ...] = _NO_SUGGESTION
    rule: str = ""
    document: str = ""
    in_table: bool = False
    over_http: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)

    @property
    def column_name(self) -> str:
        """Return the column as people know it: by its letters in a table (I), by its number elsewhere; may be empty."""
        return column_letters(self.column or 0) if self.in_table else str(self.column or "")

    def told_over_http(self) -> Issue:
        """Return the entry as it is told to who has no command line."""
        over = self.over_http
        return dataclasses.replace(self, message=over["message"], remedy=over["remedy"]) if over else self

    @property
    def refuses(self) -> bool:
        """Whether this issue refuses the document."""
        return self.severity == "violation"

    @property
    def holds(self) -> bool:
        """Whether a person must read the passage before the document is public."""
        return self.rule == TO_READ


def issue_of(result: Result, file: str = "") -> Issue:
    """Make the entry of a validation result of an RDF file; the field is the last part of its path."""
    return Issue(
        severity=result.severity,
        message=result.messages,
        file=file,
        field=local_name(result.path or _subject(result.shape)),
        value="" if result.value is None else str(read_term(result.value)),
        rule=result.shape,
        document=result.focus.partition("#")[0],
    )


def _subject(shape: str) -> str:
    """Return the property that a shape of ours is about, where it has no path; "" for a shape of others."""
    base, ours, _ = shape.partition("shapes#")
    return subject_of(shape, base) if ours else ""


def result_of(entry: Issue, base: str) -> Result:
    """Make the validation result of an entry that is in no report of the shapes, for the report in Turtle.

    Its focus is the document where it has an IRI, else a node of its own; a rule of the way in has a shape of its name.
    """
    place = f"{entry.file}, {entry.line or ''}"
    named = entry.document if entry.document.startswith(("http://", "https://")) else ""
    code = entry.rule.removeprefix("depot:")
    return Result(
        focus=named or f"_:{hashlib.sha256(place.encode()).hexdigest()[:12]}",
        path=None,
        value=None,
        component=f"{base}shapes#RegleDeDepot",
        severity=entry.severity,
        shape=entry.rule if entry.rule.startswith("http") else f"{base}shapes#depot-{code}",
        messages=dict(entry.message),
    )


def local_name(path: str) -> str:
    """Return the last part of an IRI, of the last IRI where the path has several."""
    return path.rstrip(">)*+?").replace("#", "/").rsplit("/", 1)[-1]
