"""The rules of the observatory: SHACL in Turtle; judging documents by them, fast; the report."""

from shapes.checks import CHECKS
from shapes.gate import validate, validate_batch
from shapes.privacy import mask
from shapes.report import Report, Result
from shapes.sources import shapes_digest, shapes_graph

__all__ = ["CHECKS", "Report", "Result", "mask", "shapes_digest", "shapes_graph", "validate", "validate_batch"]
