"""What OpenAPI says of the addresses where agents act: parameters, bodies, answers. Data, no behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from sparql_api.http.openapi import (
    COUNT,
    ERRORS,
    LANG,
    NUMBER,
    PROBLEM,
    TEXT,
    TEXTS,
    Schema,
    maybe,
    parameter,
    several,
    structure,
)

_FLAG: Final[Schema] = {"type": "string", "enum": ["true", "false", "oui", "non", "yes", "no", "1", "0"]}
_SAID: Final[Mapping[str, str]] = {
    **ERRORS,
    "401": "No token, or one that is nobody's or at its end.",
    "403": "Out of the agent's scope, with the reason.",
    "404": "No such thing, or none that this agent may know of.",
    "409": "The state forbids it: passages are unread, another version came, it was erased.",
    "410": "The report is kept no more.",
    "413": "The body is too long.",
    "415": "A body of another type.",
    "422": "The body does not say what it must.",
    "429": "Too many wrong tokens, or the client's share is used up.",
    "503": "A bound was reached, or the registry does not answer; `type` names which.",
}
_ALWAYS: Final = ("400", "401", "403", "405", "429", "503", "504")
TYPE: Final = parameter("type", "The type of document.")
ACADEMIE: Final = parameter("academie", "An académie, by code or name.")


def act(
    summary: str, found: Mapping[str, tuple[str, Schema]], errors: Iterable[str] = (),
    parameters: Iterable[Schema] = (), body: Mapping[str, Schema] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what a route says of itself: its answers by code, what may be wrong, its body by media type."""
    responses: Schema = {
        code: {"description": said, "content": {"application/json": {"schema": schema}}}
        for code, (said, schema) in found.items()
    }
    for code in sorted({*_ALWAYS, *errors}):
        content = {"application/problem+json": {"schema": PROBLEM}, "text/html": {}}
        responses[code] = {"description": _SAID[code], "content": content}
    extra: dict[str, Any] = {"parameters": [*parameters, LANG], "responses": responses}
    if body is not None:
        extra["requestBody"] = {"content": {media: {"schema": schema} for media, schema in body.items()}}
    return {"summary": summary, "openapi_extra": extra}


_SUMMARY: Final = structure(read=COUNT, accepted=COUNT, held=COUNT, warned=COUNT, refused=COUNT)
_REPORT: Final = structure(deposit=NUMBER, state=TEXT, at=TEXT, summary=_SUMMARY, entries=several({"type": "object"}))
_RECEIPT: Final = structure(deposit=NUMBER, state=TEXT, report=TEXT)
_NUMBERED: Final = parameter("number", "The number of the deposit.", NUMBER, where="path")
_KIND: Final = parameter("kind", "The type of document.", where="path")
_NAMED: Final = parameter("identifier", "Its id.", where="path")
_STATE: Final = structure(type=TEXT, id=TEXT, state=TEXT, version=NUMBER)
_ITEM: Final = structure(
    type=TEXT, id=TEXT, academie=maybe(TEXT), state=TEXT, version=NUMBER, title=maybe(TEXT), deposited=maybe(TEXT),
    to_read=COUNT, warnings=COUNT, url=TEXT,
)  # fmt: skip

DEPOSIT: Final = act(
    "Deposit a file or a document",
    {"202": ("Received; the report is at `Location`.", _RECEIPT)},
    ("408", "413", "415", "422"),
    [
        TYPE,
        ACADEMIE,
        parameter("national", "Take fiches that name no académie, as national deposits.", _FLAG),
        parameter("sheet", "The one sheet of a workbook to read."),
        parameter("accept_mapping", "Take the reading of headers that a deposit proposed.", _FLAG),
        parameter("strict", "Take all or nothing.", _FLAG),
        parameter("dry_run", "Say everything, register nothing.", _FLAG),
    ],
    {
        "multipart/form-data": structure(file={"type": "string", "format": "binary"}),
        "application/json": {},
        "application/ld+json": {},
    },
)
REPORT: Final = act(
    "The report of a deposit",
    {"200": ("The report.", _REPORT), "202": ("It is not examined yet.", _RECEIPT)},
    ("404", "410"),
    [_NUMBERED],
)
FEED: Final = act("What waits, came back and was published of what an agent may read, in Atom", {})
FEED["openapi_extra"]["responses"]["200"] = {"description": "The feed.", "content": {"application/atom+xml": {}}}
REVIEWS: Final = act(
    "What an agent may read of deposits, a page at a time",
    {"200": ("A page.", structure(total=COUNT, page=NUMBER, items=several(_ITEM), next=maybe(TEXT)))},
    (),
    [
        parameter("state", "depose, valide, publie, retourne, retire, or toutes for all; depose by default."),
        ACADEMIE,
        TYPE,
        parameter("waits", "passages to read, or findings to decide on among those of the page (20 at most)."),
        parameter("page", "The page, from 1.", {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"}),
        parameter("per_page", "Documents a page, 200 at most.", {"type": "string", "pattern": "^[1-9][0-9]{0,2}$"}),
    ],
)
REVIEW: Final = act(
    "A document with all that its reviewer is to know",
    {"200": ("State, passages, remarks, history, difference, acts.", structure(type=TEXT, id=TEXT, state=TEXT))},
    ("404",),
    [_KIND, _NAMED],
)
_READ: Final[Schema] = {"type": "boolean"}
_WHOLE: Final[Schema] = {"type": "integer"}
BULK: Final = act(
    "Validate several documents, each for itself",
    {"200": ("What came of each.", structure(results=several(structure(document=TEXT, status=COUNT))))},
    ("408", "413", "415", "422"),
    body={"application/json": {
        "type": "object", "required": ["documents"],
        "properties": {
            "documents": several(TEXT), "passagesRead": _READ,
            "versions": {"type": "object", "additionalProperties": _WHOLE},
        },
    }},
)  # fmt: skip


_LABEL: Final = parameter("label", "The id of the label.", where="path")
_WAITING: Final = structure(
    id=TEXT, field=TEXT, field_label=TEXT, label=TEXT, documents=COUNT, academies=COUNT, suggestions=several(TEXT),
    url=TEXT,
)  # fmt: skip
LABELS: Final = act(
    "The labels that nothing knows, those that hold up the most fiches first",
    {"200": ("A page.", structure(total=COUNT, hidden=COUNT, page=NUMBER, items=several(_WAITING), next=maybe(TEXT)))},
    (),
    [
        parameter("page", "The page, from 1.", {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"}),
        parameter("per_page", "Labels a page, 200 at most.", {"type": "string", "pattern": "^[1-9][0-9]{0,2}$"}),
    ],
)
_CHOICES: Final[Schema] = {"type": "string", "enum": ["concept", "alias", "text", "split"]}
DECIDE_LABEL: Final = act(
    "Decide once what a label stands for; 200 fiches at most are changed by a request, the same again goes on",
    {"200": ("Decided; what came of the fiches.", structure(id=TEXT, decision=TEXT, inherited=COUNT, waiting=COUNT))},
    ("404", "408", "409", "413", "415", "422"),
    [_LABEL],
    {"application/json": {
        "type": "object", "required": ["decision"],
        "properties": {"decision": _CHOICES, "concept": TEXT, "parts": several(TEXT)},
    }},
)  # fmt: skip
WITHDRAW_LABEL: Final = act(
    "Withdraw what was decided of a label: fiches say what they said before, 200 a request, the same again goes on",
    {"200": ("Withdrawn; what came of the fiches.", structure(id=TEXT, inherited=COUNT, waiting=COUNT))},
    ("404", "408", "409", "413", "415", "422"),
    [_LABEL],
    {"application/json": {"type": "object", "required": ["reason"], "properties": {"reason": TEXT}}},
)
REFUSE_LABEL: Final = act(
    "Refuse, for a fiche, what was decided of a label: it is as it was deposited again",
    {"200": ("Refused; where the document stands now.", _STATE)},
    ("404", "408", "409", "413", "415", "422"),
    [_LABEL],
    {"application/json": {"type": "object", "required": ["document"], "properties": {"document": TEXT}}},
)


def on_document(
    summary: str, properties: Mapping[str, Schema], required: Iterable[str] = (), more: Iterable[Schema] = ()
) -> dict[str, Any]:
    """Return what a route says of an act on one document."""
    body = {"type": "object", "required": [*required], "properties": dict(properties)}
    answers = {"200": ("Done; where the document stands now.", _STATE)}
    return act(
        summary, answers, ("404", "408", "409", "413", "415", "422"), [_KIND, _NAMED, *more], {"application/json": body}
    )


VERBS: Final[tuple[Literal["confirm", "dismiss", "reopen"], ...]] = ("confirm", "dismiss", "reopen")
FINDING: Final = on_document(
    "Confirm or dismiss what a rule concludes, or take that back (reopen)",
    {"decision": {"type": "string", "enum": [*VERBS]}, "reason": TEXT, "version": _WHOLE},
    ["decision", "version"],
    [parameter("finding", "The finding, as the review lists it.", where="path")],
)
ACTS: Final[Mapping[str, dict[str, Any]]] = {
    "validate": on_document("Validate the latest version", {"passagesRead": _READ, "version": _WHOLE}),
    "return": on_document("Send back with reasons", {"reason": TEXT, "fields": TEXTS, "version": _WHOLE}, ["reason"]),
    "withdraw": on_document("Withdraw from the next edition", {"reason": TEXT, "version": _WHOLE}),
    "opinion": on_document("Note an opinion for the reviewer", {"text": TEXT, "version": _WHOLE}, ["text"]),
}
