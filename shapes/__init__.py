"""The rules of the observatory: SHACL in Turtle; judging documents by them, fast; the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontologie import lazily

if TYPE_CHECKING:
    from shapes.cells import BYTE_ORDER_MARK as BYTE_ORDER_MARK
    from shapes.cells import SPREADSHEET_SEPARATOR as SPREADSHEET_SEPARATOR
    from shapes.cells import csv_line as csv_line
    from shapes.cells import inert as inert
    from shapes.cells import restored as restored
    from shapes.checks import CHECKS as CHECKS
    from shapes.compiled import subject_of as subject_of
    from shapes.gate import validate as validate
    from shapes.gate import validate_batch as validate_batch
    from shapes.issues import Issue as Issue
    from shapes.privacy import MASK as MASK
    from shapes.privacy import mask as mask
    from shapes.report import Report as Report
    from shapes.report import Result as Result
    from shapes.reporting.causes import place as place
    from shapes.reporting.forms import as_csv as as_csv
    from shapes.reporting.forms import as_json as as_json
    from shapes.reporting.forms import as_text as as_text
    from shapes.reporting.html import as_html as as_html
    from shapes.sources import shapes_digest as shapes_digest
    from shapes.sources import shapes_graph as shapes_graph
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "cells": "BYTE_ORDER_MARK SPREADSHEET_SEPARATOR csv_line inert restored",
            "checks": "CHECKS",
            "compiled": "subject_of",
            "gate": "validate validate_batch",
            "issues": "Issue",
            "privacy": "MASK mask",
            "report": "Report Result",
            "reporting.causes": "place",
            "reporting.forms": "as_csv as_json as_text",
            "reporting.html": "as_html",
            "sources": "shapes_digest shapes_graph",
        },
    )
