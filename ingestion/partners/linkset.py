"""The document of a linkset, whatever it was written in: its name, its matches, each once, named by what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from ingestion.partners.places import Draught
from ingestion.reading.records import Path
from ingestion.words.errors import unreadable
from ingestion.words.identifiers import IDENTIFIER
from ingestion.words.messages import Place, issue
from ontologie import BASE, PREFIXES, read_table

SPACES_KNOWN: Final[Mapping[str, str]] = {
    **{name: PREFIXES[name] for name in ("skos", "sssom", "owl")},
    "semapv": "https://w3id.org/semapv/vocab/",
    **{row["prefixe"]: row["espace"] for row in read_table("ponts", "cibles.csv")},
}
"""The prefixes that need not be declared."""

ENDS: Final = ("sujet", "predicat", "objet")
_DIGITS: Final = 12


def begun_linkset(
    told: Mapping[str, str], where: Mapping[str, int], file: str, given: str, base: str = BASE
) -> Draught:
    """Return a linkset without matches, named by the last part of `mapping_set_id`, or as `given`.

    Raises UnreadableDeposit where nothing names it.
    """
    address = told.get("mapping_set_id", "")
    name = given or address.rstrip("/#").rpartition("/")[2].partition("#")[0].removesuffix(".sssom.tsv")
    if not IDENTIFIER.fullmatch(name):
        raise unreadable("linkset-sans-nom", Place(file, where.get("mapping_set_id", 1)), value=address)
    fiche: dict[str, Any] = {"id": f"graphe/linkset/{name}", "type": ["Fiche"]}
    members: dict[str, Any] = {"id": f"linkset/{name}", "type": ["Linkset"], "fiche": fiche, "correspondance": []}
    made = Draught(members, {(): (1, 1)})
    if address.startswith(("http://", "https://")):
        fiche["sourcePage"] = [address]
    if licence := told.get("license"):
        fiche["licence"] = licence
        made.places[("fiche", "licence")] = where.get("license", 1), 1
    for slot, key in (("mapping_set_title", "titre"), ("mapping_set_description", "resume")):
        if text := told.get(slot):
            members[key] = {"en": [text] if key == "resume" else text}
            made.places[(key,)] = where.get(slot, 1), 1
    return made


def add_match(
    made: Draught, values: Mapping[str, Any], places: Mapping[Path, tuple[int, int]], where: tuple[int, int], file: str
) -> None:
    """Add a match at its place; one that lacks an end, or that is there already, is said."""
    place = Place(file, *where)
    if lacking := [key for key in ENDS if not values.get(key)]:
        made.said.append(issue("correspondance-incomplete", place, words={"columns": ", ".join(lacking)}))
        return
    linkset, ends = made.members["id"], [str(values[key]) for key in ENDS]
    name = f"{linkset}#{match_name(*ends)}"
    found = made.members["correspondance"]
    if name in made.names:
        made.said.append(issue("correspondance-double", place, value=" ".join(ends)))
        return
    made.names.add(name)
    path: Path = ("correspondance", len(found))
    found.append({"id": name, "type": ["Alignement"], **values})
    made.places[path] = where
    made.places.update({(*path, *key): at for key, at in places.items()})


def match_name(subject: str, predicate: str, target: str) -> str:
    """Return the name of a match inside its linkset, from its ends and predicate, ours relative to the base."""
    return hashlib.sha256("\x1f".join((subject, predicate, target)).encode()).hexdigest()[:_DIGITS]
