"""The rules of the observatory: SHACL in Turtle; judging documents by them, fast; the report."""

from shapes.cells import BYTE_ORDER_MARK, SPREADSHEET_SEPARATOR, csv_line, inert, restored
from shapes.checks import CHECKS
from shapes.gate import validate, validate_batch
from shapes.issues import Issue
from shapes.privacy import MASK, mask
from shapes.report import Report, Result
from shapes.report_causes import by_cause, place
from shapes.report_forms import as_csv, as_json, as_text
from shapes.report_html import as_html
from shapes.sources import shapes_digest, shapes_graph, subject_of

__all__ = [
    "BYTE_ORDER_MARK",
    "CHECKS",
    "MASK",
    "SPREADSHEET_SEPARATOR",
    "Issue",
    "Report",
    "Result",
    "as_csv",
    "as_html",
    "as_json",
    "as_text",
    "by_cause",
    "csv_line",
    "inert",
    "mask",
    "place",
    "restored",
    "shapes_digest",
    "shapes_graph",
    "subject_of",
    "validate",
    "validate_batch",
]
