"""Masks personal data in what is shown: messages, reports, logs (law 7).

Knows the patterns of ontologie/donnees/motifs_personnels.csv. Refusing personal data is the shapes' part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import rdflib

from ontologie import BASE, read_table

MASK = "▒▒▒▒"
"""What stands in place of personal data."""


def mask(text: str, base: str = BASE) -> str:
    """Return the text with every piece of personal data replaced by `▒▒▒▒`.

    >>> mask("Écrire à prenom.nom@exemple.fr pour en savoir plus.")
    'Écrire à ▒▒▒▒ pour en savoir plus.'
    """
    for pattern in personal_patterns(base):
        text = pattern.sub(MASK, text)
    return text


def mask_term(term: rdflib.term.Node, base: str = BASE) -> rdflib.term.Node:
    """Return an RDF term with the personal data in its text masked; a term without any is returned as it is."""
    return changed_term(term, lambda text: mask(text, base))


def changed_term(term: rdflib.term.Node, hide: Callable[[str], str]) -> rdflib.term.Node:
    """Return an RDF term with what `hide` gives in place of its text; one that it leaves is returned as it is."""
    text = str(term)
    masked = hide(text)
    if masked == text or isinstance(term, rdflib.BNode):
        return term
    if isinstance(term, rdflib.Literal):
        return rdflib.Literal(masked, lang=term.language, datatype=term.datatype, normalize=False)
    return rdflib.URIRef(masked)


@cache
def personal_patterns(base: str = BASE) -> tuple[re.Pattern[str], ...]:
    """Return the compiled pattern of each kind of personal data that public text must not hold."""
    table = read_table("donnees", "motifs_personnels.csv", base=base)
    return tuple(re.compile(row["motif"]) for row in table)
