"""The IRIs of the observatory: the base, the vocabularies' namespaces, and how each kind of thing is named.

Knows the naming scheme of the project and nothing of what the things are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

BASE: Final = "https://w3id.org/observatoire-ia/"
"""The base written in the packaged files; `Iris.rebase` moves a text to another one."""

PREFIXES: Final[dict[str, str]] = {
    "oia": BASE + "ontologie#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dpv-ai": "https://w3id.org/dpv/ai#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

RDF_TYPE: Final = PREFIXES["rdf"] + "type"


_DOTS: Final = re.compile(r"^/|//|(^|/)(\.|%2e){1,2}(/|$)", re.IGNORECASE)


def leads_out(path: str) -> bool:
    """Tell whether who resolves a path under a base would come elsewhere (RFC 3986 §5.2.4, and `//` at the start).

    >>> leads_out("projet/../../x"), leads_out("/evil.example"), leads_out("projet/18-A.1")
    (True, True, False)
    """
    return bool(_DOTS.search(path))


@dataclass(frozen=True)
class Iris:
    """Names things under one base IRI (setting `OBSERVATOIRE_BASE_IRI`)."""

    base: str = BASE

    def __post_init__(self) -> None:
        """Refuse a base under which no entity could be named."""
        if not self.base.startswith(("http://", "https://")) or not self.base.endswith("/"):
            raise ValueError("the base IRI must be an address in http(s) that ends with '/'")

    def term(self, name: str) -> str:
        """Return the IRI of an ontology term: `Projet` → `…/ontologie#Projet`."""
        return f"{self.base}ontologie#{name}"

    def absolute(self, iri: str) -> str:
        """Return an IRI that is relative to the base where it is ours.

        >>> Iris().absolute("academie/18"), Iris().absolute("http://example.org/a")
        ('https://w3id.org/observatoire-ia/academie/18', 'http://example.org/a')
        """
        return iri if ":" in iri else self.base + iri

    def entity(self, kind: str, identifier: str) -> str:
        """Return the IRI of an entity.

        >>> Iris("https://exemple.fr/").entity("projet", "18-UR005")
        'https://exemple.fr/projet/18-UR005'
        """
        return f"{self.base}{kind}/{quote(identifier, safe='/')}"

    def graph(self, kind: str, identifier: str) -> str:
        """Return the named graph of a document, which is also its fiche."""
        return self.entity(f"graphe/{kind}", identifier)

    def provenance_graph(self, kind: str, identifier: str) -> str:
        """Return the graph of what review knows of a document."""
        return self.entity(f"graphe/provenance/{kind}", identifier)

    def derived_graph(self, kind: str, identifier: str) -> str:
        """Return the graph of what publication derives from a document."""
        return self.entity(f"graphe/derive/{kind}", identifier)

    def vocabulary_graph(self, name: str) -> str:
        """Return the graph that holds a packaged vocabulary."""
        return self.entity("graphe/vocabulaire", name)

    def rebase(self, text: str) -> str:
        """Return a packaged text with the project's base replaced by this one."""
        return text if self.base == BASE else text.replace(BASE, self.base)

    def prefixes(self) -> dict[str, str]:
        """Return the usual prefixes, `oia:` under this base."""
        return {**PREFIXES, "oia": self.term("")}
