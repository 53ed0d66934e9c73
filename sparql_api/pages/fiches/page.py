"""The list of fiches as a page: a form of words and facets that works without scripts.

Knows how the list is shown; not how it was found.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.fiches.facets import FACET_NAMES
from sparql_api.fiches.search import SORTS
from sparql_api.formats.negotiation import language
from sparql_api.http.parameters import yes_or_no
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.feeds.names import ALL, FACETS_WITH_FEEDS, feed_name
from sparql_api.pages.fiches.boxes import boxes
from sparql_api.pages.fiches.files import FILES
from sparql_api.pages.fiches.listing import EXAMPLES, Listing

CHOICES: Final = 12
"""Values of a facet in sight; the others stand behind a fold."""
OPEN: Final = ("niveau", "discipline")


def list_page(service: Service, request: Request, listing: Listing) -> Response:
    """Return the HTML page of a list."""
    view = View(service, request, language(request), listing.edition)
    files = [(name.upper() if name != "geojson" else "GeoJSON", file_address(view, name)) for name in FILES]
    context = {
        "selection": listing.selection,
        "total": listing.found.total,
        "examples": listing.examples,
        "with_examples": yes_or_no(request, EXAMPLES),
        "without_examples": view.here(**{EXAMPLES: None, "page": None}),
        "listed": listing.items,
        "facets": [facet_shown(view, listing, name) for name in FACET_NAMES],
        "removable": chips(view, listing),
        "unknown": listing.found.unknown,
        **words_shown(listing),
        "page": listing.page,
        "pages": listing.pages,
        "previous": at_page(view, listing, listing.page - 1) if listing.page > 1 else "",
        "next": at_page(view, listing, listing.page + 1) if listing.page < listing.pages else "",
        "downloads": files,
        "sort": listing.selection.sort,
        "sorts": SORTS,
        "feeds": feeds_shown(view, listing),
    }
    return render(service, request, "fiches.html", context, edition=listing.edition)


def feeds_shown(view: View, listing: Listing) -> dict[str, Any]:
    """Return the feed of exactly what the list shows, where there is one, else those of each of its filters.

    A feed follows one value of one facet; neither words nor several filters together.
    """
    base, chosen = view.service.iris.base, listing.found.chosen
    alone = {name: values[0] for name, values in chosen.items() if len(values) == 1 and name in FACETS_WITH_FEEDS}
    parts = [(value.label(view.language), view.feed(feed_name(value, base))) for value in alone.values()]
    if listing.selection.q.strip() or listing.found.unknown or len(chosen) != len(alone) or len(parts) > 1:
        return {"own": "", "parts": parts}
    return {"own": parts[0][1] if parts else view.feed(ALL), "parts": []}


def words_shown(listing: Listing) -> dict[str, Any]:
    """Return what a search by words shows: which word was taken for which, the words found, where else they stand."""
    text = listing.found.text
    if text is None:
        return {}
    return {
        "corrected": [(word, ", ".join(instead)) for word, instead in text.taken_for.items()],
        "wanted": text.wanted,
        "passages": listing.passages,
    }


def at_page(view: View, listing: Listing, page: int) -> str:
    """Return the address of another page of the same list, in the same edition."""
    return view.here(page=str(page), edition=str(listing.edition))


def file_address(view: View, suffix: str) -> str:
    """Return the address of the whole selection as a file."""
    return view.here(page=None, per_page=None).replace("/fiches", f"/fiches.{suffix}", 1)


def facet_shown(view: View, listing: Listing, name: str) -> dict[str, Any]:
    """Return a facet's choices: those chosen first, then the most held; where its vocabulary has an order, in that."""
    chosen = {value.iri: value for value in listing.found.chosen.get(name, ())}
    counts = {value.iri: (value, count) for value, count in listing.found.counts[name]}
    rows = [(value, counts.get(iri, (value, 0))[1]) for iri, value in chosen.items()]
    rows += [row for iri, row in counts.items() if iri not in chosen]
    ranked = any(value.rank is not None for value, _ in rows)
    if ranked:
        rows.sort(key=lambda row: (row[0].rank is None, row[0].rank))
    shown = [(value, count, value.iri in chosen) for value, count in rows]
    within = len(shown) if ranked else max(CHOICES, len(chosen))
    return {
        "name": name,
        "open": bool(chosen) or name in OPEN,
        "chosen": len(chosen),
        "choices": boxes(view, listing.index, shown[:within]),
        "others": boxes(view, listing.index, shown[within:]),
        "more": len(shown[within:]),
    }


def chips(view: View, listing: Listing) -> list[dict[str, str]]:
    """Return what the list is narrowed by, each with the address of the list without it."""
    found = []
    if listing.selection.q.strip():
        found.append({"label": listing.selection.q, "href": view.here(q=None, page=None)})
    for name, values in listing.found.chosen.items():
        label = view.t(f"facet.{name}")
        names = ", ".join(value.label(view.language) for value in values)
        if names:
            found.append(
                {"label": f"{label}\u00a0: {names}", "href": view.here(**{name: None, "page": None})}
            )
    return found
