"""The words of the report itself, in French and English; those of its entries are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["fr", "en"]

ORDER: Final = {"violation": 0, "warning": 1, "info": 2}
"""Severities, gravest first."""

WORDS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "title": "Rapport de dépôt",
        "severity": "gravité",
        "count": "nombre",
        "field": "champ",
        "what": "ce qui ne va pas, et que faire",
        "where": "où",
        "violation": "refus",
        "warning": "avertissement",
        "info": "conseil",
        "in_all": "en tout",
        "times": "{number} fois",
        "once": "1 fois",
        "do": "Que faire :",
        "at": "Où :",
        "suggestions": "suggestions",
        "values": "Valeurs :",
        "nothing": "Rien à signaler.",
        "reading": "Lecture des fichiers",
        "causes": "Causes, de la plus grave à la plus légère",
        "details": "Toutes les lignes concernées",
        "line": "ligne",
        "column": "colonne",
        "value": "valeur",
        "message": "message",
        "remedy": "que faire",
        "file": "fichier",
        "document": "fiche",
        "rule": "règle",
        "more": "Les {number} premières lignes sont montrées ; le rapport CSV les a toutes.",
    },
    "en": {
        "title": "Deposit report",
        "severity": "severity",
        "count": "count",
        "field": "field",
        "what": "what is wrong, and what to do",
        "where": "where",
        "violation": "refusal",
        "warning": "warning",
        "info": "advice",
        "in_all": "in all",
        "times": "{number} times",
        "once": "once",
        "do": "What to do:",
        "at": "Where:",
        "suggestions": "suggestions",
        "values": "Values:",
        "nothing": "Nothing to report.",
        "reading": "Reading the files",
        "causes": "Causes, from the gravest to the lightest",
        "details": "All lines concerned",
        "line": "line",
        "column": "column",
        "value": "value",
        "message": "message",
        "remedy": "what to do",
        "file": "file",
        "document": "fiche",
        "rule": "rule",
        "more": "The first {number} lines are shown; the CSV report has them all.",
    },
}

_COUNTS: Final = {
    "fr": (
        "{read} {noun} : {accepted} acceptée{s}{among} ; {refused} refusée{r}.",
        ", dont {warned} avec avertissement",
    ),
    "en": ("{read} {noun}: {accepted} accepted{among}; {refused} refused.", ", {warned} of them with a warning"),
}
_NOUNS: Final = {"fr": ("fiche lue", "fiches lues"), "en": ("fiche read", "fiches read")}


def counted(summary: Mapping[str, int], lang: Language) -> str:
    """Return the counts in a sentence."""
    sentence, among = _COUNTS[lang]
    words = {
        "noun": _NOUNS[lang][summary["read"] > 1],
        "s": "s" if summary["accepted"] > 1 else "",
        "r": "s" if summary["refused"] > 1 else "",
        "among": among.format(**summary) if summary["warned"] else "",
    }
    return sentence.format(**words, **summary)
