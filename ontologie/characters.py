"""Names the characters that nobody sees, for messages: one that quotes such a character alone says nothing.

Knows the names of `phrases/caracteres.csv`; which characters are seen follows Unicode's general categories
(https://www.unicode.org/reports/tr44/#General_Category_Values).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from ontologie.sentences import sentence, sentence_table

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def is_invisible(character: str) -> bool:
    """Tell whether a character cannot be seen, or is taken for a plain space."""
    return character != " " and unicodedata.category(character) in _UNSEEN


def character_name(character: str, lang: str) -> str:
    """Return what an invisible character is: "U+00A0 (espace insécable)", "U+00A0 (no-break space)"."""
    code = f"{ord(character):04X}"
    return f"U+{code} ({sentence('caracteres', code if code in sentence_table('caracteres') else 'other', lang)})"


def with_names(text: str, lang: str) -> str:
    """Return a text with every invisible character replaced by its name in square brackets."""
    return "".join(f"[{character_name(one, lang)}]" if is_invisible(one) else one for one in text)
