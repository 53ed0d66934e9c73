"""Names the characters that nobody sees, where a message quotes a text that holds some.

Most come with what is copied from a word processor or a page. Names are Unicode's, in the words of each language.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from sparql_api.texts import Text

INVISIBLE: Final = {
    "\u00a0": Text("espace insécable", "no-break space"),
    "\u00ad": Text("trait d'union conditionnel", "soft hyphen"),
    "\u0085": Text("saut de ligne NEL", "next line"),
    "\u1680": Text("espace oghamique", "Ogham space mark"),
    **{chr(code): Text("espace typographique", "typographic space") for code in range(0x2000, 0x200B)},
    "\u2007": Text("espace de la largeur d'un chiffre", "figure space"),
    "\u2009": Text("espace fine", "thin space"),
    "\u200b": Text("espace sans chasse", "zero-width space"),
    "\u200c": Text("antiliant sans chasse", "zero-width non-joiner"),
    "\u200d": Text("liant sans chasse", "zero-width joiner"),
    "\u2028": Text("séparateur de lignes", "line separator"),
    "\u2029": Text("séparateur de paragraphes", "paragraph separator"),
    "\u202f": Text("espace fine insécable", "narrow no-break space"),
    "\u205f": Text("espace mathématique", "mathematical space"),
    "\u2060": Text("gluon de mots", "word joiner"),
    "\u3000": Text("espace idéographique", "ideographic space"),
    "\ufeff": Text("marque d'ordre des octets", "byte order mark"),
    **{
        mark: Text("marque de sens d'écriture", "mark of writing direction")
        for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    },
}


def is_invisible(character: str) -> bool:
    """Tell whether a character is seen as nothing, or as a space that is none of SPARQL's."""
    return character in INVISIBLE or (not character.isprintable() and character not in " \t\r\n")


def named(character: str) -> Text:
    """Return a character's code and name: `U+00A0 (espace insécable)`."""
    code, name = f"U+{ord(character):04X}", unicodedata.name(character, "").lower()
    known = INVISIBLE.get(character) or (Text(name, name) if name else None)
    return Text(f"{code} ({known.fr})", f"{code} ({known.en})") if known else Text(code, code)


def visible(text: str) -> Text:
    """Return a text as a message quotes it, what nobody sees of it named in brackets."""
    if not any(map(is_invisible, text)):
        return Text(text, text)
    parts = [named(c) if is_invisible(c) else None for c in text]
    fr = [f"[{part.fr}]" if part else c for c, part in zip(text, parts, strict=True)]
    en = [f"[{part.en}]" if part else c for c, part in zip(text, parts, strict=True)]
    return Text("".join(fr), "".join(en))
