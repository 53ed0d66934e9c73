"""What tells an invented example from a project: its id, which no deposit but the observatory's own may give.

Knows the prefix of such ids and the types that a document may have by its name; what an example may hold is the
shapes' (`shapes/projet.ttl`).
"""

from __future__ import annotations

from typing import Final

from ontologie import BASE, frame

PROJECT: Final = "projet"
EXAMPLE_PREFIX: Final = "ex-"
_EXAMPLE: Final = "ProjetExemple"


def is_example(kind: str, identifier: str) -> bool:
    """Tell whether a document of this kind and id is an invented example."""
    return kind == PROJECT and identifier.startswith(EXAMPLE_PREFIX)


def types_of(kind: str, identifier: str, base: str = BASE) -> tuple[str, ...]:
    """Return the types that a document of this kind and id may have."""
    framed = frame(kind, base)["type"]
    named = [framed] if isinstance(framed, str) else framed
    return tuple(name for name in named if (name == _EXAMPLE) is is_example(kind, identifier))
