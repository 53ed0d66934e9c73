"""The generated Turtle against the tables it comes from.

Knows that `ontologie.generation` makes `genere/`; nothing of how.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from ontologie.checks.model import Check, Corpus, Examined, Finding, phrase
from ontologie.labelled import TABLE, made_table
from ontologie.resources import read_text, resource


def generated(corpus: Corpus) -> Examined:
    """What stands in `genere/`, and with share-alike tables, is to the byte what the generator makes of them."""
    made: dict[str, str] = import_module("ontologie.generation").generate()
    made[f"genere/{TABLE}"] = made_table()
    folder = resource("genere")
    names = {f"genere/{entry.name}" for entry in folder.iterdir()} if folder.is_dir() else set()
    names |= {path for path in made if resource(*path.split("/")).is_file()}
    held = {file for file in names if file.endswith(".ttl") or file in made}
    found = []
    for file in sorted(held | set(made)):
        if file not in made:
            fault = phrase("which-no-table-makes")
        elif file not in held:
            fault = phrase("missing-run-the-generator")
        elif read_text(*file.split("/")) != made[file]:
            fault = phrase("differs-from-what-the-tables-give")
        else:
            continue
        found.append(Finding("generated", file, fault))
    return Examined(len(held | set(made)), tuple(found))


CHECKS: Final = (
    Check(
        "generated",
        phrase("generated-turtle-is-that-of-the-tables"),
        generated,
    ),
)
