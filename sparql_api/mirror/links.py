"""Leads the links of a page to the files of its mirror, by relative addresses, so that it works wherever it is served;
what the mirror does not hold, to the service. Knows pages as their templates write them; not what they say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from posixpath import dirname, relpath
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

SAFE: Final = "/:@!$&'()*+,;=~-._"
LINK: Final = re.compile(r'(\s(?:href|src|action)|\sproperty="og:url" content)="([^"]*)"')
"""An attribute that leads somewhere: templates write each between double quotes, which no text holds unescaped."""
CONTENT: Final = re.compile(r'<main id="contenu"[^>]*>')


@dataclass(frozen=True)
class MirrorLinks:
    """Where links lead: `file_of` an address in a language, the mirror's own address, that of the service."""

    file_of: Callable[[str, str], str | None]
    address: str
    service: str
    edition: int

    def page(self, html: str, file: str, language: str, note: str) -> str:
        """Return a page of the mirror with its links, and a `note` (HTML) before what it shows."""
        here = dirname(file)

        def led(found: re.Match[str]) -> str:
            link = unescape(found[2])
            # What a form sends is computed: no file answers it.
            form = found[1].strip() == "action" and link.startswith("/")
            told = self.service + link if form else self.lead(link, here, language)
            return f'{found[1]}="{escape(told)}"'

        return CONTENT.sub(lambda found: f"{found[0]}\n    {note}", LINK.sub(led, html), count=1)

    def lead(self, link: str, here: str, language: str) -> str:
        """Return where a link of a page in the folder `here` leads."""
        whole = link.startswith(f"{self.address}/")
        if not whole and (not link.startswith("/") or link.startswith("//")):
            return link
        asked = urlsplit(link.removeprefix(self.address) if whole else link)
        file = self.held(asked.path, asked.query, language)
        fragment = f"#{asked.fragment}" if asked.fragment else ""
        if file is None:
            return self.service + link.removeprefix(self.address)
        if whole:
            return f"{self.address}/{quote(file.removesuffix('index.html'), safe=SAFE)}{fragment}"
        return quote(relpath(file, here or "."), safe=SAFE) + fragment

    def held(self, path: str, query: str, language: str) -> str | None:
        """Return the file that an address leads to from a page in a language; None where the mirror has none."""
        pairs = parse_qsl(query, keep_blank_values=True)
        language = next((value for name, value in pairs if name == "lang"), language)
        rest = [pair for pair in pairs if pair[0] != "lang" and pair != ("edition", str(self.edition))]
        address = path + (f"?{urlencode(rest)}" if rest else "")
        found = self.file_of(address, language) or self.file_of(address, "")
        return found or (None if rest else self.file_of(f"{path}.html", language))
