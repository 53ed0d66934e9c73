"""Signposts: the links in the headers of a thing's page and data (https://signposting.org/FAIR/), and its mementos'.

Knows addresses; what a thing is licensed under it is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingestion import Edition
from ontologie import Iris
from sparql_api.formats.rdf_formats import MEDIA_TYPES
from sparql_api.pages.signs.mementos import LINK_FORMAT, at, stamp

SCHEMA: Final = "https://schema.org/"
TYPES: Final = {"projet": ("LearningResource", "AboutPage")}
"""What a page is, by the kind of its thing; any other is about something."""
_SCHEMAS: Final = re.compile(r"<https?://schema\.org/?>")


@dataclass(frozen=True)
class Signs:
    """A thing and the edition that its answer comes from; `pinned` tells that the address names that."""

    iris: Iris
    path: str
    site: str
    edition: Edition
    licences: Sequence[str]
    pinned: bool

    def headers(self, name: str, profile: str) -> dict[str, str]:
        """Return the headers of one of its formats, by its short name, and by the profile that it is written in."""
        edition = self.iris.entity("edition", str(self.edition.number))
        links = [f'<{self.iris.base}{self.path}>; rel="cite-as"', f'<{edition}>; rel="collection"']
        links += self._of_page() if name == "html" else self._of_data()
        links += [f'<{SCHEMA}>; rel="profile"'] if profile else []
        links += [f'<{one}>; rel="license"' for one in self.licences]
        links.append(original_links(self.site, self.path))
        memento = {"Memento-Datetime": memento_stamp(self.edition)} if self.pinned else {}
        return {"Link": ", ".join(links), **memento}

    def _of_page(self) -> list[str]:
        links = [f'<{SCHEMA}{one}>; rel="type"' for one in TYPES.get(self.path.partition("/")[0], ("AboutPage",))]
        for name, media_type in MEDIA_TYPES.items():
            links.append(f'<{self._address(name)}>; rel="describedby"; type="{media_type}"')
        return [*links, f'<{self._address("jsonld")}>; rel="item"; type="{MEDIA_TYPES["jsonld"]}"']

    def _of_data(self) -> list[str]:
        page = f'<{self._address("html")}>; rel="collection"; type="text/html"'
        return [f'<{self.iris.base}{self.path}>; rel="describes"', page]

    def _address(self, name: str) -> str:
        return f"{self.site}/{self.path}.{name}" + (f"?edition={self.edition.number}" if self.pinned else "")


def original_links(site: str, path: str) -> str:
    """Return the links of whatever a thing is answered with to its TimeGate and TimeMap (RFC 7089, section 2.2)."""
    timemap = f'<{site}/timemap/{path}>; rel="timemap"; type="{LINK_FORMAT}"'
    return f'<{site}/{path}>; rel="original timegate", {timemap}'


def memento_stamp(edition: Edition) -> str:
    """Return the moment of an edition as HTTP writes it."""
    return stamp(at(str(edition.manifest["date"])))


def wants_schema(header: str) -> bool:
    """Tell whether `Accept-Profile` wants the terms of schema.org (draft-svensson-profiled-representations)."""
    return bool(_SCHEMAS.search(header))
