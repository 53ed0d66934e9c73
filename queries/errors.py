"""What can be wrong with a question: one tree."""

from __future__ import annotations


class QuestionError(Exception):
    """Base of all that this package raises of its own.

    QuestionError
    └── BadParameter     a value that a question cannot take
    """
