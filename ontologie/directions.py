"""Texts that turn the direction of others: closed before they stand among other texts, and otherwise as written.

Arabic and Hebrew need none of these characters, and may use them; what is kept, exchanged and exported has them as
deposited. A text that opens a direction and does not close it turns what follows it, one that closes what it did not
open breaks the isolation around it (UAX #9, https://www.unicode.org/reports/tr9/, X5a to X7).
"""

from __future__ import annotations

import re
from typing import Final

POP: Final = "\u202c"
END: Final = "\u2069"
OPENING: Final = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", POP),
    **dict.fromkeys("\u2066\u2067\u2068", END),
}
"""Embeddings, overrides and isolates, each with what ends it."""
DIRECTIONS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BETWEEN_MARKS: Final = re.compile('(<script[ >].*?</script>)|[^<>"]*[\u202a-\u202e\u2066-\u2069][^<>"]*', re.DOTALL)
"""A script, of which nothing is shown, or what stands between two marks of HTML."""


def closed(text: str) -> str:
    """Return a text that ends each direction that it begins, without the ends of what it did not begin.

    >>> closed("a\\u202eb") == "a\\u202eb\\u202c", closed("a\\u2069b"), closed("عربي")
    (True, 'ab', 'عربي')
    """
    if not DIRECTIONS.search(text):
        return text
    waiting, kept = list[str](), list[str]()
    for sign in text:
        if sign in OPENING:
            waiting.append(OPENING[sign])
        elif sign == POP:
            if not waiting or waiting[-1] != POP:
                continue
            waiting.pop()
        elif sign == END:
            if END not in waiting:
                continue
            while waiting.pop() != END:
                continue
        kept.append(sign)
    return "".join(kept + waiting[::-1])


def closed_in_html(html: str) -> str:
    """Return HTML in which no text and no attribute turns what stands around it; attributes are in double quotes."""
    if not DIRECTIONS.search(html):
        return html
    return _BETWEEN_MARKS.sub(lambda found: found[1] or closed(found[0]), html)
