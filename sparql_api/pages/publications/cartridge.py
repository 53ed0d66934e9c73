"""A training module as an IMS Common Cartridge 1.1: what Moodle, and platforms made of it, import as a course.

Facts that the importer of Moodle rests on, each held by a test: a zip archive whose `imsmanifest.xml` stands at its
root; the root element `manifest`; the namespace of version 1.1 within the first 500 bytes of the file, by which the
version is known; every file of a resource in the archive; no protected resource; metadata by its schema.

Seen on 30 November 2026 in Moodle 4.3 (build 20231009), restored by its own converter: both example modules in French
arrive as a course with the module's title, its pages in order with their accents, and a section of links. Before the
manifest's metadata were cut to what the schema takes, the whole import was refused.

Knows the files of a cartridge and their order; the words come from the module as its page tells it. The record in
ScoLOMFR stands in the manifest and as a file of its own, its values by the IRIs of their concepts.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

CP: Final = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
LOM: Final = "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"
PLAIN_LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
LINK: Final = "http://www.imsglobal.org/xsd/imsccv1p1/imswl_v1p1"
IN_MANIFEST: Final = "lomimscc:"
"""The prefix of the metadata's elements in a manifest."""
MEDIA_TYPE: Final = "application/vnd.ims.imsccv1p1"
MANIFEST: Final = "imsmanifest.xml"
RECORD: Final = "metadonnees/scolomfr.xml"
WEB_CONTENT: Final = "webcontent"
WEB_LINK: Final = "imswl_xmlv1p1"
SCOLOMFR: Final = "http://data.education.fr/voc/scolomfr/"
LESSON: Final = f"{SCOLOMFR}concept/scolomfr-voc-010-num-027"
"""« activité pédagogique », what a module is among the types of resources of ScoLOMFR."""
EDUCATIONAL: Final = {"010": "learningResourceType", "021": "intendedEndUserRole", "022": "context"}
"""By vocabulary of ScoLOMFR, the element of LOM that its concepts fill (LOM, 5.2, 5.5 and 5.6)."""
OF_SCOLOMFR: Final = {"018": "place", "019": "activity"}
"""Its own elements, which stand in the file of the record alone: a manifest of 1.1 knows those of LOM."""
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file: the same module gives the same bytes."""


@dataclass(frozen=True)
class CoursePage:
    """A page of a cartridge: the file's name, its title, its HTML."""

    name: str
    title: str
    html: str


@dataclass(frozen=True)
class CourseModule:
    """A training module in one language; `concepts` are IRIs of ScoLOMFR with what they are called."""

    identifier: str
    iri: str
    language: str
    title: str
    summary: str
    keywords: Sequence[str]
    author: str
    date: str
    licence: str
    length: str
    pages: Sequence[CoursePage]
    links: Sequence[tuple[str, str]]
    links_title: str
    concepts: Mapping[str, str]


def cartridge(module: CourseModule) -> bytes:
    """Return the archive of a module."""
    files = {MANIFEST: xml(manifest(module)), RECORD: xml(record(module))}
    files |= {page.name: page.html.encode() for page in module.pages}
    files |= {link_name(n): xml(web_link(*link)) for n, link in enumerate(module.links, 1)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def manifest(module: CourseModule) -> ET.Element:
    """Return the manifest: metadata, one organisation whose items lead to resources, the resources with their files."""
    root = ET.Element("manifest", {"xmlns": CP, "xmlns:lomimscc": LOM, "identifier": f"M-{module.identifier}"})
    metadata = add(root, "", "metadata")
    add(metadata, "", "schema", "IMS Common Cartridge")
    add(metadata, "", "schemaversion", "1.1.0")
    metadata.append(lom_of_manifest(module))
    organizations = add(root, "", "organizations")
    organization = add(organizations, "", "organization", identifier="O-1", structure="rooted-hierarchy")
    top = add(organization, "", "item", identifier="I-0")
    section = item(top, "I-1", module.title)
    for n, page in enumerate(module.pages, 1):
        item(section, f"I-1-{n}", page.title, f"R-{n}")
    if module.links:
        beside = item(top, "I-2", module.links_title)
        for n, (title, _) in enumerate(module.links, 1):
            item(beside, f"I-2-{n}", title, f"L-{n}")
    resources = add(root, "", "resources")
    for identifier, kind, name in resources_of(module):
        resource = add(resources, "", "resource", identifier=identifier, type=kind)
        if kind == WEB_CONTENT:
            resource.set("href", name)
        add(resource, "", "file", href=name)
    return root


def resources_of(module: CourseModule) -> Iterator[tuple[str, str, str]]:
    """Yield (identifier, type, file) of every resource."""
    for n, page in enumerate(module.pages, 1):
        yield f"R-{n}", WEB_CONTENT, page.name
    for n in range(1, len(module.links) + 1):
        yield f"L-{n}", WEB_LINK, link_name(n)
    yield "R-0", WEB_CONTENT, RECORD


def record(module: CourseModule) -> ET.Element:
    """Return the record of a module in ScoLOMFR, as a file of LOM with the elements that ScoLOMFR adds."""
    root = lom(module)
    root.set("xmlns", PLAIN_LOM)
    educational = root.find("educational")
    assert educational is not None
    for iri, label in module.concepts.items():
        if name := OF_SCOLOMFR.get(vocabulary(iri)):
            vocabulary_value(educational, name, iri, label, module.language)
    return root


def lom_of_manifest(module: CourseModule) -> ET.Element:
    """Return what a manifest says of a module: what the schema by which Moodle checks it takes.

    It knows the roles of IMS alone, and no value before its source: whoever made the module, for whom, at what level
    and how long it takes stand in the record.
    """
    root = ET.Element(f"{IN_MANIFEST}lom")
    general(root, module, IN_MANIFEST)
    add(add(root, IN_MANIFEST, "technical"), IN_MANIFEST, "format", "text/html")
    texts(add(root, IN_MANIFEST, "rights"), IN_MANIFEST, "description", (module.licence,), module.language)
    return root


def general(root: ET.Element, module: CourseModule, space: str) -> None:
    """Add what a module is, in the elements of LOM (IEEE 1484.12.1, 1)."""
    said = add(root, space, "general")
    identifier = add(said, space, "identifier")
    add(identifier, space, "catalog", "URI")
    add(identifier, space, "entry", module.iri)
    texts(said, space, "title", (module.title,), module.language)
    add(said, space, "language", module.language)
    texts(said, space, "description", (module.summary,), module.language)
    texts(said, space, "keyword", module.keywords, module.language)


def lom(module: CourseModule) -> ET.Element:
    """Return the metadata of a module in the elements of LOM (IEEE 1484.12.1), in its order."""
    root = ET.Element("lom")
    general(root, module, "")
    contribute = add(add(root, "", "lifeCycle"), "", "contribute")
    role = add(contribute, "", "role")
    add(role, "", "source", "LOMv1.0")
    add(role, "", "value", "author")
    add(contribute, "", "entity", f"BEGIN:VCARD\nVERSION:3.0\nFN:{module.author}\nORG:{module.author}\nEND:VCARD")
    if module.date:
        add(add(contribute, "", "date"), "", "dateTime", module.date)
    technical = add(root, "", "technical")
    add(technical, "", "format", "text/html")
    add(technical, "", "location", module.iri)
    educational = add(root, "", "educational")
    for number, name in EDUCATIONAL.items():
        for iri, label in module.concepts.items():
            if vocabulary(iri) == number:
                vocabulary_value(educational, name, iri, label, module.language)
    texts(add(educational, "", "typicalLearningTime"), "", "description", (module.length,), module.language)
    add(educational, "", "language", module.language)
    rights = add(root, "", "rights")
    for name, value in (("cost", "no"), ("copyrightAndOtherRestrictions", "yes")):
        said = add(rights, "", name)
        add(said, "", "source", "LOMv1.0")
        add(said, "", "value", value)
    texts(rights, "", "description", (module.licence,), module.language)
    return root


def vocabulary(iri: str) -> str:
    """Return the number of the vocabulary of ScoLOMFR that a concept is of, nothing for another's concept."""
    head, _, name = iri.partition("concept/scolomfr-voc-")
    return name.partition("-")[0] if head == SCOLOMFR else ""


def vocabulary_value(parent: ET.Element, name: str, iri: str, label: str, language: str) -> None:
    """Add a value of a vocabulary of ScoLOMFR: the scheme is its source, the concept its value."""
    said = add(parent, "", name)
    add(said, "", "source", f"{SCOLOMFR}scolomfr-voc-{vocabulary(iri)}")
    add(said, "", "value", iri)
    if label:
        add(said, "", "label", label, language=language)


def web_link(title: str, address: str) -> ET.Element:
    """Return the descriptor of a link (Common Cartridge 1.1, web links)."""
    root = ET.Element("webLink", {"xmlns": LINK})
    add(root, "", "title", title)
    add(root, "", "url", href=address, target="_blank")
    return root


def link_name(number: int) -> str:
    """Return the file of a link."""
    return f"liens/lien-{number}.xml"


def item(parent: ET.Element, identifier: str, title: str, resource: str = "") -> ET.Element:
    """Return a new item of the organisation."""
    made = add(parent, "", "item", identifier=identifier, **({"identifierref": resource} if resource else {}))
    add(made, "", "title", title)
    return made


def texts(parent: ET.Element, space: str, name: str, values: Sequence[str], language: str) -> None:
    """Add an element for each text, with its language."""
    for value in values:
        if value:
            add(add(parent, space, name), space, "string", value, language=language)


def add(parent: ET.Element, space: str, name: str, text: str = "", **attributes: str) -> ET.Element:
    """Return a new element under a parent."""
    made = ET.SubElement(parent, space + name, attributes)
    made.text = legal(text) or None
    return made


def legal(text: str) -> str:
    """Return a text without what XML 1.0 has no place for (2.2, Char)."""
    kept = (c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
    return "".join(kept)


def xml(root: ET.Element) -> bytes:
    """Return a document; its namespaces are the first attributes of its root, as they were written there."""
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data
