"""Who acts, and on what: agents, their roles with their scopes, the matter of an act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Action = Literal[
    "deposit", "read", "validate", "return", "withdraw", "opinion", "finding", "erase", "publish", "labels", "accounts",
    "export", "contact", "backup", "restore", "queue",
]  # fmt: skip

ACCOUNT: Final = "agent"
"""The kind of a matter that is an account, which its events have too."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and its scope: `academie/10`, `region-academique/…`, `instrument/…`, or nothing for a whole country."""

    role: str
    scope: str = ""


@dataclass(frozen=True)
class Agent:
    """Who acts: the name of a service or of a function, what it may do and until when (`expires`, its last day).

    `name` stays in the registry. The graph says an académie or `organisation` (`organisation/{id}`), never a name
    (law 7).
    """

    name: str
    grants: tuple[Grant, ...] = ()
    organisation: str | None = None
    expires: str | None = None
    revoked: str | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What an act bears on: a document and the académie whose it is (None: the nation's), an account, or neither."""

    kind: str = ""
    identifier: str = ""
    academie: str | None = None


VOCABULARY: Final = Agent("vocabulary")
"""In whose name a decision on a label makes a new version of a document."""

OPERATOR: Final = Agent("opérateur", (Grant("operateur"),))
"""Who acts on this machine without saying more; every registry knows it."""
