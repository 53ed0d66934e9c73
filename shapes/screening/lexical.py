"""What SQL can say for sure of a lexical form: well-typed or not, in order or not, matched or not.

Everything here is one-sided: a form outside it is a doubt, which pySHACL settles. Knows XSD and two dialects
of regular expressions; knows nothing of shapes.
"""

from __future__ import annotations

from rdflib.namespace import RDF, XSD

from shapes.errors import ShapesError

_YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_DATE = f"{_YEAR}-{_DAY}"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_INTEGER = "[+-]?[0-9]{1,18}"

WELL_TYPED: dict[str, str] = {
    str(XSD.string): "",
    str(RDF.langString): "",
    str(XSD.boolean): "true|false|1|0",
    str(XSD.integer): _INTEGER,
    str(XSD.decimal): "[+-]?[0-9]{1,15}([.][0-9]{1,15})?",
    str(XSD.double): "[+-]?[0-9]{1,15}([.][0-9]{1,15})?([eE][+-]?[0-9]{1,2})?",
    str(XSD.float): "[+-]?[0-9]{1,15}([.][0-9]{1,15})?([eE][+-]?[0-9]{1,2})?",
    str(XSD.int): "[+-]?[0-9]{1,9}",
    str(XSD.long): _INTEGER,
    str(XSD.nonNegativeInteger): "[0-9]{1,18}",
    str(XSD.positiveInteger): "[1-9][0-9]{0,17}",
    str(XSD.date): _DATE,
    str(XSD.dateTime): f"{_DATE}T{_TIME}",
    str(XSD.gYear): "[0-9]{4}",
    str(XSD.gYearMonth): "[0-9]{4}-(0[1-9]|1[0-2])",
    str(XSD.anyURI): "[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]*",
}
"""For a datatype, the forms that are well-typed for sure ("" is all of them). XSD's others are doubts."""

EXACT_NUMBERS = tuple(
    str(name) for name in (XSD.integer, XSD.int, XSD.long, XSD.nonNegativeInteger, XSD.positiveInteger)
)
"""Datatypes whose well-typed forms above fit a BIGINT."""

STRINGS = (str(XSD.string), str(RDF.langString))

ORDERED_TEXTS = (str(XSD.date), str(XSD.dateTime))
"""Datatypes whose well-typed forms above compare as texts do."""


def literal(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def full_match(column: str, pattern: str) -> str:
    """Return the SQL of a match of a whole text."""
    return f"regexp_full_match({column}, {literal(pattern)})" if pattern else "true"


class OtherDialect(ShapesError, ValueError):
    """A regular expression that Python and RE2 may read otherwise."""


def re2(pattern: str) -> str:
    """Return a Python pattern (as pySHACL searches it) in RE2's dialect.

    Raises OtherDialect where the two may differ: classes such as `\\d` know other alphabets in Python,
    look-around and back-references do not exist in RE2.
    """
    out: list[str] = []
    position, depth = 0, 0
    while position < len(pattern):
        token = _token(pattern, position)
        if token == "$":
            # In Python it also stands before a last line feed; in RE2 only at the end.
            if not _ends(pattern, position + 1):
                raise OtherDialect(pattern)
            out.append(r"\n?\z")
        else:
            out.append(token)
        depth += (token.startswith("(")) - (token == ")")
        position += len(token)
    if depth:
        raise OtherDialect(pattern)
    return "".join(out)


def _token(pattern: str, position: int) -> str:
    """Return the token at a position: a class, a group's start, an escape, a quantifier or one character."""
    character = pattern[position]
    if character == "[":
        return _bracket(pattern, position)
    if character == "\\":
        escaped = pattern[position + 1 : position + 2]
        if not escaped or escaped not in r".\-[](){}*+?|^$/":
            raise OtherDialect(pattern)
        return "\\" + escaped
    if character == "(" and pattern.startswith("(?", position):
        if not pattern.startswith("(?:", position):
            raise OtherDialect(pattern)
        return "(?:"
    if character in "*+?" and pattern[position + 1 : position + 2] == "+":
        raise OtherDialect(pattern)
    if character == "{":
        return _count(pattern, position)
    return character


def _bracket(pattern: str, position: int) -> str:
    end = position + 1
    if pattern.startswith("^", end):
        end += 1
    if pattern.startswith("]", end):
        raise OtherDialect(pattern)
    while end < len(pattern) and pattern[end] != "]":
        if pattern[end] in "[&|~\\" or pattern.startswith("--", end):
            raise OtherDialect(pattern)
        end += 1
    if end >= len(pattern):
        raise OtherDialect(pattern)
    return pattern[position : end + 1]


def _count(pattern: str, position: int) -> str:
    end = pattern.find("}", position)
    numbers = pattern[position + 1 : end].split(",") if end > 0 else [""]
    if len(numbers) > 2 or not numbers[0].isascii() or not numbers[0].isdigit():
        raise OtherDialect(pattern)
    if any(number and (not number.isascii() or not number.isdigit() or int(number) > 500) for number in numbers):
        raise OtherDialect(pattern)
    if pattern[end + 1 : end + 2] == "+":
        raise OtherDialect(pattern)
    return pattern[position : end + 1]


def _ends(pattern: str, position: int) -> bool:
    """Whether nothing can follow this position: the end, an alternative, groups that close at the end."""
    depth = 0
    while position < len(pattern):
        token = _token(pattern, position) if pattern[position] != "$" else "$"
        if token == "|" and depth == 0:
            # Other alternatives of this group: go on behind them.
            position = _close(pattern, position + 1)
            continue
        if token != ")":
            return False
        position += 1
    return True


def _close(pattern: str, position: int) -> int:
    """Return where the group around a position closes, or the end."""
    depth = 0
    while position < len(pattern):
        token = "$" if pattern[position] == "$" else _token(pattern, position)
        if token == ")" and depth == 0:
            return position
        depth += token.startswith("(") - (token == ")")
        position += len(token)
    return position
