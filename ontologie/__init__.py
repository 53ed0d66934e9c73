"""The words of the observatory: OWL and SKOS in Turtle, the JSON-LD context, and what loads them."""

from ontologie.canonical import canonical_bytes, canonical_lines, canonical_quads, digest, serialize_lines, unescaped
from ontologie.checks.model import Check, Examined, Finding
from ontologie.framing import document_types, frame, to_document
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE, Iris
from ontologie.resources import context, read_table, read_text, resource
from ontologie.rules import RuleFile, rule_files
from ontologie.untrusted import Refused, Spool, confined, open_file, read_file
from ontologie.vocabularies import Vocabulary, vocabularies

__all__ = [
    "BASE",
    "PREFIXES",
    "RDF_TYPE",
    "Check",
    "Examined",
    "Finding",
    "Iris",
    "Refused",
    "RuleFile",
    "Spool",
    "Vocabulary",
    "canonical_bytes",
    "canonical_lines",
    "canonical_quads",
    "confined",
    "context",
    "digest",
    "document_types",
    "frame",
    "open_file",
    "read_file",
    "read_table",
    "read_text",
    "resource",
    "rule_files",
    "serialize_lines",
    "to_document",
    "unescaped",
    "vocabularies",
]
