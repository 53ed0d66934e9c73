"""The rules of the observatory: SHACL in Turtle; judging documents by them, fast; the report."""

from shapes.judge import validate
from shapes.privacy import mask
from shapes.report import Report, Result
from shapes.sources import shapes_graph

__all__ = ["Report", "Result", "mask", "shapes_graph", "validate"]
