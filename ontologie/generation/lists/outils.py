"""The tools: what they are, their other names, and the page behind each fact.

Knows the tables of `outils-ia/`. Prices and hosting are dated facts: each attestation names the facts it
bears out and the page (or the text) that says so.
"""

from __future__ import annotations

import hashlib
from typing import Final

from ontologie.generation.tables.common import Row, definitions, scheme, several, slug, source, table, unverified
from ontologie.generation.tables.turtle import Statement, Turtle, both, flag, links, tagged, text

SCHEMES: Final = {
    "P2IA": "p2ia",
    "Parcours Pix IA": "pix-ia",
    "Forge": "forge",
    "Communs numériques éducatifs": "forge",
}
"""The schemes that the table names and that `dispositifs` describes; another is kept as a word."""


def generate() -> dict[str, str]:
    """Return `outils.ttl`."""
    out = Turtle("Les outils d'IA employés dans l'éducation, leurs autres noms et leurs sources.")
    sources: dict[str, list[Row]] = {}
    for row in table("outils-ia", "outils_sources"):
        sources.setdefault(row["id"], []).append(row)
    aliases: dict[str, list[str]] = {}
    for row in table("outils-ia", "alias"):
        aliases.setdefault(row["outil"], []).append(row["label"])
    rows = table("outils-ia", "outils")
    scheme(out, "outil", (f"outil/{row['id']}" for row in rows))
    for row in rows:
        home = f"outil/{row['id']}"
        names = dict.fromkeys([*several(row["noms_alternatifs"]), *aliases.get(row["id"], [])])
        proofs = {_attestation(home, proof): proof for proof in sources.get(row["id"], [])}
        out.add(home, _tool(row), text("skos:altLabel", *(n for n in names if n != row["nom"])),
                links("oia:attestation", proofs))  # fmt: skip
        for name, proof in proofs.items():
            out.add(name, _proof(proof))
    return {"outils.ttl": out.render()}


def _tool(row: Row) -> list[Statement]:
    schemes = several(row["dispositif"])
    audiences = several(row["public_vise"])
    return [
        *links("rdf:type", ["skos:Concept", "oia:OutilIA"]),
        *both("skos:prefLabel", row["nom"], row["nom"]),
        *definitions(row, "description"),
        *links("skos:inScheme", ["concept/outil"]),
        *links("skos:topConceptOf", ["concept/outil"]),
        *text("oia:editeur", *several(row["editeur"])),
        *text("oia:pays", *several(row["pays_editeur"])),
        *links("oia:typeIA", (f"concept/type-ia/{kind}" for kind in several(row["types_ia"]))),
        *text("oia:modeleSousJacent", *several(row["modeles_sous_jacents"])),
        *(s for place in several(row["hebergement"]) for s in tagged("oia:hebergement", place, "fr")),
        *(flag("oia:logicielLibre", row["logiciel_libre"] == "oui") if row["logiciel_libre"] else []),
        *text("oia:licenceLogiciel", row["licence"]),
        *links("oia:acces", (f"concept/acces/{way}" for way in several(row["acces"]))),
        *text("oia:prix", *several(row["prix"])),
        *links("oia:dispositif", (f"concept/dispositif/{SCHEMES[s]}" for s in schemes if s in SCHEMES)),
        *(s for name in schemes if name not in SCHEMES for s in tagged("skos:note", name, "fr")),
        *links("oia:publicVise", (f"concept/audience/{slug(name)}" for name in audiences)),
        *links("foaf:homepage", several(row["site"])),
        *links(
            "schema:sameAs", (f"http://www.wikidata.org/entity/{item}" for item in several(row["wikidata"]))
        ),
        *source(row),
        *unverified(row),
    ]


def _attestation(home: str, row: Row) -> str:
    """Return the IRI of an attestation: a fragment made of its content (docs/decisions/iris-and-graphs.md)."""
    content = f"{row['champs']}\x1f{row['source_url']}"
    return f"{home}#attestation-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _proof(row: Row) -> list[Statement]:
    page = row["source_url"]
    return [
        *links("rdf:type", ["oia:Attestation"]),
        *text("oia:champ", *several(row["champs"])),
        *(links("dct:source", [page]) if "://" in page else text("dct:bibliographicCitation", page)),
    ]
