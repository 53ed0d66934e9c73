"""Measures pages: python -m bench.pages (--var FOLDER | --size 100000) [--asks 60] [--out bench/pages]

Each kind of page over the current edition of a state folder, or of as many generated fiches, by a service of its own:
what a browser fetches of it, compressed, with what is shown with it; and the time to the first byte on a kept
connection, the median and the 95th percentile of asks, with what each cost the processors, which says more on a busy
machine. Fiches and lists are other ones at each ask, home and figures the same: these are kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.pages.asking import served, state, table

HERE: Final = Path(__file__).parent
WORDS: Final = ("image", "oral", "brevet", "texte", "robot", "débat", "exposé", "carte", "écrire", "problème")
LEVELS: Final = ("6e", "5e", "4e", "3e", "seconde", "première")
MISSING: Final = 404
"""What a page answers that only the demonstration has."""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--var", type=Path, help="a state folder with a published edition")
    parser.add_argument("--size", type=int, default=1000, help="as many generated fiches where no folder is given")
    parser.add_argument("--asks", type=int, default=60)
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    with state(asked.var, asked.size) as var, served(var) as service:
        fiches = service.client.get("/fiches?per_page=100", headers={"Accept": "application/json"}).json()
        ids, total = [item["id"] for item in fiches["items"]], fiches["total"]
        there = {name: paths for name, paths in kinds(ids, total).items() if service.client.head(paths[0]).status_code != MISSING}
        found = [service.measured(name, paths, asked.asks) for name, paths in there.items()]
    text = table(found, total)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / f"{total}.md").write_text(text, encoding="utf-8")
    print(text)


def kinds(ids: Sequence[str], total: int) -> dict[str, list[str]]:
    """Return the addresses asked of each kind of page."""
    pages = range(1, max(2, min(60, total // 20)))
    return {
        "home": ["/"],
        "list": [f"/fiches?page={number}" for number in pages],
        "list, one facet": [f"/fiches?niveau={level}&page={number}" for number in pages[:10] for level in LEVELS],
        "list, words and facets": [f"/fiches?q={word}&niveau={level}" for level in LEVELS for word in WORDS],
        "fiche": [f"/projet/{one}.html" for one in ids],
        "principle": [f"/principe/cadre-usage/CU-P{n}.html" for n in range(1, 6)],
        "instrument": ["/instrument/ai-act.html"],
        "tool": ["/outil/chatgpt.html"],
        "map": ["/carte"],
        "académie region": [f"/region-academique/{one}.html" for one in ("bretagne", "ile-de-france", "grand-est", "corse")],
        "comparison": ["/comparer?academie=18&academie=09", "/comparer?academie=10&academie=14"],
        "kept figure": ["/queries/couverture-principes.svg"],
        "question and its chart": ["/queries/disciplines-et-principes"],
        "what is missing": ["/manques"],
        "publication": ["/publication/fabriquer-le-faux.html"],
        "cartridge": ["/module/rien-de-personnel.imscc"],
    }


if __name__ == "__main__":
    main()
