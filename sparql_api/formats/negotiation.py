"""Content negotiation (RFC 9110 §12): media types by q-value and specificity, codings, languages, names.

Knows headers and names of formats; nothing of queries or answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Final, Literal, ParamSpec, TypeVar

if TYPE_CHECKING:
    from starlette.requests import Request

    from ontologie import Language

TABLES: Final[dict[str, str]] = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
"""Formats of SELECT and ASK, the preferred one first."""

GRAPHS: Final[dict[str, str]] = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "n3": "text/n3",
}
"""Formats of CONSTRUCT and DESCRIBE, the preferred one first."""

FORMATS: Final = {**TABLES, **GRAPHS}
HTML: Final = "text/html"

# Other names that clients send: those of SPARQLWrapper, Fuseki and Virtuoso, and of files.
_SYNONYMS: Final = {
    "turtle": "ttl",
    "n-triples": "nt",
    "ntriples": "nt",
    "json-ld": "jsonld",
    "rdf+xml": "rdf",
    "rdfxml": "rdf",
    "rdf/xml": "rdf",
    "nquads": "nq",
    "n-quads": "nq",
    "srj": "json",
    "srx": "xml",
    "sparql-results+json": "json",
    "sparql-results+xml": "xml",
}
# Media types that say less than ours but are answered as asked.
TABLE_ALIASES: Final = {"application/json": TABLES["json"], "application/xml": TABLES["xml"]}
GRAPH_ALIASES: Final = {
    "application/json": GRAPHS["jsonld"],
    "application/xml": GRAPHS["rdf"],
    "application/x-turtle": GRAPHS["ttl"],
    "text/rdf+n3": GRAPHS["n3"],
}
TURTLE_ALIASES: Final = {"text/n3": GRAPHS["ttl"], "text/rdf+n3": GRAPHS["ttl"]}
"""Where N3 is not offered: whoever reads it reads Turtle."""


T = TypeVar("T")
P = ParamSpec("P")
SHORT: Final = 512


def remembered(read: Callable[P, T]) -> Callable[P, T]:
    """Keep what was read of the headers last seen, unless they are long: most clients send the same few."""
    kept = lru_cache(maxsize=512)(read)

    @wraps(read)
    def reading(*headers: P.args, **named: P.kwargs) -> T:
        short = not named and sum(len(str(header)) for header in headers) < SHORT
        return kept(*headers) if short else read(*headers, **named)

    return reading


@dataclass(frozen=True)
class MediaRange:
    """One element of an Accept header: `type/subtype`, its parameters without q, and its weight."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    quality: float

    def specificity(self, media_type: str) -> int | None:
        """Return how precisely the range names a media type (0 to 4), None where it does not.

        A parameter that our format has not (a charset, a version, JSON-LD's profile) is a wish that does not make it
        another one; a range without it names the format better.
        """
        name, _, rest = media_type.partition(";")
        kind, _, subtype = name.strip().lower().partition("/")
        offered = {parameter for parameter in map(_parameter, rest.split(";")) if parameter}
        hinted = not set(self.parameters) <= offered
        if (self.type, self.subtype) == (kind, subtype):
            return 2 if hinted else 4 if self.parameters else 3
        if self.type == kind and self.subtype == "*":
            return 1
        return 0 if self.type == self.subtype == "*" else None


def parse_accept(header: str | None) -> tuple[MediaRange, ...]:
    """Return the ranges of an Accept header; a missing or empty one accepts everything.

    Elements that are no media range are left out, as is a q-value that is no number.
    """
    if not header or not header.strip():
        return (MediaRange("*", "*", (), 1.0),)
    ranges = []
    for element in _split(header, ","):
        name, *rest = _split(element, ";")
        kind, slash, subtype = name.strip().lower().partition("/")
        if name.strip() == "*":  # Sent by some old clients for */*.
            kind, slash, subtype = "*", "/", "*"
        if not slash or not kind or not subtype:
            continue
        parameters = [p for p in map(_parameter, rest) if p]
        weights = [value for key, value in parameters if key == "q"]
        others = tuple(p for p in parameters if p[0] != "q")
        ranges.append(MediaRange(kind, subtype, others, _quality(weights[0]) if weights else 1.0))
    return tuple(ranges)


def quality(ranges: Sequence[MediaRange], media_type: str) -> float:
    """Return the weight of a media type: that of the most specific range that names it, 0 where none does."""
    best, weight = -1, 0.0
    for accepted in ranges:
        found = accepted.specificity(media_type)
        if found is not None and found > best:
            best, weight = found, accepted.quality
    return weight


def choose(accept: str | None, offers: Sequence[str], worth: Mapping[str, float] | None = None) -> str | None:
    """Return the offer with the greatest weight, the first of equals; None where none is accepted.

    `worth` are offers that say the thing less well than the others, by a factor below 1.
    """
    ranges = parse_accept(accept)
    weights = [quality(ranges, offer) * (worth or {}).get(offer, 1.0) for offer in offers]
    best = max(weights, default=0.0)
    return offers[weights.index(best)] if best > 0 else None


@remembered
def media_type_for(form: str, accept: str | None) -> str | None:
    """Return the media type in which to answer a query of this form; None means 406.

    Aliases are answered under the name asked: who accepts `application/json` alone is sent that.
    """
    table = form in ("SELECT", "ASK")
    offers = [*(TABLES if table else GRAPHS).values(), *(TABLE_ALIASES if table else GRAPH_ALIASES)]
    return choose(accept, offers)


def written_as(form: str, media_type: str) -> str:
    """Return the format behind a media type or its alias."""
    aliases = TABLE_ALIASES if form in ("SELECT", "ASK") else GRAPH_ALIASES
    return aliases.get(media_type, media_type)


def short_format(name: str, offers: Mapping[str, str] = FORMATS) -> str | None:
    """Return the media type of `format=`'s value among the offers: a short name or a media type itself."""
    key = name.strip().lower().replace(" ", "+")  # A form's "+" arrives as a space.
    key = _SYNONYMS.get(key, key)
    if key in offers:
        return offers[key]
    return key if key in offers.values() else None


def format_for(form: str, name: str) -> str | None:
    """Return the media type that `format=` asks of a query of this form; None where it has no such format."""
    if form in ("SELECT", "ASK"):
        return short_format(name, TABLES) or _alias(name, TABLE_ALIASES)
    return short_format(name, {**GRAPHS, "json": GRAPHS["jsonld"], "xml": GRAPHS["rdf"]}) or _alias(
        name, GRAPH_ALIASES
    )


def extension(media_type: str) -> str:
    """Return the file name extension of one of our formats, without the dot."""
    return next((name for name, value in FORMATS.items() if value == media_type), "txt")


@remembered
def prefers_html(accept: str | None) -> bool:
    """Tell whether a browser asks: HTML is accepted by name, before any data format."""
    ranges = parse_accept(accept)
    html = max((r.quality for r in ranges if (r.type, r.subtype) == ("text", "html")), default=0.0)
    named = (r.quality for r in ranges if (r.type, r.subtype) not in (("text", "html"), ("*", "*")))
    others = max((q for q in named), default=0.0)
    return html > 0 and (html > others or choose(accept, [HTML, *FORMATS.values()]) == HTML)


Coding = Literal["zstd", "gzip", "identity"]


@remembered
def coding(header: str | None) -> Coding:
    """Return the content coding to use for an Accept-Encoding header; identity where no other is accepted."""
    if not header:
        return "identity"
    weights: dict[str, float] = {}
    for element in _split(header, ","):
        name, *rest = _split(element, ";")
        values = [value for key, value in filter(None, map(_parameter, rest)) if key == "q"]
        weights[name.strip().lower()] = _quality(values[0]) if values else 1.0
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    offers: tuple[Coding, ...] = ("zstd", "gzip")
    best = max(offers, key=lambda offer: weights.get(offer, weights.get("*", 0.0)))
    weight = weights.get(best, weights.get("*", 0.0))
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else "identity"


def language(request: Request) -> Language:
    """Return the caller's language: `lang=`, else `Accept-Language`, else French."""
    asked = request.query_params.get("lang")
    if asked in ("fr", "en"):
        return "fr" if asked == "fr" else "en"
    return ranked_languages(request.headers.get("accept-language"))


def ranked_languages(header: str | None) -> Literal["fr", "en"]:
    """Return fr or en by an Accept-Language header (RFC 9110 §12.5.4); French without preference."""
    weights = {"fr": 0.0, "en": 0.0}
    for element in _split(header or "", ","):
        name, *rest = _split(element, ";")
        values = [value for key, value in filter(None, map(_parameter, rest)) if key == "q"]
        weight = _quality(values[0]) if values else 1.0
        primary = name.strip().lower().partition("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], weight)
    return "en" if weights["en"] > weights["fr"] else "fr"


def _alias(name: str, aliases: Mapping[str, str]) -> str | None:
    key = name.strip().lower().replace(" ", "+")
    return key if key in aliases else None


def _parameter(text: str) -> tuple[str, str] | None:
    key, equals, value = text.partition("=")
    return (key.strip().lower(), value.strip().strip('"').lower()) if equals else None


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _split(text: str, separator: str) -> list[str]:
    """Split a header's value where the separator stands outside of quotes."""
    if '"' not in text:
        return text.split(separator)
    parts, start, quoted = [], 0, False
    for i, character in enumerate(text):
        if character == '"' and (i == 0 or text[i - 1] != "\\"):
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]
