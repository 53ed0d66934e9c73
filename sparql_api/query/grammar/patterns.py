"""The productions of patterns: groups, triples, paths, nodes."""

from __future__ import annotations

from collections.abc import Callable

from sparql_api.query.grammar.expressions import Expressions
from sparql_api.query.grammar.words import PATTERNS


class Patterns(Expressions):
    """Reads groups of patterns; what a subquery's clauses are is known by who reads queries."""

    def subquery(self) -> None:
        """Read SELECT and what follows it inside of a group."""
        raise AssertionError("read by Queries")

    def data_block(self) -> None:
        """Read what follows VALUES."""
        raise AssertionError("read by Queries")

    def braces(self, inside: Callable[[], object]) -> None:
        """Something between braces."""
        self.need_punct("{")
        inside()
        self.need_punct("}")

    def group(self) -> None:
        """GroupGraphPattern."""
        self.nested(lambda: self.braces(self.group_inside))

    def group_inside(self) -> None:
        """SubSelect or GroupGraphPatternSub."""
        if self.word("SELECT"):
            self.subquery()
            return
        while not self.punct("}"):
            if self.pattern():
                self.take_punct(".")
            elif self.starts_node():
                self.triples()
                if not self.take_punct(".") and not (self.punct("}", "{") or self.word(*PATTERNS)):
                    raise self.fail(".", ";", ",", "}")
            else:
                raise self.fail("node", "}", *PATTERNS)

    def pattern(self) -> bool:
        """Read a pattern that is no triple; False where none stands here."""
        if self.punct("{"):
            self.group()
            while self.take_word("UNION"):
                self.group()
        elif self.take_word("OPTIONAL", "MINUS", "LATERAL"):
            self.group()
        elif self.word("GRAPH", "SERVICE"):
            if self.take_word("SERVICE"):
                self.take_word("SILENT")
            else:
                self.at += 1
            self.var_or_iri()
            self.group()
        elif self.take_word("FILTER"):
            if not (self.punct("(") or self.kind("iri", "pname", "word")):
                raise self.fail("(", "function")
            self.primary()
        elif self.take_word("BIND"):
            self.need_punct("(")
            self.expression()
            self.need_word("AS")
            self.need_kind("var", "var")
            self.need_punct(")")
        elif self.take_word("VALUES"):
            self.data_block()
        else:
            return False
        return True

    def triples_block(self) -> None:
        """TriplesTemplate."""
        while self.starts_node():
            self.triples()
            if not self.take_punct(".") and not self.punct("}"):
                raise self.fail(".", ";", ",", "}")

    def triples(self) -> None:
        """TriplesSameSubjectPath."""
        bracket = self.punct("[", "<<")
        self.node()
        if not bracket or self.starts_verb():
            self.properties()

    def properties(self) -> None:
        """PropertyListPathNotEmpty."""
        self.verb()
        self.objects()
        while self.take_punct(";"):
            if self.starts_verb():
                self.verb()
                self.objects()

    def objects(self) -> None:
        """ObjectListPath."""
        self.object()
        while self.take_punct(","):
            self.object()

    def object(self) -> None:
        """ObjectPath, with its reifiers and annotations."""
        self.node()
        while self.punct("~", "{|"):
            if self.take_punct("~"):
                self.take_kind("var", "iri", "pname", "bnode")
            else:
                self.at += 1
                self.properties()
                self.need_punct("|}")

    def starts_verb(self) -> bool:
        """Tell whether a verb may start here."""
        return self.kind("var", "iri", "pname") or self.word("A") or self.punct("^", "!", "(")

    def verb(self) -> None:
        """VerbPath, VerbSimple or Verb."""
        if self.take_kind("var"):
            return
        if not self.starts_verb():
            raise self.fail("verb")
        self.path()

    def path(self) -> None:
        """Path, whatever the precedence."""
        self.path_step()
        while self.take_punct("|", "/"):
            self.path_step()

    def path_step(self) -> None:
        """PathEltOrInverse."""
        while self.take_punct("^", "!"):
            pass
        if self.take_punct("("):
            if not self.punct(")"):  # `!()` excludes nothing.
                self.nested(self.path)
            self.need_punct(")", "|", "/")
        elif not (self.take_kind("iri", "pname") or self.take_word("A")):
            raise self.fail("iri", "a", "(")
        # A lone `?` is read as a variable's sign by some; here it is the path's.
        while self.take_punct("?", "*", "+"):
            pass

    def starts_node(self) -> bool:
        """Tell whether a subject may start here."""
        if self.kind("word"):
            return self.word("TRUE", "FALSE")
        return self.kind("var", "iri", "pname", "bnode", "string", "number") or self.punct(
            "[", "(", "<<", "<<(", "+", "-"
        )

    def node(self) -> None:
        """GraphNodePath."""
        if self.take_kind("var", "iri", "pname", "bnode") or self.literal() or self.triple_term():
            return
        if self.take_punct("["):
            if not self.punct("]"):
                self.nested(self.properties)
            self.need_punct("]", ";")
        elif self.take_punct("("):
            while not self.punct(")"):
                self.nested(self.node)
            self.at += 1
        elif self.take_punct("<<"):
            self.triple_inside()
            if self.take_punct("~"):
                self.take_kind("var", "iri", "pname", "bnode")
            self.need_punct(">>")
        else:
            raise self.fail("node")

    def triple_term(self) -> bool:
        """Read a TripleTerm; False where none stands here."""
        if not self.take_punct("<<("):
            return False
        self.triple_inside()
        self.need_punct(")>>")
        return True

    def triple_inside(self) -> None:
        """What a triple term or a reified triple holds."""
        self.nested(self.node)
        self.verb()
        self.nested(self.node)

    def var_or_iri(self) -> None:
        """VarOrIri."""
        if not self.take_kind("var", "iri", "pname"):
            raise self.fail("iri", "var")
