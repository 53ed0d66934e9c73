"""What goes into the registry and what comes out of it: documents, their versions and states. Knows no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from ingestion.words.messages import TO_READ
from ontologie import newest_context

State = Literal["depose", "valide", "publie", "retourne", "retire"]
Event = Literal[
    "deposited", "validated", "returned", "withdrawn", "published", "unpublished", "erased",
    "opinion", "confirmed", "dismissed", "reopened", "declared", "bound", "unbound", "revoked", "token", "restored",
    "decided", "relabelled", "refused", "unlabelled",
]  # fmt: skip
MAKING_VERSIONS: Final[tuple[Event, ...]] = ("deposited", "relabelled", "refused", "unlabelled")
"""Events each of which makes a version."""
Outcome = Literal["created", "new-version", "unchanged"]
"""What came of a deposit."""

ALL_STATES: Final[frozenset[State]] = frozenset(("depose", "valide", "publie", "retourne", "retire"))


@dataclass(frozen=True)
class NewDocument:
    """A document to register: its JSON, whose it is, what was said of it, and the personal columns apart.

    `graph` is what conversion made of it, packed; the registry keeps it and does not look inside. `graph_sha256` is
    the hash of its canonical N-Quads, by which a deposit that says the same in another order is known. `context` is
    the version of the context by which it was converted, and always will be. `held` says that a person must read a
    passage before it is validated. `judged_by` is a digest of the rules and words that it was judged by.
    """

    kind: str
    identifier: str
    academie: str | None
    document: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]] = ()
    personal: Mapping[str, str] = field(default_factory=dict)
    graph: bytes | None = None
    graph_sha256: str | None = None
    context: str = field(default_factory=newest_context)
    held: bool = False
    judged_by: str | None = None

    @property
    def payload(self) -> str:
        """The document as canonical JSON: same content, same bytes."""
        return json.dumps(self.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def warnings(self) -> int:
        """How many things are to be said of it, but for the passages to read."""
        return _warnings(self.entries)


@dataclass(frozen=True)
class Registered:
    """A document as the registry has it, with its latest version; `document` is None where it was erased."""

    kind: str
    identifier: str
    academie: str | None
    state: State
    version: int
    validated_version: int | None
    published_version: int | None
    document: Mapping[str, Any] | None
    entries: Sequence[Mapping[str, Any]]
    context: str
    """The version of the context by which `document` is converted."""
    held: bool = False
    """Whether a person must read a passage before this version is validated."""

    @property
    def to_read(self) -> int:
        """How many passages a person must read."""
        return sum(entry.get("rule") == TO_READ for entry in self.entries)

    @property
    def warnings(self) -> int:
        """How many things are to be said of it, but for the passages to read."""
        return _warnings(self.entries)


def _warnings(entries: Sequence[Mapping[str, Any]]) -> int:
    return sum(entry.get("severity") == "warning" and entry.get("rule") != TO_READ for entry in entries)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a document left the way to publication: erased, returned or withdrawn; when, why, and whose it is."""

    event: Event
    at: str
    reason: str
    academie: str | None


@dataclass(frozen=True, slots=True)
class Waited:
    """A version that waited for a reviewer when another one was deposited over it: of what, since when, by whom."""

    kind: str
    identifier: str
    version: int
    at: str
    agent: str


@dataclass(frozen=True, slots=True)
class FindingReview:
    """What a reviewer decided last of a finding, on the facts that `basis` is the hash of: upheld, else dismissed.

    `academie` is the one in whose name it was done, None for the nation's, `organisation` that of who acted.
    """

    finding: str
    basis: str
    upheld: bool
    at: str
    academie: str | None
    organisation: str | None
    reason: str
    language: str
    version: int
    """The version of the document that was looked at."""


def now() -> str:
    """Return this moment in UTC, to the second, as xsd:dateTime writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_of(content: str | bytes) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()
