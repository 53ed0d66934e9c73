"""The editor in which queries are typed, as set-up brings it: `python -m sparql_api.pages.editor.files`."""

from __future__ import annotations

from functools import cache
from typing import Final

from sparql_api.pages.common.brought import BroughtPackage

EDITOR: Final = BroughtPackage(
    "@zazuko/yasqe@4.6.2",
    "83iCLuBIgU04KBIaibxZTjKvrXD6sEe/+aqsHxLb4+ZVD4eaUwh5hFJEetuWkiKBY6WxTjVOmhKXvh2AAOR14g==",
    {"yasqe.min.js": "package/build/yasqe.min.js", "yasqe.min.css": "package/build/yasqe.min.css"},
    "yasqe-4.6.2",
    "The SPARQL page keeps its plain form, without its editor",
)
"""MIT."""


@cache
def editor_files() -> str:
    """Return the folder of the editor's files below `/static/`; nothing where set-up brought none."""
    return EDITOR.place if EDITOR.there() else ""


if __name__ == "__main__":
    if said := EDITOR.bring():
        print(said)
