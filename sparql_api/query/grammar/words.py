"""The keywords and functions of SPARQL 1.1 and 1.2, in capitals."""

from __future__ import annotations

from typing import Final

# fmt: off
AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
FUNCTIONS: Final = frozenset({
    "STR", "LANG", "LANGMATCHES", "LANGDIR", "DATATYPE", "BOUND", "IRI", "URI", "BNODE", "RAND", "ABS", "CEIL",
    "FLOOR", "ROUND", "CONCAT", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "CONTAINS", "STRSTARTS",
    "STRENDS", "STRBEFORE", "STRAFTER", "YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS", "TIMEZONE", "TZ",
    "NOW", "UUID", "STRUUID", "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "COALESCE", "IF", "STRLANG",
    "STRLANGDIR", "STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC", "HASLANG",
    "HASLANGDIR", "ISTRIPLE", "TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "REGEX", "SUBSTR", "REPLACE", "ADJUST",
})
PATTERNS: Final = ("OPTIONAL", "GRAPH", "SERVICE", "MINUS", "FILTER", "BIND", "VALUES", "LATERAL")
KEYWORDS: Final = frozenset(PATTERNS) | {
    "BASE", "PREFIX", "VERSION", "SELECT", "CONSTRUCT", "DESCRIBE", "ASK", "DISTINCT", "REDUCED", "AS", "FROM",
    "NAMED", "WHERE", "ORDER", "BY", "ASC", "DESC", "LIMIT", "OFFSET", "GROUP", "HAVING", "SILENT", "UNDEF",
    "UNION", "IN", "NOT", "EXISTS", "SEPARATOR", "TRUE", "FALSE", "A",
}
# fmt: on
