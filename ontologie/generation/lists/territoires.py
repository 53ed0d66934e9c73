"""The académies and régions académiques, their codes and outlines.

Knows the tables of `territoires/` and the WKT of GeoSPARQL 1.1
(https://docs.ogc.org/is/22-047r1/22-047r1.html, 8.5.1): where no reference system is named, coordinates are
CRS 84, longitude then latitude. A région académique has the boundary of the administrative region but is not
it: never `owl:sameAs`.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pyoxigraph as ox

from ontologie.generation.tables.common import DAGGER, Row, several, slug, table, unverified
from ontologie.generation.tables.turtle import Statement, Turtle, both, iri, links, text
from ontologie.resources import read_text

KINDS: Final = {
    "vice-rectorat": "vice-rectorat",
    "vice-rectorat / direction générale des enseignements": "vice-rectorat",
    "service de l'éducation": "service-education",
    "code seul": "code-seul",
}
WIKIDATA: Final = {"12": "Q2822316"}
"""The one item known for sure; the others are not guessed."""
SOURCE: Final = "https://data.education.gouv.fr/explore/dataset/fr-en-contour-academies-2020/"
OUTLINES: Final = "https://github.com/gregoiredavid/france-geojson"


def generate() -> dict[str, str]:
    """Return `territoires.ttl` and `contours.ttl`."""
    return {"territoires.ttl": _territories(), "contours.ttl": _outlines()}


def region(name: str) -> str:
    """Return the IRI of a région académique, relative to the base: `region-academique/ile-de-france`."""
    return f"region-academique/{slug(name)}"


def _territories() -> str:
    out = Turtle("Les académies, les régions académiques et les codes d'outre-mer.")
    rows = table("territoires", "academies")
    out.section("Régions académiques")
    for name in sorted({row["region_academique"] for row in rows}, key=slug):
        out.add(region(name), _region([row for row in rows if row["region_academique"] == name]))
    out.section("Académies")
    outlined = features()
    for row in rows:
        out.add(f"academie/{row['code_academie']}", _academie(row, row["code_academie"] in outlined))
    out.section("Autres codes d'académie, en outre-mer")
    for row in table("territoires", "autres_codes_academie"):
        out.add(f"academie/{row['code_academie']}", _other(row))
    return out.render()


def _region(rows: list[dict[str, str]]) -> list[Statement]:
    first = rows[0]
    name, address = first["region_academique"], first["uri_insee_region"]
    doubtful = [f"{address} {DAGGER}"] if address and first["uri_insee_verifie"] != "oui" else []
    return [
        *links("rdf:type", ["oia:RegionAcademique", "geo:Feature"]),
        *both("skos:prefLabel", name, name),
        *both("skos:altLabel", f"région académique {name}", ""),
        *text("oia:codeRegion", first["code_region_cog"]),
        *links("oia:regionInsee", [address] if address else []),
        *links("dct:source", [SOURCE]),
        *unverified({}, doubtful),
    ]


def _academie(row: Row, outlined: bool) -> list[Statement]:
    code, name = row["code_academie"], row["academie"]
    home = f"academie/{code}"
    wikidata = [f"http://www.wikidata.org/entity/{WIKIDATA[code]}"] if code in WIKIDATA else []
    return [
        *_named(code, name),
        *links("dct:type", ["concept/genre-academie/academie"]),
        *links("oia:regionAcademique", [region(row["region_academique"])]),
        *text("oia:departement", *several(row["departements"])),
        *links("geo:hasGeometry", [f"{home}#contour"] if outlined else []),
        *links("geo:hasCentroid", [f"{home}#point"] if outlined else []),
        *links("schema:sameAs", wikidata),
        *links("dct:source", [SOURCE]),
    ]


def _other(row: Row) -> list[Statement]:
    return [
        *_named(row["code_academie"], row["nom"]),
        *links("dct:type", [f"concept/genre-academie/{KINDS[row['note']]}"]),
        *links("dct:source", [SOURCE]),
    ]


def _named(code: str, name: str) -> list[Statement]:
    elided = "d'" if slug(name)[0] in "aeiouy" else "de "
    return [
        *links("rdf:type", ["oia:Academie", "geo:Feature"]),
        *both("skos:prefLabel", name, name),
        *both("skos:altLabel", f"académie {elided}{name}", ""),
        *text("oia:codeAcademie", code),
    ]


def _outlines() -> str:
    out = Turtle(
        "Les contours simplifiés des académies et un point dans chacune (WGS 84, longitude latitude)."
    )
    for code, feature in sorted(features().items()):
        properties = feature["properties"]
        point = f"POINT ({properties['lon']} {properties['lat']})"
        for name, geometry in (("contour", wkt(feature["geometry"])), ("point", point)):
            out.add(
                f"academie/{code}#{name}",
                links("rdf:type", ["geo:Geometry"]),
                [("geo:asWKT", ox.Literal(geometry, datatype=iri("geo:wktLiteral")))],
                links("dct:source", [OUTLINES]),
            )
    return out.render()


def features() -> dict[str, dict[str, Any]]:
    """Return the features of the outlines by the code of their académie."""
    collection = json.loads(read_text("donnees", "territoires", "academies.geojson"))
    return {feature["properties"]["code_academie"]: feature for feature in collection["features"]}


def wkt(geometry: dict[str, Any]) -> str:
    """Return the WKT of a GeoJSON polygon or multipolygon. Raises ValueError for another geometry."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Polygon":
        return "POLYGON " + _polygon(coordinates)
    if kind == "MultiPolygon":
        return "MULTIPOLYGON (" + ", ".join(map(_polygon, coordinates)) + ")"
    raise ValueError(f"no outline: {kind}")


def _polygon(rings: list[list[list[float]]]) -> str:
    return "(" + ", ".join("(" + ", ".join(f"{x} {y}" for x, y in ring) + ")" for ring in rings) + ")"
