"""Writes a feed in Atom (RFC 4287), what was erased as tombstones (RFC 6721). Knows no edition and no address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sparql_api.formats.xml_text import Element, element, xml_document
from sparql_api.pages.feeds.entries import FeedEntry, Tombstone

ATOM: Final = "http://www.w3.org/2005/Atom"
DELETED: Final = "http://purl.org/atompub/tombstones/1.0"
MEDIA_TYPE: Final = "application/atom+xml"


@dataclass(frozen=True)
class Feed:
    """A feed, but for what it holds: its names and its addresses."""

    iri: str
    title: str
    subtitle: str
    language: str
    author: str
    updated: str
    """When the edition was published; what the feed holds may be older."""
    own: str
    """Its own address."""
    page: str
    """The address of the list of the same fiches."""
    licences: Sequence[str]


def write_feed(feed: Feed, entries: Sequence[tuple[FeedEntry, str, str]], gone: Sequence[Tombstone]) -> bytes:
    """Return a feed as XML; with each entry comes the address of its page, and of its data."""
    moments = [entry.updated for entry, _, _ in entries] + [one.when for one in gone]
    said = [
        element("id", feed.iri),
        element("title", feed.title),
        element("subtitle", feed.subtitle),
        element("updated", max(moments, default=feed.updated)),
        element("author", element("name", feed.author)),
        element("link", rel="self", type=MEDIA_TYPE, href=feed.own),
        element("link", rel="alternate", type="text/html", href=feed.page),
        *(element("link", rel="license", href=one) for one in feed.licences),
        element("rights", " ".join(feed.licences)),
    ]
    said += [written(*entry) for entry in entries]
    said += [element("at:deleted-entry", ref=one.iri, when=one.when) for one in gone]
    return xml_document(element("feed", *said, xmlns=ATOM, xmlns_at=DELETED, xml_lang=feed.language))


def written(entry: FeedEntry, page: str, data: str) -> Element:
    """Return an entry; its words are in the language of their fiche."""
    summary = [element("summary", entry.summary, type="text", xml_lang=entry.language)] if entry.summary else []
    return element(
        "entry",
        element("id", entry.iri),
        element("title", entry.title, type="text", xml_lang=entry.language),
        element("published", entry.published),
        element("updated", entry.updated),
        element("link", rel="alternate", type="text/html", href=page),
        element("link", rel="alternate", type="application/ld+json", href=data),
        *summary,
    )
