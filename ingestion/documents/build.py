"""Makes a document of a record: the face of what stands between reading and conversion.

Knows the two ways in (a row with our columns, a JSON document with the keys of the context) and what both
come to. Which row is refused and which only warned about follows docs/decisions/documents.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from ingestion.documents.draft import Draft
from ingestion.documents.json_document import is_document, read_document
from ingestion.documents.json_rows import read_members
from ingestion.documents.row import NATIONAL, read_row
from ingestion.documents.unreadable import say_unreadable
from ingestion.reading.records import Record
from ingestion.resolution.decided import NOTHING_DECIDED, Decided
from ingestion.words.columns import columns
from ingestion.words.examples import PROJECT
from ingestion.words.messages import Issue, quote
from ontologie import BASE, newest_context

_ACADEMIE: Final = "academie"


@dataclasses.dataclass(frozen=True, slots=True)
class BuiltDocument:
    """A document, and what is to be said of it.

    `document` has the keys of the context in a stable order, its IRIs relative to the base where they are
    ours; it is empty where nothing can be made of the record. `context` is the version of the context by which it
    is converted, now and ever after. `judged` is the document, or what the shapes judge in place of one without name.
    `identifier` is what follows the kind in its IRI. `academie` is the code of the académie that owns it, None for a
    national document. `personal` holds the private columns, for the registry
    alone (law 7). `line` is where the record starts.
    """

    document: dict[str, Any]
    issues: tuple[Issue, ...]
    personal: Mapping[str, str]
    kind: str
    identifier: str
    academie: str | None
    line: int = 0
    name: str = ""
    """The IRI of the document, or the deposited identifier where it has none."""
    made: bool = False
    """Whether its identifier was made, the deposit giving none."""
    context: str = dataclasses.field(default_factory=newest_context)
    judged: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether a violation refuses the document."""
        return any(issue.refuses for issue in self.issues)

    @property
    def warned(self) -> bool:
        """Whether something is to be said of a document that is taken, but for the passages to read."""
        return any(issue.severity == "warning" and not issue.holds for issue in self.issues)


def build_document(
    record: Record,
    *,
    academie: str | None = None,
    base: str = BASE,
    kind: str = "projet",
    national: bool = True,
    examples: bool = False,
    decided: Decided = NOTHING_DECIDED,
) -> BuiltDocument:
    """Make the document of a record; what is wrong with it is in its issues, and nothing is raised.

    `academie` is the code that a deposit is made for: it fills an empty académie, and another académie than
    it is refused. `kind` is the type of document that a row makes. Without `national`, a project of no académie is
    refused. With `examples` it may be an invented example. `decided` is what people decided of labels.
    """
    if record.members is not None and is_document(record.members):
        draft = read_document(record, base, academie, examples=examples)
    elif record.members is not None:
        values, issues = read_members(record)
        of_a_row = dataclasses.replace(record, values=values)
        draft = read_row(of_a_row, kind, base, academie, examples=examples, decided=decided)
        draft.issues[:0] = issues
    else:
        draft = read_row(record, kind, base, academie, examples=examples, decided=decided)
        say_unreadable(draft)
    draft.issues[:0] = record.said
    given = _ACADEMIE in draft.record.values or _ACADEMIE in draft.record.unreadable
    if not national and not given and draft.kind == PROJECT and draft.identifier.startswith(f"{NATIONAL}-"):
        draft.say("academie-absente", columns()["academie"])
    return _built(draft, record, base)


def _built(draft: Draft, record: Record, base: str) -> BuiltDocument:
    judged = draft.document()
    document, identifier = ({}, "") if draft.stands_in else (judged, draft.identifier)
    deposited = identifier or str(record.values.get("id", ""))
    name = f"{base}{document['id']}" if document else quote(deposited, private=record.unquoted)
    return BuiltDocument(
        document=document,
        issues=tuple(dataclasses.replace(issue, document=name) for issue in draft.issues),
        personal=draft.personal,
        kind=draft.kind,
        identifier=identifier,
        academie=draft.academie,
        line=record.line,
        name=name,
        made=draft.made,
        context=draft.context,
        judged=judged,
    )
