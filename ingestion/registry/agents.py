"""Who acts, from what a person types: an académie by code or name, an organisation by its acronym."""

from __future__ import annotations

from functools import cache

from ingestion.registry.model import Agent
from ingestion.resolution.resolve import resolve
from ingestion.words.errors import IngestionError
from ontologie import BASE, read_table

TEAM = Agent("equipe-projet", "operateur", organisation="organisation/equipe-projet")
"""The project's own team, which vouches for what is bundled."""

COMMAND_LINE = Agent("ligne-de-commande", "operateur")
"""Who deposits from this machine without saying more."""


class UnknownAcademie(IngestionError):
    """A text that names no académie; `suggestions` are the nearest names."""

    def __init__(self, text: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text = text
        self.suggestions = suggestions


def agent_named(name: str, role: str = "valideur", academie: str | None = None, base: str = BASE) -> Agent:
    """Return the agent of this name, of an académie given by code or name; none makes a national one.

    Where the name is that of a known organisation (`Dgesco`, `cned`), the graph may say so. Raises UnknownAcademie.
    """
    return Agent(name, role, academie_code(academie, base), _organisations().get(name.strip().casefold()))


def academie_code(text: str | None, base: str = BASE) -> str | None:
    """Return the code of an académie given by code or name, None for none. Raises UnknownAcademie."""
    if not text:
        return None
    answer = resolve("academie", text, base)
    if answer.state != "found" or len(answer.iris) != 1:
        raise UnknownAcademie(text, tuple(answer.suggestions))
    return answer.iris[0].rpartition("/")[2]


@cache
def _organisations() -> dict[str, str]:
    """Return the organisations of `acteurs.csv` by their acronym and by their id; functions are no organisations."""
    rows = [row for row in read_table("donnees", "instruments", "acteurs.csv") if row["type"] != "fonction"]
    found = {row["id"]: f"organisation/{row['id']}" for row in rows}
    return {row["sigle"].casefold(): found[row["id"]] for row in rows if row["sigle"]} | found
