"""For how long answers may be kept, on what they depend, what a page of them may load: one policy a kind of answer.

A table: whoever makes an answer takes its headers from here. `tests/contracts/policies.csv` says which address has
which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

FOREVER: Final = "public, max-age=31536000, s-maxage=3600, immutable"
"""What never changes may be kept for good. Caches that many share ask again each hour whether it is still served: an
edition that holds an erased document is not, and is another once it was made anew without it."""
ASK_AGAIN: Final = "public, max-age=0, s-maxage=60, must-revalidate"
"""What another edition may change, and whose tag is known before any work: to ask again costs little."""
SOON: Final = "public, max-age=60, stale-while-revalidate=600"
DAY: Final = "public, max-age=86400, s-maxage=3600"
HOUR: Final = "public, max-age=3600"
NEVER: Final = "no-store"
FRAMED: Final = "default-src 'self'; frame-ancestors *; form-action 'self'; base-uri 'none'; object-src 'none'"
STRICT: Final = FRAMED.replace("frame-ancestors *", "frame-ancestors 'none'")
COMPILING: Final = f"{STRICT}; script-src 'self' 'wasm-unsafe-eval'"
BY_LANGUAGE: Final = "Accept, Accept-Language, Accept-Encoding"
BY_FORMAT: Final = "Accept, Accept-Encoding"
CORS: Final = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}
"""Data is open to the pages of every origin."""
ALL: Final = {**CORS, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
"""What every answer says, whatever its policy."""
CSP: Final = "Content-Security-Policy"

Tag = Literal["bytes", "key", "file", ""]
"""What an entity tag is made of: the bytes; what was asked, known before the work; a file's date and size; nothing."""


@dataclass(frozen=True)
class Policy:
    """How one kind of answer is kept."""

    name: str
    current: str
    """Cache-Control where the address names no edition."""
    pinned: str
    """Cache-Control where it names one."""
    vary: str
    tag: Tag = ""
    csp: str = STRICT

    @property
    def shared(self) -> bool:
        """Whether one client's answer may be given to another."""
        return self.current.startswith("public")

    def headers(self, *, pinned: bool = False) -> dict[str, str]:
        """Return the headers of an answer, but for its tag."""
        vary = {"Vary": self.vary} if self.vary else {}
        return {"Cache-Control": self.pinned if pinned else self.current, **vary, CSP: self.csp, **ALL}


ANSWER: Final = Policy("answer", ASK_AGAIN, FOREVER, BY_FORMAT, "key")
"""What an edition answers: rows, graphs, files of fiches. Of one edition, always the same."""
MADE: Final = Policy("made", SOON, DAY, BY_LANGUAGE, "bytes")
"""What this program makes of an edition, and another release may make otherwise: every page, and data about things."""
DUMP: Final = Policy("dump", ASK_AGAIN, FOREVER, "", "file")
DOCUMENT: Final = Policy("document", HOUR, HOUR, BY_LANGUAGE, "bytes")
"""What comes with a release: ontology, shapes, the newest context, types of problems, the API's description."""
VERSION: Final = Policy("version", FOREVER, FOREVER, BY_LANGUAGE, "bytes")
"""A file that never changes, under the number of its version."""
STATIC: Final = Policy("static", SOON, SOON, "Accept-Encoding", "file")
COMPILED: Final = Policy("compiled", SOON, SOON, "", "file", COMPILING)
"""The engine that answers in the browser: its worker alone may compile WebAssembly, no page."""
REDIRECT: Final = Policy("redirect", "no-cache", "no-cache", "Accept")
LIVE: Final = Policy("live", NEVER, NEVER, "")
"""What is so at this moment: health, figures."""
PROBLEM: Final = Policy("problem", NEVER, NEVER, BY_LANGUAGE)
ACT: Final = Policy("act", NEVER, NEVER, BY_LANGUAGE)
"""What an agent is answered: a draft, a report, what came of an act."""
EMBED: Final = Policy("embed", SOON, DAY, BY_LANGUAGE, "bytes", FRAMED)
"""Parts that other sites show in their pages."""

POLICIES: Final = (ANSWER, MADE, DUMP, DOCUMENT, VERSION, STATIC, COMPILED, REDIRECT, LIVE, PROBLEM, ACT, EMBED)
Declared = TypeVar("Declared", bound=Callable[..., Any])


def under(policy: Policy) -> Callable[[Declared], Declared]:
    """Return a decorator that declares the policy of what a handler answers, where it succeeds."""

    def declare(handler: Declared) -> Declared:
        setattr(handler, _POLICY, policy)
        return handler

    return declare


def policy_of(handler: Any) -> Policy | None:
    """Return the policy that a handler declares; None where it declares none, and answers with problems alone."""
    found: Policy | None = getattr(handler, _POLICY, None)
    return found


_POLICY: Final = "__policy__"
