"""Where an organisation or a function acts: its tier, and the territories of that tier, each with its public address.

Knows which territories a tier has and what the deployment's table of addresses says; nothing that the graph does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ontologie import Iris, read_table
from sparql_api.fiches.things import local_id
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.things.describe import Description
from sparql_api.pages.things.presentation import Reader
from sparql_api.words.i18n import collation

QUESTION: Final = "acteurs"
SCHEMES: Final = "dispositifs"
TERRITORIES: Final = {
    "regional": "?place a <%(oia)sRegionAcademique>",
    "academique": "?place a <%(oia)sAcademie> ; <%(oia)sregionAcademique> ?region",
}
"""By tier, the territories in each of which such an organisation is found: a vice-rectorat has a code of académie and
no région académique, and a service of académies is not said to be there."""
MOST: Final = 60


@dataclass(frozen=True)
class Acting:
    """Where an organisation acts, by IRIs."""

    tier: str
    territories: tuple[str, ...]


async def acting(reading: Reading, iris: Iris, found: Description) -> Acting | None:
    """Return where an organisation acts; None for anything else."""
    if not found.path(iris).startswith("organisation/"):
        return None
    tiers = [str(q.object)[1:-1] for q in found.main if q.predicate.value == iris.term("niveauTerritorial")]
    if not tiers:
        return None
    places = TERRITORIES.get(local_id(tiers[0]))
    if places is None:
        return Acting(tiers[0], ())
    where = places % {"oia": iris.term("")}
    text = f"SELECT DISTINCT ?place WHERE {{ {where} }} ORDER BY ?place LIMIT {MOST}"
    rows = await reading.rows(text, found.edition)
    return Acting(tiers[0], tuple(row["place"].value for row in rows))


def named_in(where: Acting | None) -> set[str]:
    """Return the things whose labels the page needs."""
    return {where.tier, *where.territories} if where else set()


def acting_shown(reader: Reader, where: Acting | None, iri: str) -> dict[str, Any] | None:
    """Return the territories by name, each with the public address of the service there where one is known."""
    if where is None:
        return None
    known = addresses(local_id(iri))
    base = reader.view.service.iris.base
    places = [(reader.thing(one), known.get(one.removeprefix(base), "")) for one in where.territories]
    return {
        "tier": reader.thing(where.tier),
        "each": f"actor.each.{local_id(where.tier)}" if where.territories else "",
        "places": sorted(places, key=lambda pair: collation(pair[0].text)),
        "href": reader.view.url(f"/queries/{QUESTION}", {"langue": reader.view.language}),
        "schemes": reader.view.url(f"/queries/{SCHEMES}", {"langue": reader.view.language}),
    }


def addresses(service: str) -> Mapping[str, str]:
    """Return the public address of a service in each territory, by the territory's path."""
    rows: Sequence[Mapping[str, str]] = read_table("donnees", "territoires", "contacts.csv")
    return {row["territoire"]: row["adresse"] for row in rows if row["service"] == service and row["adresse"]}
