"""The displayed labels: what the observatory calls a thing where its source's label is not what people say.

Knows the two tables `libelles_affiches.csv`: ours, and the one beside ScoLOMFR, whose labels are share-alike, so that
what is made of them is too. What no table names is shown by the preferred label that we gave it.
"""

from __future__ import annotations

from ontologie.generation.tables.turtle import Turtle, both
from ontologie.resources import read_table

TABLES = {
    "libelles-affiches.ttl": (("donnees",), "Les libellés affichés de nos concepts, où ils diffèrent de leurs noms."),
    "tiers/scolomfr/libelles-scolomfr.ttl": (
        ("tiers", "scolomfr"),
        "Les libellés affichés de concepts de ScoLOMFR 3.2.0. Licence CC BY-SA 3.0 FR (voir LICENCE).",
    ),
}
"""Each file, the folder of its table, and what it holds."""


def generate() -> dict[str, str]:
    """Return `libelles-affiches.ttl`, and ScoLOMFR's, which stands with it."""
    made = {}
    for name, (folder, about) in TABLES.items():
        out = Turtle(about, tables="/".join(("ontologie", *folder)))
        for row in read_table(*folder, "libelles_affiches.csv"):
            out.add(row["iri"], both("oia:libelleAffiche", row["libelle_fr"], row["libelle_en"]))
        made[name] = out.render()
    return made
