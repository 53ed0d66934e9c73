"""The blocks of code of a page of the documentation, as they stand, with the address of a service in the place of ours."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
ADDRESS = "http://127.0.0.1:8000"
"""Where `make serve` answers."""


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.M | re.S)


def at(address: str, code: str) -> str:
    """Return code that asks the service at another address."""
    assert ADDRESS in code
    return code.replace(ADDRESS, address)
