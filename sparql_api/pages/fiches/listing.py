"""The list of fiches that a request asks for: words, facets and pages, found and told as JSON.

Knows parameters; the search itself is the index's, the routes and the page stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from sparql_api.fiches.facets import FACET_NAMES
from sparql_api.fiches.rows import Documents
from sparql_api.fiches.search import SORTS, FicheIndex, SearchResult, Selection, Value
from sparql_api.fiches.text import Wanted
from sparql_api.fiches.things import is_thing
from sparql_api.fiches.words import words
from sparql_api.http.parameters import yes_or_no
from sparql_api.http.site import site_of
from sparql_api.pages.common.service import Service
from sparql_api.pages.fiches.since import ChangedSince, since_asked
from sparql_api.settings import Settings
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import text_of

Parts = Sequence[tuple[str, bool]]
"""A text in parts, each with whether it is a word looked for."""
BEYOND: Final = {
    "search_max_chars": "too-many-characters",
    "search_max_words": "too-many-words",
    "search_max_distinct_words": "too-many-different-words",
    "facet_max_values": "too-many-values",
}
"""What is said where a request asks for more than a setting allows."""
EXAMPLES: Final = "exemples"
"""The parameter that shows invented examples beside the projects."""
SORT: Final = "tri"
"""The parameter that says in which order the list comes."""
PER_PAGE: Final = 20
SUGGESTED: Final = 8
MOST_PER_PAGE: Final = 500


@dataclass(frozen=True)
class Listing:
    """One page of a list: what was asked, what was found, which part of it is shown."""

    edition: int
    index: FicheIndex
    selection: Selection
    found: SearchResult
    page: int
    per_page: int
    numbers: Sequence[int]
    """Those of the fiches that the page shows, in its order."""
    items: Sequence[Mapping[str, Any]]
    passages: Sequence[Parts]
    """For each of them, what stands around a word looked for, where title and summary hold none."""
    since: ChangedSince | None = None
    """What the list is left of, where only what changed is asked."""

    @property
    def examples(self) -> int:
        """Return how many of the fiches found are invented examples."""
        return self.found.examples

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.found.total // self.per_page))


def find(service: Service, request: Request, edition: int) -> Listing:
    """Return the page of the list that a request asks for; raises ProblemError 400 for a bad number."""
    page = whole_number(request, "page", 1, 1_000_000)
    per_page = whole_number(request, "per_page", PER_PAGE, MOST_PER_PAGE)
    read = service.edition_number(edition)
    since = since_asked(service, request, read)
    selection = within_since(selection_of(request, service.settings), since)
    index = index_of(service.index(read), request)
    found = index.select(selection)
    shown = found.page((page - 1) * per_page, page * per_page)
    items = [complete(item, index) for item in index.items(shown)]
    told = [] if found.text is None else [*passages(Documents(service.iris), index, shown, items, found.text.wanted)]
    return Listing(edition, index, selection, found, page, per_page, shown, items, told, since)


def passages(
    inside: Documents, index: FicheIndex, numbers: Sequence[int], items: Sequence[Mapping[str, Any]], wanted: Wanted
) -> Iterator[Parts]:
    """Yield, for each fiche shown, the passage that holds a word looked for, where its title and summary hold none."""
    seen = [bool(wanted.passage((item["titre"], item["resume"]))) for item in items]
    documents = index.documents([number for number, shown in zip(numbers, seen, strict=True) if not shown])
    for shown in seen:
        yield [] if shown else wanted.passage(inside.words(next(documents)))


def within_since(selection: Selection, since: ChangedSince | None) -> Selection:
    """Return a selection of what changed alone, where that is asked."""
    return selection if since is None else replace(selection, ids=since.held)


def suggested(service: Service, request: Request, edition: int) -> dict[str, Any]:
    """Return searches that complete the last word of `q`; raises ProblemError 400 for more than may be asked."""
    q = selection_of(request, service.settings).q
    found = service.index(service.edition_number(edition)).text.suggestions(q, SUGGESTED)
    return {"edition": edition, "q": q, "items": [{"text": text, "fiches": count} for text, count in found]}


def selection_of(request: Request, settings: Settings) -> Selection:
    """Return the words and the facets that a request asks for; raises ProblemError 400 for more than may be asked."""
    asked = request.query_params
    facets = {name: tuple(asked.getlist(name)) for name in FACET_NAMES}
    q = asked.get("q", "")
    for name, texts in {"q": (q,), **facets}.items():
        within(name, "search_max_chars", max(map(len, texts), default=0), settings)
    found = words(q)
    within("q", "search_max_words", len(found), settings)
    within("q", "search_max_distinct_words", len(set(found)), settings)
    fullest = max(FACET_NAMES, key=lambda name: len(facets[name]))
    within(fullest, "facet_max_values", sum(map(len, facets.values())), settings)
    return Selection(q, facets, sort_of(asked.get(SORT, "")))


def sort_of(asked: str) -> str:
    """Return the order that a request asks for, nothing for the list's own; raises ProblemError 400 for another."""
    if asked in ("", *SORTS):
        return asked
    reason = text_of("one-of-these", values=", ".join(SORTS))
    raise ProblemError(problem("parameter", parameter=SORT, reason=reason, extra={"parameter": SORT}))


def index_of(index: FicheIndex, request: Request) -> FicheIndex:
    """Return an index as a request asks for it: with invented examples or, by default, without."""
    return index.with_examples if yes_or_no(request, EXAMPLES) else index


def within(parameter: str, bound: str, count: int, settings: Settings) -> None:
    """Raise ProblemError 400 where a parameter goes beyond the setting that bounds it."""
    most: int = getattr(settings, bound)
    if count <= most:
        return
    name = f"OBSERVATOIRE_{bound.upper()}"
    reason = text_of(BEYOND[bound], count=count, most=most, name=name)
    extra = {"parameter": parameter, "bound": name, "limit": most}
    raise ProblemError(problem("parameter", parameter=parameter, reason=reason, extra=extra))


def whole_number(request: Request, name: str, default: int, most: int) -> int:
    """Return a parameter that is a number from 1 to `most`; raises ProblemError 400 where it is none."""
    text = request.query_params.get(name) or str(default)
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    reason = text_of("number-up-to", most=most)
    raise ProblemError(problem("parameter", parameter=name, reason=reason, extra={"parameter": name}))


def complete(item: Mapping[str, Any], index: FicheIndex) -> dict[str, Any]:
    """Return an item of the list with the id and the labels of its facets' values, then the words of no vocabulary."""
    told = {name: value for name, value in item.items() if name != "horsVocabulaire"}
    told |= {name: [value_json(index.value(name, iri), iri) for iri in item[name]] for name in FACET_NAMES}
    for name, deposited in item["horsVocabulaire"].items():
        told[name] = [*told[name], *map(word_json, deposited)]
    return told


def word_json(text: str) -> dict[str, Any]:
    """Return a label that no vocabulary knows, as it was deposited, beside a facet's values."""
    return {"iri": None, "id": None, "label": {"fr": text}, "horsVocabulaire": True}


def value_json(value: Value | None, iri: str) -> dict[str, Any]:
    """Return a facet's value for JSON."""
    if value is None:
        return {"iri": iri, "id": iri, "label": {}}
    return {"iri": value.iri if is_thing(value.iri) else None, "id": value.id, "label": dict(value.labels)}


def as_json(request: Request, listing: Listing) -> dict[str, Any]:
    """Return the list as JSON: total, of which examples, items, facets, next (an address, or null on the last page)."""
    found = listing.found
    return {
        "total": found.total,
        "examples": listing.examples,
        "edition": listing.edition,
        "page": listing.page,
        "per_page": listing.per_page,
        "next": next_address(request, listing) if listing.page < listing.pages else None,
        **({"since": since.edition, "gone": [*since.gone]} if (since := listing.since) else {}),
        "unknown": [{"facet": facet, "value": text} for facet, text in found.unknown],
        "corrected": [{"word": word, "instead": [*instead]} for word, instead in corrected(found)],
        "items": [*items_json(listing)],
        "facets": {
            name: [{**value_json(value, value.iri), "count": count} for value, count in counts]
            for name, counts in found.counts.items()
        },
    }


def items_json(listing: Listing) -> Iterator[Mapping[str, Any]]:
    """Yield each fiche shown, where words were asked with its texts in parts, of which some are words found."""
    if listing.found.text is None:
        yield from listing.items
        return
    parts = listing.found.text.wanted.parts
    for item, passage in zip(listing.items, listing.passages, strict=True):
        told = {"titre": parts(item["titre"]), "resume": parts(item["resume"]), "passage": passage}
        found = {name: [{"text": text, "found": held} for text, held in one] for name, one in told.items() if one}
        yield {**item, "highlights": found}


def corrected(found: SearchResult) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Return (word that no fiche holds, the close ones that were looked for in its place)."""
    return found.text.taken_for.items() if found.text else ()


def next_address(request: Request, listing: Listing) -> str:
    """Return the address of the next page of the same list in the same edition."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("page", "edition")]
    query = urlencode([*kept, ("page", str(listing.page + 1)), ("edition", str(listing.edition))])
    return f"{site_of(request)}/fiches?{query}"
