"""The parameters of a request: an address knows those that its description declares, and names the others.

Knows query strings and descriptions; what a parameter means is known where it is read. In an answer of data an
unknown parameter is refused, since what was meant by it is not what would come; a page shows its content and says so.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from rapidfuzz import fuzz, process
from starlette.requests import Request

from sparql_api.http.query_strings import bad, decode
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import Text, text_of

CARRIED: Final = ("lang", "edition")
"""What every address knows: a link takes them along from the page it stands on."""
BYTE_ORDER_MARK: Final = "\ufeff"
NAMED: Final = 10
"""Unknown parameters that are named, the others are like them."""
NAME_LENGTH: Final = 64
NEAR: Final = 60.0
"""Per cent of likeness from which a name may have been meant."""
EDITION: Final = re.compile(r"0|[1-9][0-9]{0,8}")
"""A number in its one form: `01`, `+1` and `１` would be other addresses of the same."""
IGNORED: Final = "Observatoire-Ignored-Parameters"


def for_spreadsheet(request: Request) -> bool:
    """Tell whether `tableur` asks for a CSV that a spreadsheet opens at a click."""
    return is_wanted(request.query_params.get("tableur", "non"))


def to_explain(request: Request) -> bool:
    """Tell whether `explain` asks how a question is answered."""
    return is_wanted(request.query_params.get("explain", "non"))


def is_wanted(text: str) -> bool:
    """Tell whether the value of a parameter that may stand alone (`?explain`) is not a no."""
    return text.lower() not in ("non", "no", "false", "0")


def yes_or_no(request: Request, name: str) -> bool:
    """Return what a parameter answers, no where it is not there; raises ProblemError 400 where it is neither."""
    text = request.query_params.get(name, "").lower()
    if text in ("oui", "yes", "true", "1"):
        return True
    if text in ("", "non", "no", "false", "0"):
        return False
    raise bad(name, "yes-or-no")


def edition_number(text: str) -> int | None:
    """Return the edition asked for, None for the current one; raises ProblemError 400 where it is no number."""
    if text in ("", "current"):
        return None
    if not EDITION.fullmatch(text):
        raise bad("edition", "no-edition-number")
    return int(text)


def timeout_seconds(text: str) -> float | None:
    """Return the deadline asked for, in seconds, None for no wish, which older clients write 0; raises ProblemError."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if seconds == 0:
        return None
    if not 0 < seconds < 1e9:
        raise bad("timeout", "no-seconds")
    return seconds


def known_names(operation: Mapping[str, Any]) -> frozenset[str]:
    """Return the parameters that an operation of OpenAPI declares for its query string, and those of every address."""
    declared = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    also = {"format": "_format", "profil": "_profile"}
    return frozenset({*declared, *CARRIED, *(other for name, other in also.items() if name in declared)})


def repeatable_names(operation: Mapping[str, Any]) -> frozenset[str]:
    """Return the parameters that an operation of OpenAPI declares as lists."""
    return frozenset(one["name"] for one in operation.get("parameters", ()) if one["schema"].get("type") == "array")


def unknown_among(names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the first names that are not known, each once."""
    return tuple(dict.fromkeys(name for name in names if name not in known))[:NAMED]


def refuse_two_values(given: Iterable[tuple[str, str]], single: Collection[str]) -> None:
    """Raise ProblemError (400) where a parameter that has one value is given two: one of them would count for nothing.

    The two names of the format are one parameter; an empty value is none.
    """
    values: dict[str, str] = {}
    for name, value in given:
        one = "format" if name == "_format" else name
        if one in single and value and values.setdefault(one, value) != value:
            raise bad(name, "more-than-once")


def reader(
    known: frozenset[str], *, data: bool, repeatable: frozenset[str] = frozenset()
) -> Callable[[Request], Awaitable[None]]:
    """Return what reads the names of a request's parameters before its handler does.

    It refuses (400) what is no UTF-8, two values of a parameter that is not `repeatable`, and an edition that is no
    number. Where the address answers by `data` alone, it
    refuses the parameters that it does not know; else the handler does, by `refuse_unknown`, once it is clear that
    the answer is no page.
    """

    single = known - repeatable

    async def read(request: Request) -> None:
        request.state.known = known
        given = decode(request.scope["query_string"])
        request.state.unknown = unknown_among((name for name, _ in given), known)
        refuse_two_values(given, single)
        for name, value in given:
            if name == "edition":
                edition_number(value)
        if data:
            refuse_unknown(request)

    return read


def unknown_of(request: Request) -> tuple[str, ...]:
    """Return the parameters of a request that its address does not know."""
    found: tuple[str, ...] = getattr(request.state, "unknown", ())
    return found


def refuse_unknown(request: Request) -> None:
    """Raise ProblemError (400) where a request has a parameter that its address does not know."""
    for name in unknown_of(request):
        known = sorted(request.state.known)
        shown, near = name[:NAME_LENGTH], nearest(name, known)
        meant = text_of("did-you-mean", near=near) if near else Text("", "")
        extra = {"parameter": shown, "known": known} | ({"nearest": near} if near else {})
        raise ProblemError(
            problem("unknown-parameter", parameter=shown, meant=meant, known=", ".join(known), extra=extra)
        )


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name most like another, None where none is."""
    found = process.extractOne(name[:NAME_LENGTH].casefold(), known, scorer=fuzz.ratio, score_cutoff=NEAR)
    return str(found[0]) if found else None


def ignored_header(names: Iterable[str]) -> dict[str, str]:
    """Return the header that names parameters which a protocol's address has left aside, as RFC 3986 writes them."""
    said = ", ".join(quote(name[:NAME_LENGTH], safe="") for name in names)
    return {IGNORED: said} if said else {}
