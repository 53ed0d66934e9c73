"""The colours of a map that stands alone, as a file: read in the theme, its light side, which alone says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

ROOT: Final = re.compile(r"^:root \{(.*?)\}", re.DOTALL | re.MULTILINE)
PROPERTY: Final = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b")
HOLLOW: Final = {"q0": "surface", "silent": "sunken"}
"""The classes of territories without a number, or with too few observations, and their colour."""
DARK: Final = frozenset({"q3", "q4"})
"""The classes on which letters are light."""


@cache
def colours() -> Mapping[str, str]:
    """Return {name: colour} of the theme, of each class of a map, and of letters on it (`letters q1`)."""
    theme = files("sparql_api").joinpath("static", "observatoire.css").read_text(encoding="utf-8")
    found = dict(pair for block in ROOT.findall(theme) for pair in PROPERTY.findall(block))
    found |= {kind: found[name] for kind, name in HOLLOW.items()}
    letters = {f"letters {kind}": found["muted"] for kind in HOLLOW}
    letters |= {f"letters q{n}": found["q-high" if f"q{n}" in DARK else "q-low"] for n in range(1, 5)}
    return found | letters
