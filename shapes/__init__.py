"""The rules of the observatory: SHACL in Turtle; judging documents by them, fast; the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontologie import lazily

if TYPE_CHECKING:
    from shapes.checks import CHECKS as CHECKS
    from shapes.forms.view import FormField as FormField
    from shapes.forms.view import FormGroup as FormGroup
    from shapes.forms.view import Shapes as Shapes
    from shapes.forms.view import classes_of as classes_of
    from shapes.forms.view import form_groups as form_groups
    from shapes.gate import validate as validate
    from shapes.gate import validate_batch as validate_batch
    from shapes.judging.report import Report as Report
    from shapes.judging.report import Result as Result
    from shapes.privacy.masking import MASK as MASK
    from shapes.privacy.masking import mask as mask
    from shapes.privacy.passages import passages as passages
    from shapes.privacy.passages import tells_health as tells_health
    from shapes.reporting.causes import place as place
    from shapes.reporting.cells import BYTE_ORDER_MARK as BYTE_ORDER_MARK
    from shapes.reporting.cells import SPREADSHEET_SEPARATOR as SPREADSHEET_SEPARATOR
    from shapes.reporting.cells import column_letters as column_letters
    from shapes.reporting.cells import csv_line as csv_line
    from shapes.reporting.cells import inert as inert
    from shapes.reporting.cells import restored as restored
    from shapes.reporting.forms import as_csv as as_csv
    from shapes.reporting.forms import as_json as as_json
    from shapes.reporting.forms import as_text as as_text
    from shapes.reporting.html import as_html as as_html
    from shapes.reporting.issues import TO_READ as TO_READ
    from shapes.reporting.issues import Issue as Issue
    from shapes.reporting.issues import result_of as result_of
    from shapes.rules.compiled import subject_of as subject_of
    from shapes.rules.sources import shapes_digest as shapes_digest
    from shapes.rules.sources import shapes_graph as shapes_graph
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "reporting.cells": "BYTE_ORDER_MARK SPREADSHEET_SEPARATOR column_letters csv_line inert restored",
            "checks": "CHECKS",
            "forms.view": "FormField FormGroup Shapes classes_of form_groups",
            "rules.compiled": "subject_of",
            "gate": "validate validate_batch",
            "reporting.issues": "TO_READ Issue result_of",
            "judging.report": "Report Result",
            "privacy.masking": "MASK mask",
            "privacy.passages": "passages tells_health",
            "reporting.causes": "place",
            "reporting.forms": "as_csv as_json as_text",
            "reporting.html": "as_html",
            "rules.sources": "shapes_digest shapes_graph",
        },
    )
