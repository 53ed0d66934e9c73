"""What tools answer, typed: each answer names its edition, where it stands for good, and the IRIs that it rests on."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

IRIS: Final = 200
"""IRIs that an answer lists of itself."""


class Sourced(BaseModel):
    """What every answer says of where it comes from."""

    edition: int = Field(description="The edition of the graph that answers; an edition never changes.")
    address: str = Field(description="The address that gives this answer again, from this edition: what to cite.")
    iris: list[str] = Field(description="The IRIs that the answer rests on: cite those that you use.")


class FicheFound(BaseModel):
    """One sheet of a list."""

    iri: str
    title: str
    summary: str
    example: bool = Field(description="Whether it is an invented example, and no project.")


class FichesFound(Sourced):
    """A page of the list of sheets."""

    total: int
    page: int
    fiches: list[FicheFound]
    unknown: list[str] = Field(description="Values of filters that nothing in the edition is called.")


class ThingDescribed(Sourced):
    """One thing, as a JSON-LD document."""

    document: dict[str, Any]


class QuestionSaid(BaseModel):
    """A saved question, as the catalogue says it."""

    name: str
    title: str
    description: str
    parameters: list[str]


class Questions(BaseModel):
    """The saved questions."""

    questions: list[QuestionSaid]


class RowsFound(Sourced):
    """RowsFound of a question or of a query: column to value; an unbound column is left out."""

    columns: list[str]
    rows: list[dict[str, Any]]
    total: int
    cut: bool = Field(description="Whether there are more rows than are given here; `address` gives them all.")
    boolean: bool | None = Field(default=None, description="The answer to ASK.")
    turtle: str = Field(default="", description="The answer to CONSTRUCT or DESCRIBE.")
    hints: list[str] = Field(default_factory=list, description="What the query may have meant.")


class TermFound(BaseModel):
    """A thing that a label may name."""

    iri: str
    label: str
    score: float
    certain: bool = Field(description="Whether the label names it without doubt.")


class TermsFound(Sourced):
    """Candidates for a label, the best first."""

    terms: list[TermFound]


def listed(values: Any) -> list[str]:
    """Return the IRIs among values, each once, no more than an answer lists."""
    found = dict.fromkeys(one for one in values if isinstance(one, str) and one.startswith(("http://", "https://")))
    return list(found)[:IRIS]
