"""The words of the report itself, in French and English; those of its entries are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from ontologie import Language, sentence, sentence_table

ORDER: Final = {"violation": 0, "warning": 1, "info": 2}
"""Severities, gravest first."""


@cache
def report_words(lang: Language) -> Mapping[str, str]:
    """Return the words of a report by their codes, in one language."""
    return {code: row[lang] for code, row in sentence_table("rapport").items()}


def counted(summary: Mapping[str, int], lang: Language) -> str:
    """Return the counts in a sentence."""
    numbers = ("read", "accepted", "refused")
    words = {name: _number(name, summary[name], lang) for name in numbers}
    among = "".join(
        sentence("rapport", code, lang, n=summary[name])
        for name, code in (("held", "held"), ("warned", "among"))
        if summary.get(name)
    )
    return sentence("rapport", "counts", lang, among=among, **words)


def _number(name: str, n: int, lang: Language) -> str:
    return sentence("rapport", f"{name}-many" if n > 1 else f"{name}-one", lang, n=n)
