"""The way in: readers, resolution, conversion, the registry, publication and editions."""

from ingestion.conversion import ConversionError, ConvertedDocument, convert, convert_stream, document_iris
from ingestion.documents import BuiltDocument, build_document
from ingestion.errors import UnreadableDeposit
from ingestion.export import export_document
from ingestion.messages import Issue, Place
from ingestion.pipeline import Examination, ExaminedDocument, Options, Summary, examine, examine_batches
from ingestion.readers import read_deposit
from ingestion.records import Deposit, Record
from ingestion.report import as_csv, as_json, as_text, by_cause
from ingestion.report_html import as_html
from ingestion.resolution import resolve, suggest

__all__ = [
    "BuiltDocument",
    "ConversionError",
    "ConvertedDocument",
    "Deposit",
    "Examination",
    "ExaminedDocument",
    "Issue",
    "Options",
    "Place",
    "Record",
    "Summary",
    "UnreadableDeposit",
    "as_csv",
    "as_html",
    "as_json",
    "as_text",
    "build_document",
    "by_cause",
    "convert",
    "convert_stream",
    "document_iris",
    "examine",
    "examine_batches",
    "export_document",
    "read_deposit",
    "resolve",
    "suggest",
]
