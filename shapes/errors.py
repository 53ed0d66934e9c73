"""What can be wrong with a judgement: one tree."""

from __future__ import annotations


class ShapesError(Exception):
    """Base of all that this package raises of its own.

    ShapesError
    ├── UnusableFile     a file that cannot be judged: why, where, what to do
    ├── Unloadable       lines that the columns cannot hold: pySHACL judges them
    ├── Uncompilable     a shape that the screening does not cover: pySHACL judges its focus nodes
    └── OtherDialect     a regular expression that Python and RE2 may read otherwise
    """
