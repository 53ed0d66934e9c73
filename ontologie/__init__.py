"""The words of the observatory: OWL and SKOS in Turtle, the JSON-LD context, and what loads them."""

from ontologie.canonical import canonical_bytes, canonical_lines, canonical_quads, digest, serialize_lines, unescaped
from ontologie.checks.model import Check, Examined, Finding
from ontologie.contexts import context, context_iri, context_text, context_versions, named_context, newest_context
from ontologie.framing import document_types, frame, to_document
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE, Iris
from ontologie.resources import read_table, read_text, resource
from ontologie.rules import RuleFile, rule_files
from ontologie.vocabularies import Vocabulary, vocabularies

__all__ = [
    "BASE",
    "PREFIXES",
    "RDF_TYPE",
    "Check",
    "Examined",
    "Finding",
    "Iris",
    "RuleFile",
    "Vocabulary",
    "canonical_bytes",
    "canonical_lines",
    "canonical_quads",
    "context",
    "context_iri",
    "context_text",
    "context_versions",
    "digest",
    "document_types",
    "frame",
    "named_context",
    "newest_context",
    "read_table",
    "read_text",
    "resource",
    "rule_files",
    "serialize_lines",
    "to_document",
    "unescaped",
    "vocabularies",
]
