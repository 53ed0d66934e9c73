"""Measures searches: python -m bench.search (--var FOLDER | --size 100000) [--asks 100] [--out bench/search]

The first page of results and the suggestions, by words as they stand in the fiches, by twenty that are inflected
otherwise, by twenty that are misspelt, and by the first letters of all: the first byte at the median and at the 95th
percentile, and what each costs the processors. How many words of each kind find nothing is said, and the bytes of the
index on the disk. No address is asked twice, so that no answer is kept.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Final

from bench.pages.asking import ServedPages, served, state, table

HERE: Final = Path(__file__).parent
PLAIN: Final = (
    "image", "oral", "brevet", "texte", "robot", "débat", "exposé", "carte", "écriture", "problème", "journal", "histoire",
    "traduction", "dissertation", "quiz", "conte", "désinformation", "biais", "exercice", "laboratoire",
)  # fmt: skip
INFLECTED: Final = (
    "images", "oraux", "brevets", "textes", "robots", "débattre", "exposés", "cartes", "écritures", "problèmes", "journaux",
    "histoires", "traductions", "dissertations", "quizz", "contes", "désinformations", "biaisé", "exercices", "laboratoires",
)  # fmt: skip
MISSPELT: Final = (
    "imaje", "orral", "brevé", "texxte", "robbot", "déba", "expozé", "cartte", "ecritrue", "probleme", "jornal", "histoir",
    "tradution", "disertation", "quize", "contte", "desinfromation", "biai", "exercise", "labortoire",
)  # fmt: skip
INDEX: Final = ("fiches.*", "exemples.mots")
"""The files and folders of an edition that hold what is searched."""
LEVELS: Final = ("", "6e", "4e", "3e", "seconde")
JSON: Final = {"Accept": "application/json"}


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--var", type=Path, help="a state folder with a published edition")
    parser.add_argument("--size", type=int, default=1000, help="as many generated fiches where no folder is given")
    parser.add_argument("--asks", type=int, default=100)
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    with state(asked.var, asked.size) as var, served(var) as service:
        total = service.client.get("/fiches?per_page=1", headers=JSON).json()["total"]
        found = [service.measured(name, paths, min(asked.asks, len(paths))) for name, paths in kinds().items()]
        empty = {name: without(service, words) for name, words in WORDS.items()}
        folder = var / "editions" / "current"
        files = [one.stat().st_size for name in INDEX for top in folder.glob(name) for one in (top, *top.rglob("*")) if one.is_file()]
    nothing = "; ".join(f"{name}, {', '.join(words) or 'none'}" for name, words in empty.items())
    text = f"{table(found, total)}\nWords that find nothing: {nothing}. The index: {sum(files) / 2**20:.1f} MiB on the disk.\n"
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / f"{total}.md").write_text(text, encoding="utf-8")
    print(text)


WORDS: Final = {"as they stand": PLAIN, "inflected": INFLECTED, "misspelt": MISSPELT}


def kinds() -> dict[str, list[str]]:
    """Return the addresses asked of each kind."""
    pages = {
        f"first page, words {name}": [f"/fiches?q={word}&niveau={level}" for level, word in product(LEVELS, words)]
        for name, words in WORDS.items()
    }
    letters = sorted({word[:length] for word in (*PLAIN, *MISSPELT) for length in range(2, 7)})
    return pages | {"suggestions": [f"/fiches/suggestions?q={begun}" for begun in letters]}


def without(service: ServedPages, words: tuple[str, ...]) -> list[str]:
    """Return the words that find no fiche."""
    client = service.client
    return [word for word in words if not client.get("/fiches", params={"q": word, "per_page": "1"}, headers=JSON).json()["total"]]


if __name__ == "__main__":
    main()
