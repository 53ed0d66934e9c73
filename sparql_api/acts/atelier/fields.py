"""A field of a form as a page draws it: its name, how it is written, the names to choose from, what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from ingestion import columns
from ontologie import read_table
from shapes import FormField, Shapes
from sparql_api.acts.atelier.workshop import Fields

FEW: Final = 24
"""Names of a list that are shown all at once; of a longer one, some are proposed while one writes."""
MOST_PROPOSED: Final = 500
"""Names that are proposed while one writes."""
MORE: Final = 2
"""Empty places after the values of a list."""
PROSE: Final = 1000
"""Characters from which a text has several lines."""


@dataclass(frozen=True)
class ShownField:
    """A field as the page draws it: how it is written, the names to choose from, what it holds.

    `spoken` is the language of its words, where they are asked for in each; `parts` the fields of each thing that it
    holds, where it holds things; `labels` what is shown of the names, where that is not themselves.
    """

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    control: str
    names: Sequence[str] = ()
    values: Sequence[str] = ()
    required: bool = False
    spoken: str = ""
    parts: Sequence[Sequence[ShownField]] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    as_written: str = ""
    """A value that nothing understands, which may be kept as it is; `kept` where that was asked for."""
    kept: bool = False

    @property
    def id(self) -> str:
        """The id of its control."""
        return id_of(self.name)


def id_of(name: str) -> str:
    """Return the id of the control of a field."""
    return f"champ-{name.replace('.', '-')}"


@cache
def packaged_shapes() -> Shapes:
    """Return the shapes of the project, as forms take them."""
    return Shapes.packaged()


def control_of(asked: FormField) -> tuple[str, tuple[str, ...]]:
    """Return how a field is written, and the names to choose from."""
    column = columns().get(asked.name)
    several = column.is_list if column else asked.several
    if column is not None and column.kind == "booleen":
        return "yes-no", ()
    names = _proposed(column.name, column.names) if column else asked.choices
    if names and len(names) <= FEW:
        return ("boxes" if several else "select"), names
    if names:
        return ("list" if several else "one-of-list"), names
    # A text that has no column is one, however long it is.
    if several and not (column is None and (asked.longest or 0) > PROSE):
        return "lines", ()
    return ("prose" if (asked.longest or 0) >= PROSE else "line"), ()


def values_of(asked: FormField, fields: Fields, name: str = "") -> list[str]:
    """Return what was written in a field, under a name of its own if it has one; of a list in lines, each line."""
    given = fields.many(name or asked.name)
    if control_of(asked)[0] == "lines":
        return [line.strip() for text in given for line in text.split("\n") if line.strip()]
    return given


@cache
def _proposed(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a list; of a very long one, the labels that people write."""
    if len(names) <= MOST_PROPOSED:
        return names
    return tuple(row["libelle"] for row in read_table("donnees", "libelles.csv") if row["champ"] == name)
