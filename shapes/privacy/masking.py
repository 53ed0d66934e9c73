"""Masks personal data in what is shown: messages, reports, logs (law 7).

Knows that what a person has yet to read is masked too. What is personal is said in passages.py.
"""

from __future__ import annotations

from collections.abc import Callable

import rdflib

from shapes.privacy.passages import passages

MASK = "▒▒▒▒"
"""What stands in place of personal data."""


def mask(text: str) -> str:
    """Return the text with every passage that is personal, or may be, replaced by `▒▒▒▒`.

    >>> mask("Écrire à prenom.nom@exemple.fr pour en savoir plus.")
    'Écrire à ▒▒▒▒ pour en savoir plus.'
    """
    kept = len(text)
    for found in sorted(passages(text), key=lambda one: (one.end, one.start), reverse=True):
        if found.start < kept:
            text = text[: found.start] + MASK + text[min(found.end, kept) :]
            kept = found.start
    return text


def mask_term(term: rdflib.term.Node) -> rdflib.term.Node:
    """Return an RDF term with the personal data in its text masked; a term without any is returned as it is."""
    return changed_term(term, mask)


def changed_term(term: rdflib.term.Node, hide: Callable[[str], str]) -> rdflib.term.Node:
    """Return an RDF term with what `hide` gives in place of its text; one that it leaves is returned as it is."""
    text = str(term)
    masked = hide(text)
    if masked == text or isinstance(term, rdflib.BNode):
        return term
    if isinstance(term, rdflib.Literal):
        return rdflib.Literal(masked, lang=term.language, datatype=term.datatype, normalize=False)
    return rdflib.URIRef(masked)
