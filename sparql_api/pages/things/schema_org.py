"""The schema.org view of a fiche: what happened in class as an event, and the fiche about it as a learning resource.

An invented example happened nowhere: its fiche alone is told, and that it is invented.

Knows the table `profil_schema` (which property of a project or its fiche becomes which of schema.org, and of which kind
its values are) and how JSON-LD writes them. Knows no edition: it is given the graph of a fiche, and labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES, Iris, in_both, read_table
from sparql_api.pages.things.describe import Description
from sparql_api.pages.things.examples import is_invented
from sparql_api.pages.things.unlisted import property_of

PROFILE: Final = "schema"
CONTEXT: Final = {"@vocab": PREFIXES["schema"]}
"""Inlined, so that who reads it fetches nothing; schema.org's own context would say the same of these properties."""
TYPES: Final[Mapping[str, list[str]]] = {
    "fiche": ["CreativeWork", "LearningResource"],
    "evenement": ["EducationEvent"],
}
"""A learning resource is said beside a more general type, as schema.org asks."""
PRIMARY_TOPIC: Final = PREFIXES["foaf"] + "primaryTopic"
RDF_TYPE: Final = PREFIXES["rdf"] + "type"
TERMS: Final[Mapping[str, str]] = {
    PREFIXES["skos"] + "ConceptScheme": "DefinedTermSet",
    PREFIXES["skos"] + "Concept": "DefinedTerm",
}
"""What a page of a vocabulary's term is to schema.org; the wider type comes first, since an instrument may be both."""
WORDS_OF_TERMS: Final[Mapping[str, str]] = {
    PREFIXES["skos"] + "prefLabel": "name",
    PREFIXES["dct"] + "title": "alternateName",
    PREFIXES["skos"] + "definition": "description",
    PREFIXES["dct"] + "description": "description",
    PREFIXES["skos"] + "notation": "termCode",
}
KINDS: Final[Mapping[str, list[str]]] = {
    "OutilIA": ["SoftwareApplication"],
    "Organisation": ["Organization"],
    "Academie": ["AdministrativeArea"],
    "RegionAcademique": ["AdministrativeArea"],
    "DossierThematique": ["Article"],
    "FicheSynthetique": ["Article"],
    "RetourExperience": ["Article"],
    "ModuleFormation": ["CreativeWork", "LearningResource"],
}
"""What a thing of a class of ours is to schema.org; a tool is a term of a list too, but a program first."""
WORDS_OF_KINDS: Final[Mapping[str, str]] = {
    PREFIXES["skos"] + "prefLabel": "name",
    PREFIXES["dct"] + "title": "name",
    PREFIXES["skos"] + "altLabel": "alternateName",
    PREFIXES["skos"] + "definition": "description",
    PREFIXES["dct"] + "abstract": "description",
    PREFIXES["dct"] + "description": "text",
    PREFIXES["dcat"] + "keyword": "keywords",
    PREFIXES["foaf"] + "homepage": "url",
    PREFIXES["prov"] + "wasAttributedTo": "author",
}
Labels = Mapping[str, Mapping[str, str]]
Term = ox.NamedNode | ox.Literal


def named(found: Description, iris: Iris) -> set[str]:
    """Return the things that the view names: their labels are wanted."""
    wanted = {property_of(row["cle"], iris) for row in read_table("donnees", "profil_schema.csv") if row["genre"]}
    return {q.object.value for q in found.main if q.predicate.value in wanted and isinstance(q.object, ox.NamedNode)}


def schema_view(found: Description, labels: Labels, iris: Iris) -> dict[str, Any]:
    """Return the view of a project's description as a JSON-LD document that needs no context but its own."""
    (fiche,) = {str(q.subject)[1:-1] for q in found.main if q.predicate.value == PRIMARY_TOPIC}
    subjects = {"projet": found.iri, "fiche": fiche}
    nodes: dict[str, dict[str, Any]] = {"fiche": {"@id": fiche}, "evenement": {"@id": found.iri}}
    for name, node in nodes.items():
        node["@type"] = TYPES[name]
    for row in read_table("donnees", "profil_schema.csv"):
        about = said(found.main, subjects[row["sujet"]], property_of(row["cle"], iris))
        values = [written(value, row["genre"], labels) for value in about]
        if values:
            nodes[row["noeud"]].setdefault(row["propriete"], []).extend(values)
    school_years = said(found.quads, found.iri, iris.term("anneeScolaireDeduite"))
    if covered := [school_year(value.value) for value in school_years]:
        nodes["fiche"]["temporalCoverage"] = covered
    if is_invented(found, iris):
        told = {key: value for key, value in nodes["fiche"].items() if key != "temporalCoverage"}
        genre = [{"@value": text, "@language": tag} for tag, text in in_both("pages", "fiches.example").items()]
        return {"@context": CONTEXT, "@graph": [told | {"genre": genre}]}
    nodes["fiche"]["mainEntity"] = {"@id": found.iri}
    nodes["evenement"]["subjectOf"] = {"@id": fiche}
    return {"@context": CONTEXT, "@graph": [nodes["fiche"], nodes["evenement"]]}


def in_page(found: Description, labels: Labels, iris: Iris) -> dict[str, Any] | None:
    """Return what the page of a thing says of it to search engines; None for what schema.org has no type for."""
    if found.is_fiche(iris):
        return schema_view(found, labels, iris)
    types = {q.object.value for q in found.main if q.predicate.value == RDF_TYPE and isinstance(q.object, ox.NamedNode)}
    for name, schemas in KINDS.items():
        if iris.term(name) in types:
            return told_as(found, schemas, iris)
    for kind, schema in TERMS.items():
        if kind in types:
            node: dict[str, Any] = {"@context": CONTEXT, "@id": found.iri, "@type": schema}
            for predicate, name in WORDS_OF_TERMS.items():
                values = [written(value, "", labels) for value in said(found.main, found.iri, predicate)]
                node |= {name: values} if values else {}
            sets = [{"@id": str(one)[1:-1]} for one in said(found.main, found.iri, PREFIXES["skos"] + "inScheme")]
            return node | ({"inDefinedTermSet": sets} if sets and schema == "DefinedTerm" else {})
    return None


def told_as(found: Description, schemas: list[str], iris: Iris) -> dict[str, Any]:
    """Return what a page says of a tool, a body, a territory, a publication or a module."""
    node: dict[str, Any] = {"@context": CONTEXT, "@id": found.iri, "@type": schemas}
    for predicate, name in WORDS_OF_KINDS.items():
        values = said(found.main, found.iri, predicate)
        if name == "text" and "Article" not in schemas:
            name = "description"
        told = [written(value, "URL" if isinstance(value, ox.NamedNode) else "", {}) for value in values]
        if told:
            node.setdefault(name, []).extend(told)
    if "Article" in schemas or "LearningResource" in schemas:
        dates = said(found.main, found.iri, iris.term("date"))
        node |= {"datePublished": [value.value for value in dates]} if dates else {}
        node["license"] = {"@id": "https://spdx.org/licenses/etalab-2.0.html"}
    return node


def said(quads: Iterable[ox.Quad], subject: str, predicate: str) -> list[Term]:
    """Return the values of a property of a subject, in one order."""
    found = {q.object for q in quads if str(q.subject) == f"<{subject}>" and q.predicate.value == predicate}
    return sorted((value for value in found if isinstance(value, Term)), key=str)


def written(value: Term, kind: str, labels: Labels) -> Any:
    """Return a value as JSON-LD: a text with its language, an address, or a thing of a kind with its names."""
    if isinstance(value, ox.Literal):
        text = {"@value": value.value, "@language": value.language} if value.language else value.value
        return {"@type": kind, "name": text} if kind else text
    if kind == "URL":
        return {"@id": value.value}
    names = [{"@value": label, "@language": tag} for tag, label in sorted(labels.get(value.value, {}).items()) if tag]
    role = "educationalRole" if kind == "EducationalAudience" else "name"
    return {"@id": value.value, "@type": kind} | ({role: names} if names else {})


def school_year(text: str) -> str:
    """Return a school year as an interval of ISO 8601: `2024-2025` → `2024-09-01/2025-08-31`."""
    first, _, last = text.partition("-")
    return f"{first}-09-01/{last}-08-31"
