"""How an address is compared with others: every spelling that a person, a browser or a server takes for one is one.

RFC 3986, section 6.2 (case, percent-encoding, dot segments, default ports), RFC 3987, section 5.3.2 (Unicode), UTS 46
for hosts. What is compared is never written: a document keeps the address that it gives.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

LONGEST: Final = 500
"""Characters of an address that can be a namespace."""
_SLASHES: Final = re.compile(r"/+")
_PARTS: Final = re.compile(r"[^\W\d_]+")
_ALIKE: Final = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))
"""Scripts whose letters pass for one another: a word has those of one of them."""
_STRAYS: Final = re.compile(r"/\.{1,2}(?:[/?#]|$)|[^:]//|\\")
_DEFAULT_PORTS: Final = (None, 80, 443)


@lru_cache(maxsize=50_000)
def compared(address: str) -> str | None:
    """Return what addresses of one thing share, however they are spelt; None where an address is no usable one.

    Scheme, port by default, case, encoding and what stands for nothing (`//`, `/./`, a last dot, a user) do not count.

    >>> compared("HTTP://u@W3ID.org.:443/a//%62/./c#"), compared("https://w3id.org/A/b/c/")
    ('w3id.org/a/b/c', 'w3id.org/a/b/c')
    >>> compared("https://w3іd.org/a/"), compared("ftp://w3id.org/a/")
    (None, None)
    """
    import httpx  # partners alone need it: the processes that examine projects load less

    text = address
    while len(text) <= LONGEST and (plain := _plain(text)) != text:
        text = plain
    try:
        url = httpx.URL(text if len(text) <= LONGEST else "")
        host = url.host.strip(".")  # of an international name, as it is read
    except (httpx.InvalidURL, UnicodeError):
        return None
    if url.scheme not in ("http", "https") or not host or "%" in host or _mixed(text) or _mixed(host):
        return None
    port = "" if url.port in _DEFAULT_PORTS else f":{url.port}"
    rest = "/".join(part for part in (url.path, url.query.decode(), url.fragment) if part)
    return f"{host}{port}{_SLASHES.sub('/', '/' + rest)}".rstrip("/")


def within(one: str, other: str) -> bool:
    """Tell whether an address is another, or stands below it, both as `compared` returns them.

    >>> within("e.org/a/b", "e.org/a"), within("e.org/ab", "e.org/a")
    (True, False)
    """
    return one == other or one.startswith(other + "/")


def meet(one: str, other: str) -> bool:
    """Tell whether two namespaces have room in common, both as `compared` returns them."""
    return within(one, other) or within(other, one)


def strays(iri: str) -> bool:
    """Tell whether an IRI leads elsewhere than it looks: dot segments, empty ones, backslashes, encoded or not.

    >>> strays("https://e.org/a/../b"), strays("https://e.org/a/%2E%2e/b"), strays("https://e.org/a/b.c")
    (True, True, False)
    """
    plain = unquote(iri)
    return bool(_STRAYS.search(plain)) or (plain != iri and strays(plain))


def _plain(text: str) -> str:
    """Return an address with one layer less of encoding, and of characters that are not seen."""
    text = unicodedata.normalize("NFKC", unquote(text, errors="surrogateescape")).casefold().replace("\\", "/")
    return "".join(one for one in text if unicodedata.category(one) not in ("Cc", "Cf"))


def _mixed(text: str) -> bool:
    """Tell whether a word is written with letters of scripts that pass for one another."""
    words = (word for word in _PARTS.findall(text) if not word.isascii())
    return any(len({unicodedata.name(one, "").partition(" ")[0] for one in word} & _ALIKE) > 1 for word in words)
