"""The page of the saved questions."""

from __future__ import annotations

from docs.reference.markdown import NOTE, table
from queries import catalogue


def questions_page() -> str:
    """Return the page of the saved questions."""
    rows = [
        (
            f"[`{question.name}`](../queries/{question.name}.rq)",
            question.title["fr"],
            question.title["en"],
            ", ".join(f"`{one.name}`" for one in question.parameters),
        )
        for question in sorted(catalogue().values(), key=lambda question: question.name)
    ]
    intro = (
        "Each is a file of `queries/` that says its title, what it counts and its parameters in its first lines. "
        "`observatoire query NAME --param k=v` runs one, as does `/queries/NAME?k=v`."
    )
    listed = table(("name", "French", "English", "parameters"), rows)
    return "\n\n".join(["# Saved questions", NOTE, intro, listed]) + "\n"
