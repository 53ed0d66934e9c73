"""The productions of whole queries: prologue, forms, datasets, modifiers, inline data."""

from __future__ import annotations

from collections.abc import Callable

from sparql_api.query.grammar.patterns import Patterns


class Queries(Patterns):
    """Reads queries."""

    def query(self) -> None:
        """Query."""
        try:
            self.prologue()
            self.form()
            if self.take_word("VALUES"):
                self.data_block()
            if self.token is not None:
                raise self.fail("end")
        except RecursionError:
            return

    def prologue(self) -> None:
        """Prologue."""
        while self.word("PREFIX", "BASE", "VERSION"):
            if self.take_word("PREFIX"):
                if not self.kind("pname") or not (self.token and self.token.text.endswith(":")):
                    raise self.fail("prefix")
                self.at += 1
                self.need_kind("iri", "iri")
            elif self.take_word("BASE"):
                self.need_kind("iri", "iri")
            else:
                self.at += 1
                self.need_kind("string", "string")

    def form(self) -> None:
        """SelectQuery, ConstructQuery, DescribeQuery or AskQuery."""
        if self.word("SELECT"):
            self.select_clause()
            self.datasets()
            self.where(needed=True)
        elif self.take_word("CONSTRUCT"):
            self.construct()
        elif self.take_word("DESCRIBE"):
            if not self.take_punct("*"):
                self.var_or_iri()
                while self.kind("var", "iri", "pname"):
                    self.at += 1
            self.datasets()
            self.where(needed=False)
        elif self.take_word("ASK"):
            self.datasets()
            self.where(needed=True)
        else:
            raise self.fail("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX")
        self.modifiers()

    def select_clause(self) -> None:
        """SelectClause."""
        self.need_word("SELECT")
        self.take_word("DISTINCT", "REDUCED")
        if self.take_punct("*"):
            return
        if not (self.kind("var") or self.punct("(")):
            raise self.fail("var", "*", "(")
        while self.kind("var") or self.punct("("):
            if self.take_kind("var"):
                continue
            self.at += 1
            self.expression()
            self.need_word("AS")
            self.need_kind("var", "var")
            self.need_punct(")")

    def construct(self) -> None:
        """What follows CONSTRUCT."""
        if self.punct("{"):
            self.braces(self.triples_block)
            self.datasets()
            self.where(needed=True)
        else:
            self.datasets()
            self.need_word("WHERE")
            self.braces(self.triples_block)

    def datasets(self) -> None:
        """DatasetClause, any number of times."""
        while self.take_word("FROM"):
            self.take_word("NAMED")
            self.need_kind("iri", "iri", "pname")

    def where(self, *, needed: bool) -> None:
        """WhereClause."""
        if self.take_word("WHERE") or self.punct("{"):
            self.group()
        elif needed:
            raise self.fail("WHERE", "{")

    def subquery(self) -> None:
        """SubSelect."""
        self.select_clause()
        self.where(needed=True)
        self.modifiers()
        if self.take_word("VALUES"):
            self.data_block()

    def modifiers(self) -> None:
        """SolutionModifier."""
        if self.take_word("GROUP"):
            self.need_word("BY")
            self.some(self.condition, "var", "(")
        if self.take_word("HAVING"):
            self.some(self.condition, "(")
        if self.take_word("ORDER"):
            self.need_word("BY")
            self.some(self.condition, "var", "ASC", "DESC", "(")
        while self.take_word("LIMIT", "OFFSET"):
            self.need_kind("integer", "number")

    def some(self, production: Callable[[], bool], *expected: str) -> None:
        """Read a production once or more."""
        if not production():
            raise self.fail(*expected)
        while production():
            pass

    def condition(self) -> bool:
        """Read one condition of GROUP BY, HAVING or ORDER BY; False where none stands here."""
        if self.word("ASC", "DESC"):
            self.at += 1
            self.need_punct("(")
            self.expression()
            self.need_punct(")")
        elif self.take_kind("var"):
            return True
        elif self.take_punct("("):
            self.expression()
            if self.take_word("AS"):
                self.need_kind("var", "var")
            self.need_punct(")")
        elif self.kind("iri", "pname") or (self.kind("word") and self.calls()):
            self.primary()
        else:
            return False
        return True

    def data_block(self) -> None:
        """DataBlock."""
        if self.take_kind("var"):
            self.braces(lambda: self.many(self.data_value))
            return
        self.need_punct("(", "var")
        while self.take_kind("var"):
            pass
        self.need_punct(")", "var")
        self.braces(lambda: self.many(self.data_row))

    def many(self, production: Callable[[], bool]) -> None:
        """A production, any number of times."""
        while production():
            pass

    def data_row(self) -> bool:
        """One row of InlineDataFull; False where none stands here."""
        if not self.take_punct("("):
            return False
        self.many(self.data_value)
        self.need_punct(")", "value")
        return True

    def data_value(self) -> bool:
        """DataBlockValue; False where none stands here."""
        return self.take_word("UNDEF") or self.literal() or self.take_kind("iri", "pname") or self.triple_term()
