"""How a class is written: its level, its division (4e2, 6e B), and what says that one stands before or after a name."""

from __future__ import annotations

import re
from typing import Final

_LEVEL: Final = (
    r"(?:[3-6]\s?(?:e|è|ème|eme|ième|°)|CP|CE[12]|CM[12]|[Tt]le|[Tt]erminale|2n?de|1[eè]?re|[Ss]econde|[Pp]remière"
    r"|[Ss]ixième|[Cc]inquième|[Qq]uatrième|[Tt]roisième|ULIS|SEGPA|[MGP]S)"
)
DIVISION: Final = re.compile(
    rf"(?<!\w){_LEVEL}\s?(?:[A-H]|G?[0-9]{{1,2}}|STMG ?[0-9]?|n° ?[0-9])"
    r"(?![\w'.]|\s?(?:€|euros?|heures?|h\b|séances?|élèves))"
)
THEN_LEVEL: Final = re.compile(
    rf"\s?[,(–-]?\s?(?:(?:en|de|classe de|élève de|élève en)\s)?{_LEVEL}(?!\w*\s*(?:et|à|siècle|guerre|République))"
)
CLASS_BEFORE: Final = re.compile(rf"{_LEVEL}[ ]?[A-H0-9]{{0,2}}\s?[:(,–-]\s?$")
