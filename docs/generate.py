"""Writes the reference pages from the code (`make docs`): settings, commands, HTTP, questions, roles,
messages, research tables."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from docs.reference.command_line import command_line_page
from docs.reference.http import http_page
from docs.reference.messages import messages_page
from docs.reference.questions import questions_page
from docs.reference.roles import roles_page
from docs.reference.settings import settings_page
from docs.reference.tables import tables_page

HERE: Final = Path(__file__).parent


def main() -> None:
    """Write every page again."""
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Return {file name: text} of the generated pages."""
    return {
        "settings.md": settings_page(),
        "cli.md": command_line_page("en"),
        "cli.fr.md": command_line_page("fr"),
        "http.md": http_page(),
        "questions.md": questions_page(),
        "roles.md": roles_page(),
        "messages.md": messages_page(),
        "tables.md": tables_page(),
    }


if __name__ == "__main__":
    main()
