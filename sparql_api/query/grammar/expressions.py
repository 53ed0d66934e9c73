"""The productions of expressions (§19.8 of the grammar, from Expression to BrackettedExpression)."""

from __future__ import annotations

from sparql_api.query.grammar.cursor import Cursor, UnknownFunction
from sparql_api.query.grammar.words import AGGREGATES, FUNCTIONS, KEYWORDS


class Expressions(Cursor):
    """Reads expressions; what EXISTS and triple terms hold is read by who knows patterns."""

    def group(self) -> None:
        """Read a group of patterns."""
        raise AssertionError("read by Patterns")

    def triple_term(self) -> bool:
        """Read a triple term; False where none stands here."""
        raise AssertionError("read by Patterns")

    def expression(self) -> None:
        """Expression."""
        self.nested(self.operations)

    def operations(self) -> None:
        """Read operands and operators; their precedence changes nothing to where a text is wrong."""
        self.unary()
        while True:
            if self.take_punct("||", "&&", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/"):
                self.unary()
            elif self.word("IN", "NOT"):
                self.take_word("NOT")
                self.need_word("IN")
                self.arguments()
            else:
                return

    def unary(self) -> None:
        """UnaryExpression."""
        while self.take_punct("!", "+", "-"):
            pass
        self.primary()

    def primary(self) -> None:
        """PrimaryExpression."""
        if self.take_punct("("):
            self.expression()
            self.need_punct(")", "operator")
        elif self.take_kind("var") or self.triple_term() or (not self.punct("+", "-") and self.literal()):
            return
        elif self.take_kind("iri", "pname"):
            if self.punct("("):
                self.arguments()
        elif self.word("EXISTS", "NOT"):
            self.take_word("NOT")
            self.need_word("EXISTS")
            self.group()
        elif self.word(*AGGREGATES):
            self.aggregate()
        elif self.kind("word") and self.calls():
            assert self.token is not None
            if self.token.text.upper() not in FUNCTIONS:
                raise UnknownFunction(self.token)
            self.at += 1
            self.arguments()
        else:
            raise self.fail("expression")

    def aggregate(self) -> None:
        """Aggregate."""
        self.at += 1
        self.need_punct("(")
        self.take_word("DISTINCT")
        if not self.take_punct("*"):
            self.expression()
        if self.take_punct(";"):
            self.need_word("SEPARATOR")
            self.need_punct("=")
            self.need_kind("string", "string")
        self.need_punct(")", ",")

    def arguments(self) -> None:
        """ArgList, ExpressionList."""
        self.need_punct("(")
        self.take_word("DISTINCT")
        if self.take_punct(")"):
            return
        self.expression()
        while self.take_punct(","):
            self.expression()
        self.need_punct(")", ",")

    def literal(self) -> bool:
        """Read a literal; False where none stands here."""
        if self.take_kind("string"):
            if not self.take_kind("lang") and self.take_punct("^^"):
                self.need_kind("iri", "iri", "pname")
            return True
        if self.punct("+", "-"):
            self.at += 1
            self.need_kind("number", "number")
            return True
        return self.take_kind("number") or self.take_word("TRUE", "FALSE")

    def calls(self) -> bool:
        """Tell whether the word here is called as a function."""
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        if self.word(*KEYWORDS):
            return self.word("NOT", "EXISTS")
        return following is not None and following.text == "("
