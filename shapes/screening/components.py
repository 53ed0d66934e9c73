"""SHACL Core in SQL, first half: one function a constraint component, in the order of the recommendation.

§4.1 value type, §4.2 cardinality, §4.3 value range, §4.4 strings; the rest is in components_relations.py. What
tests and queries are is in basis.py. https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

from collections.abc import Iterator

import rdflib
from rdflib.namespace import RDF, RDFS, SH, XSD

from shapes.screening.basis import NEVER, Queries, Rows, Scope, Test, Tests
from shapes.screening.lexical import (
    EXACT_NUMBERS,
    ORDERED_TEXTS,
    STRINGS,
    WELL_TYPED,
    OtherDialect,
    full_match,
    literal,
    re2,
)
from shapes.screening.parameters import Shape, Uncompilable

# 4.1 Value type


def test_class(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.1.1 `sh:class`: an instance of the class, or of one of its subclasses."""
    for name in shape.values(SH["class"]):
        yield Test("ClassConstraintComponent", f"v NOT IN (SELECT id FROM {scope.instances(name)})")


def test_datatype(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.1.2 `sh:datatype`: a literal of that datatype, well-typed."""
    datatype = str(shape.one(SH.datatype))
    if datatype in (str(RDFS.Literal), str(RDFS.Datatype)):
        raise Uncompilable("a datatype that is no datatype")
    wrong = f"datatype <> {literal(datatype)}"
    if datatype not in WELL_TYPED:
        # pySHACL takes any form of a datatype that rdflib does not know.
        known = datatype.startswith((str(XSD), str(RDF)))
        yield Test("DatatypeConstraintComponent", wrong, f"NOT ({wrong})" if known else NEVER)
    elif WELL_TYPED[datatype]:
        unsure = f"NOT ({wrong}) AND NOT {full_match('lexical', WELL_TYPED[datatype])}"
        yield Test("DatatypeConstraintComponent", wrong, unsure)
    else:
        yield Test("DatatypeConstraintComponent", wrong)


_KINDS = {
    str(SH.IRI): "'iri'",
    str(SH.BlankNode): "'blank'",
    str(SH.Literal): "'literal'",
    str(SH.BlankNodeOrIRI): "'blank', 'iri'",
    str(SH.BlankNodeOrLiteral): "'blank', 'literal'",
    str(SH.IRIOrLiteral): "'iri', 'literal'",
}


def test_node_kind(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.1.3 `sh:nodeKind`."""
    kinds = _KINDS.get(str(shape.one(SH.nodeKind)))
    if kinds is None:
        raise Uncompilable("a node kind that does not exist")
    yield Test("NodeKindConstraintComponent", f"kind NOT IN ({kinds})")


# 4.2 Cardinality


def query_min_count(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.2.1 `sh:minCount`."""
    least = shape.whole_number(SH.minCount)
    if least == 1:
        yield Rows(
            f"""SELECT x.r, x.f, 'MinCountConstraintComponent' AS component FROM {scope.focus} x
            ANTI JOIN {scope.values} y ON y.r = x.r AND y.f = x.f"""
        )
    elif least > 1:
        yield Rows(
            f"""SELECT x.r, x.f, 'MinCountConstraintComponent' AS component FROM {scope.focus} x
            LEFT JOIN {scope.values} y ON y.r = x.r AND y.f = x.f
            GROUP BY x.r, x.f HAVING count(DISTINCT y.v) < {least}"""
        )


def query_max_count(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.2.2 `sh:maxCount`."""
    yield Rows(
        f"""SELECT r, f, 'MaxCountConstraintComponent' AS component FROM {scope.values}
        GROUP BY r, f HAVING count(DISTINCT v) > {shape.whole_number(SH.maxCount)}"""
    )


# 4.3 Value range


def _test_range(shape: Shape, parameter: rdflib.URIRef, component: str, sign: str) -> Iterator[Test]:
    """A value that is not `sign` the bound, or that cannot be compared with it, breaks the rule."""
    for bound in shape.values(parameter):
        datatype = str(getattr(bound, "datatype", None))
        if datatype in EXACT_NUMBERS:
            names, compared, value = EXACT_NUMBERS, "try_cast(lexical AS BIGINT)", str(int(str(bound)))
        elif datatype in ORDERED_TEXTS:
            names, compared, value = (datatype,), "lexical", literal(str(bound))
        else:
            raise Uncompilable("a bound that is neither a whole number nor a date")
        sure = " OR ".join(
            f"(datatype = {literal(name)} AND {full_match('lexical', WELL_TYPED[name])})" for name in names
        )
        never = f"(kind <> 'literal' OR datatype IN ({', '.join(map(literal, STRINGS))}))"
        yield Test(
            component,
            f"{never} OR (({sure}) AND NOT coalesce({compared} {sign} {value}, false))",
            f"NOT {never} AND NOT ({sure})",
        )


def test_min_exclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.1 `sh:minExclusive`."""
    return _test_range(shape, SH.minExclusive, "MinExclusiveConstraintComponent", ">")


def test_min_inclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.2 `sh:minInclusive`."""
    return _test_range(shape, SH.minInclusive, "MinInclusiveConstraintComponent", ">=")


def test_max_exclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.3 `sh:maxExclusive`."""
    return _test_range(shape, SH.maxExclusive, "MaxExclusiveConstraintComponent", "<")


def test_max_inclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.4 `sh:maxInclusive`."""
    return _test_range(shape, SH.maxInclusive, "MaxInclusiveConstraintComponent", "<=")


# 4.4 Strings


def test_min_length(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.1 `sh:minLength`, in code points."""
    least = shape.whole_number(SH.minLength)
    if least > 0:
        yield Test("MinLengthConstraintComponent", f"kind = 'blank' OR length(lexical) < {least}")


def test_max_length(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.2 `sh:maxLength`, in code points."""
    most = shape.whole_number(SH.maxLength)
    yield Test("MaxLengthConstraintComponent", f"kind = 'blank' OR length(lexical) > {most}")


def test_pattern(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.3 `sh:pattern`: found somewhere in the text. Of the flags, pySHACL heeds i and m."""
    flags = "".join(str(flag).lower() for flag in shape.values(SH.flags))
    if "m" in flags or len(shape.values(SH.flags)) > 1:
        raise Uncompilable("the flag m, or several values of sh:flags")
    doubt = NEVER
    if "i" in flags:
        # Case beyond ASCII differs between the engines.
        doubt = "kind <> 'blank' AND NOT regexp_full_match(lexical, '[\\x00-\\x7F]*')"
    for pattern in shape.values(SH.pattern):
        if "i" in flags and not str(pattern).isascii():
            raise Uncompilable("the flag i beyond ASCII")
        try:
            matched = scope.matches(("(?i)" if "i" in flags else "") + re2(str(pattern)))
        except OtherDialect as error:
            raise Uncompilable("a pattern that RE2 reads otherwise") from error
        yield Test("PatternConstraintComponent", f"kind = 'blank' OR NOT ({matched})", doubt)


def test_language_in(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.4 `sh:languageIn`: a tag of the list, or a longer one that starts with it."""
    tags = [str(tag).lower() for tag in shape.list_of(SH.languageIn)]
    if "*" in tags:
        yield Test("LanguageInConstraintComponent", "language = ''")
        return
    listed = ", ".join(map(literal, tags)) or "NULL"
    accepted = f"language IN ({listed}) OR split_part(language, '-', 1) IN ({listed})"
    yield Test("LanguageInConstraintComponent", f"language = '' OR NOT coalesce({accepted}, false)")


def query_unique_lang(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.4.5 `sh:uniqueLang`: a result for each language that two values share."""
    if shape.flag(SH.uniqueLang):
        yield Rows(
            f"""SELECT r, f, 'UniqueLangConstraintComponent' AS component FROM {scope.described}
            WHERE language <> '' GROUP BY r, f, language HAVING count(DISTINCT v) > 1"""
        )


VALUE_TESTS: dict[rdflib.URIRef, Tests] = {
    SH["class"]: test_class,
    SH.datatype: test_datatype,
    SH.nodeKind: test_node_kind,
    SH.minExclusive: test_min_exclusive,
    SH.minInclusive: test_min_inclusive,
    SH.maxExclusive: test_max_exclusive,
    SH.maxInclusive: test_max_inclusive,
    SH.minLength: test_min_length,
    SH.maxLength: test_max_length,
    SH.pattern: test_pattern,
    SH.languageIn: test_language_in,
}

VALUE_QUERIES: dict[rdflib.URIRef, Queries] = {
    SH.minCount: query_min_count,
    SH.maxCount: query_max_count,
    SH.uniqueLang: query_unique_lang,
}
