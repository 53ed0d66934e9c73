"""The page of what a depositor is told."""

from __future__ import annotations

from typing import Final

from rdflib import Literal
from rdflib.namespace import SH

from docs.reference.markdown import NOTE, Row, table
from ontologie import LANGUAGES, sentence_table
from shapes import shapes_graph

SEVERITIES: Final = {
    "violation": "Refusals: the row, or the file, is not taken",
    "warning": "Warnings: the row is taken, and this is said of it",
    "info": "Advice and what was done",
}


def messages_page() -> str:
    """Return the page of what a depositor is told: sentences of the way in, then those of the shapes."""
    told = [(row["severity"], *(f"{row[f'message_{lang}']} {row[f'remedy_{lang}']}" for lang in LANGUAGES), code)
            for code, row in sentence_table("depot").items()]  # fmt: skip
    text = [
        "# Messages of the way in",
        NOTE,
        "All that a depositor may be told of a file, a row or a cell: what is wrong, then what to do. What stands in "
        "braces is filled in: a value, the label of a column, its help. The sentences are rows of "
        "`ontologie/phrases/depot.csv`, those of the second part are the shapes' own; the code is the last part of "
        "`rule` in the JSON report.",
    ]
    for title, rows in (("## Reading and building", told), ("## What the shapes say of a document", shape_messages())):
        text.append(title)
        for severity, meaning in SEVERITIES.items():
            listed = [(f"`{code}`", french, english) for kind, french, english, code in rows if kind == severity]
            if listed:
                text += [f"### {meaning}", table(("code", "French", "English"), listed)]
    return "\n\n".join(text) + "\n"


def shape_messages() -> list[Row]:
    """Return (severity, French, English, name) of each shape that says something, by its name."""
    shapes = shapes_graph()
    found: list[Row] = []
    for shape in sorted(set(shapes.subjects(SH.message)), key=str):
        if "#" not in str(shape):
            continue
        said = {one.language: str(one) for one in shapes.objects(shape, SH.message) if isinstance(one, Literal)}
        severity = shapes.value(shape, SH.severity) or SH.Violation
        kind = str(severity).rpartition("#")[2].lower()
        found.append((kind, *(said.get(lang, "") for lang in LANGUAGES), str(shape).rpartition("#")[2]))
    return found
