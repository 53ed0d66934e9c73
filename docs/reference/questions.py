"""The page of the saved questions."""

from __future__ import annotations

from docs.reference.markdown import NOTE, table
from queries import every_version


def questions_page() -> str:
    """Return the page of the saved questions."""
    rows = [
        (
            f"[`{question.name}`](../queries/{question.name}.rq)",
            question.title["fr"],
            question.title["en"],
            ", ".join(f"`{one.name}`" for one in question.parameters),
        )
        for question in (versions[-1] for versions in every_version().values())
    ]
    gone = [
        (f"`{one.reference}`", f"{one.deprecated.since}", f"{one.deprecated.sunset}", one.deprecated.reason["en"])
        for versions in every_version().values()
        for one in versions
        if one.deprecated
    ]
    intro = (
        "Each is a file of `queries/` that says its title, what it counts and its parameters in its first lines. "
        "`observatoire query NAME --param k=v` runs one, as does `/queries/NAME?k=v`."
    )
    versioned = (
        "The name alone gives the latest version; `NAME/v1` (`observatoire query NAME/v1`, `/queries/NAME/v1`) gives "
        "that version for as long as it is kept. A version never changes its meaning, its columns' names or its "
        "parameters; it may gain some. Where the meaning changes there is a next version, and the one before goes on "
        "the day that its headers (`Deprecation`, `Sunset`, `Link: rel=successor-version`), its page and the "
        "catalogue tell. A program asks for a version; so do the addresses that pages give to cite."
    )
    listed = table(("name", "French", "English", "parameters"), rows)
    former = table(("version", "replaced on", "kept until", "what changed"), gone)
    parts = ["# Saved questions", NOTE, intro, versioned, listed, "## Versions that go", former]
    return "\n\n".join(parts) + "\n"
