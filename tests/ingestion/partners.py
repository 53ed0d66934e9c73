"""A framework and its matches, as a partner would write them: real files, in Spanish and in Arabic."""

from __future__ import annotations

from pathlib import Path

from ingestion import Agent, Grant, Options, Registry, Settings, deposit_file
from ingestion.examination.deposit import Deposited
from tests.making import NATIONAL, OPERATOR, begun

PARTNER = Agent("Mexico", (Grant("partenaire", "instrument/mx-2025"),))
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
TABLE = f"""\
instrument,id,parent,ordre,libelle@es,libelle@ar,definition@es,licence,langue,pays,source
mx-2025,,,,Marco mexicano,إطار مكسيكي,Un marco para mostrar la forma.,{CC_BY},es,MX,https://example.org/marco
mx-2025,P1,,1,Juicio humano,الحكم البشري,Una persona decide.,,,,https://example.org/marco#1
mx-2025,P1-1,P1,1,La persona decide,,,,,,
"""
HEAD = f"""\
#mapping_set_id: https://example.org/sssom/mx-2025
#license: {CC_BY}
#mapping_set_title: "Mexico and the hub"
#curie_map:
#  mx: https://w3id.org/observatoire-ia/principe/mx-2025/
#  oia: https://w3id.org/observatoire-ia/
#  airo: https://w3id.org/airo#
"""
SLOTS = "subject_id predicate_id object_id mapping_justification confidence comment"
CURATED = "semapv:ManualMappingCuration"
HUB = "oia:principe/international/centrage-humain"
MATCHES = (
    f"mx:P1|skos:closeMatch|{HUB}|{CURATED}|0.7|Both leave the decision to a person.",
    f"mx:P1-1|skos:relatedMatch|airo:AIUser|{CURATED}|0.5|Whoever uses the system decides.",
)
PUBLISHED = (("instrument", "mx-2025"), ("linkset", "mx-2025"))
"""The framework and its matches: type, identifier."""
TURTLE = f"""\
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .
<https://example.org/marco> a skos:ConceptScheme ;
    skos:prefLabel "Marco mexicano"@es ; dct:identifier "mx-2025" ;
    dct:license <{CC_BY}> ; void:uriSpace "https://example.org/marco/" .
<https://example.org/marco/juicio> a skos:Concept ;
    skos:prefLabel "Juicio humano"@es , "الحكم البشري"@ar ;
    skos:inScheme <https://example.org/marco> .
"""


def sssom(*rows: str, head: str = HEAD, slots: str = SLOTS) -> str:
    """Return a mapping set of rows whose cells are separated by `|`."""
    return head + "".join("\t".join(row.split("|")) + "\n" for row in ("|".join(slots.split()), *rows))


def file_of(folder: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def deposited(folder: Path, registry: Registry | None, name: str, text: str, agent: Agent = PARTNER) -> Deposited:
    """Deposit a text as an instrument, or as a linkset where its name says so (`.sssom.tsv`, `links.ttl`)."""
    kind = "linkset" if ".sssom." in name or name.startswith("links") else "instrument"
    return deposit_file(file_of(folder, name, text), registry, agent, Options(kind=kind))


def validated(folder: Path) -> tuple[Settings, Registry]:
    """Return a state whose registry holds the framework and its matches, validated and not published yet."""
    settings, registry = begun(folder)
    for agent in (PARTNER, NATIONAL):
        registry.accounts.declare(agent, OPERATOR)
    deposited(folder, registry, "marco.csv", TABLE)
    deposited(folder, registry, "mx.sssom.tsv", sssom(*MATCHES))
    for kind, name in PUBLISHED:
        registry.validate(kind, name, NATIONAL)
    return settings, registry
