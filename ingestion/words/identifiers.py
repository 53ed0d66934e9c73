"""How the identifier of a project is spelt: every character kept, in those that addresses take, one to one.

And how people name a document.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from typing import Final

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""An external identifier (docs/decisions/iris-and-graphs.md)."""

MADE: Final = "r-"
"""What a made identifier starts with."""

_DIGITS: Final = 10
_TAKEN: Final = re.compile(r"[A-Za-z0-9_-]|\.(?![0-9a-fA-F]{2})")
_SPELT: Final = re.compile(r"(?:\.[0-9a-f]{2})+")


def spelt(external: str, academie: str | None) -> str:
    """Return a deposited identifier in the characters that identifiers take.

    What they do not take, and a dot that would look like it, becomes `.xx` for each byte of its UTF-8. One that is then
    too long, or starts otherwise than an identifier may, becomes a hash of itself.

    >>> spelt("LYO/2024 7", "10"), spelt("v2.0", "10"), spelt("a.2fb", "10")
    ('LYO.2f2024.207', 'v2.0', 'a.2e2fb')
    """
    kept = "".join(
        char if _TAKEN.match(external, place) else "".join(f".{byte:02x}" for byte in char.encode())
        for place, char in enumerate(external)
    )
    return kept if IDENTIFIER.fullmatch(kept) else MADE + digits(academie or "", external)


def unspelt(identifier: str) -> str:
    """Return what an identifier was spelt from; as it stands where it was not.

    >>> unspelt("LYO.2f2024.207"), unspelt("a.2e2fb"), unspelt("a.ff")
    ('LYO/2024 7', 'a.2fb', 'a.ff')
    """
    try:
        return _SPELT.sub(lambda found: bytes.fromhex(found[0].replace(".", "")).decode(), identifier)
    except UnicodeDecodeError:
        return identifier


def digits(*content: str) -> str:
    """Return ten base-32 digits, in lower case, of a hash."""
    return b32encode(hashlib.sha256("\x1f".join(content).encode()).digest())[:_DIGITS].decode().lower()


def document_named(text: str) -> tuple[str, str]:
    """Return (kind, id) of a document as people name it, `analyse/10-A1`; a bare id is a project's."""
    kind, slash, name = text.partition("/")
    return (kind, name) if slash else ("projet", text)
