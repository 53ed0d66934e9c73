"""What a request of OAI-PMH 2.0 asks: http://www.openarchives.org/OAI/openarchivesprotocol.html, 2.7, 3.5 and 3.6.

Knows arguments, moments and tokens; not what is harvested. A token holds the whole question, pinned to its edition: no
state is kept for who harvests.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sparql_api.words.errors import ServiceError

REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "Identify": frozenset(),
    "ListMetadataFormats": frozenset(),
    "ListSets": frozenset(),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListIdentifiers": frozenset({"metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix"}),
}
"""The verbs, and the arguments that each must have where it has no token."""
_SELECTIVE: Final = frozenset({"from", "until", "set"})
OPTIONAL: Final[Mapping[str, frozenset[str]]] = {
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListIdentifiers": _SELECTIVE,
    "ListRecords": _SELECTIVE,
}
RESUMED: Final = frozenset({"ListIdentifiers", "ListRecords", "ListSets"})
TOKEN: Final = "resumptionToken"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LONGEST: Final = 1000


class HarvestRefused(ServiceError):
    """A request that the protocol answers with an error: its code (section 3.6), and a word that says more."""

    def __init__(self, code: str, word: str = "") -> None:
        super().__init__(code, word)
        self.code = code
        self.word = word


@dataclass(frozen=True)
class RecordsWanted:
    """Which records a request asks for, of which edition; those after one that was told, so many before it.

    What was erased meanwhile moves to the end, where it is told as gone: nothing is passed over for it.
    """

    edition: int
    prefix: str
    set: str = ""
    since: str = ""
    until: str = ""
    place: int = 0
    after: str = ""

    def token(self) -> str:
        """Return the token that asks for it."""
        asked = [self.edition, self.prefix, self.set, self.since, self.until, self.place, self.after]
        return urlsafe_b64encode(json.dumps(asked, separators=(",", ":")).encode()).decode().rstrip("=")


def arguments_of(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the arguments of a request by name; raises HarvestRefused (`badVerb`, `badArgument`)."""
    found = dict(given)
    verbs = [value for name, value in given if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in REQUIRED:
        raise HarvestRefused("badVerb", verbs[0] if verbs else "")
    if len(found) != len(given):
        raise HarvestRefused("badArgument", next(name for name, _ in given if [n for n, _ in given].count(name) > 1))
    verb, names = verbs[0], set(found) - {"verb"}
    if TOKEN in names and verb in RESUMED:
        if len(names) > 1:
            raise HarvestRefused("badArgument", min(names - {TOKEN}))
        return found
    known = REQUIRED[verb] | OPTIONAL.get(verb, frozenset())
    wrong = sorted(names - known) or sorted(REQUIRED[verb] - names) or sorted(n for n in names if not found[n])
    if wrong:
        raise HarvestRefused("badArgument", wrong[0])
    return found


def wanted_of(arguments: Mapping[str, str], edition: int) -> RecordsWanted:
    """Return which records arguments ask for, of the edition that answers where no token names one.

    Raises HarvestRefused (`badArgument`, `badResumptionToken`).
    """
    if TOKEN in arguments:
        return _of_token(arguments[TOKEN])
    since, until = arguments.get("from", ""), arguments.get("until", "")
    for name, text in (("from", since), ("until", until)):
        if text and not _is_moment(text):
            raise HarvestRefused("badArgument", name)
    if since and until and (len(since) != len(until) or since > until):
        raise HarvestRefused("badArgument", "until")
    return RecordsWanted(edition, arguments["metadataPrefix"], arguments.get("set", ""), since, until)


def within(moment: str, wanted: RecordsWanted) -> bool:
    """Tell whether a moment, to the second, is between those asked for, both included."""
    since, until = wanted.since, wanted.until
    return (not since or moment[: len(since)] >= since) and (not until or moment[: len(until)] <= until)


def to_second(moment: str) -> str:
    """Return a moment in UTC as the protocol writes it (section 3.3), to the second."""
    return moment[:19] + "Z"


def _of_token(text: str) -> RecordsWanted:
    try:
        held = json.loads(urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4)))
        edition, prefix, set_, since, until, place, after = held
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise HarvestRefused("badResumptionToken") from None
    texts = all(isinstance(one, str) for one in (prefix, set_, since, until, after))
    if not texts or type(edition) is not int or type(place) is not int or edition < 1 or place < 1:
        raise HarvestRefused("badResumptionToken")
    return RecordsWanted(edition, prefix, set_, since, until, place, after)


def _is_moment(text: str) -> bool:
    try:
        if _DAY.fullmatch(text):
            return bool(date.fromisoformat(text))
        return bool(_SECOND.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False
