"""``${…}``: the Unified Expression Language of Java."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from engine.runtime.reader import SUM, Operators, Reader
from engine.runtime.sameness import signed, truth

_OR: Operators = {"||": ast.Or, "or": ast.Or}
_AND: Operators = {"&&": ast.And, "and": ast.And}
_EQUAL: Operators = {"==": ast.Eq, "eq": ast.Eq, "!=": ast.NotEq, "ne": ast.NotEq}
_ORDER: Operators = {
    "<": ast.Lt, "lt": ast.Lt, "<=": ast.LtE, "le": ast.LtE, ">": ast.Gt, "gt": ast.Gt, ">=": ast.GtE, "ge": ast.GtE,
}  # fmt: skip
_PRODUCT: Operators = {"*": ast.Mult, "/": ast.Div, "div": ast.Div, "%": ast.Mod, "mod": ast.Mod}


class Juel(Reader):
    """``${…}``: the Unified Expression Language of Java, as Camunda 7 and Flowable use it."""

    levels = (_OR, _AND, _EQUAL, _ORDER, SUM, _PRODUCT)
    quotes = "\"'"
    instead: Mapping[str, tuple[str, str]] = {
        "=": ("So sánh bằng viết là ==.", "Equality is written ==."),
        "execution": (
            "“execution” là đối tượng của hệ thống khác; hãy viết tên biến.",
            "'execution' is an object of another engine; write the variable's name.",
        ),
        "instanceof": ("Ngôn ngữ này không có instanceof.", "This language has no instanceof."),
        ";": ("Chỉ được một biểu thức.", "Only one expression is allowed."),
    }

    def whole(self) -> ast.expr:
        value = self.expression()
        self.expect("}")
        if self.token.kind != "end":
            raise self._error(
                "Phải đặt trọn điều kiện trong một cặp ${…}; nối văn bản bằng +.",
                "One ${…} must enclose the whole condition; texts are joined with +.",
                self.token.at,
            )
        return value

    def choice(self) -> ast.expr:
        value = self.binary()
        token = self.token
        if not self.takes("?"):
            return value
        yes = self.expression()
        self.expect(":")
        return self.at(token, ast.IfExp(truth(value), yes, self.expression()))

    def unary(self) -> ast.expr:
        signs = []
        while self.token.kind in ("sign", "word") and self.token.text in ("-", "!", "not", "empty"):
            signs.append(self.take())
        value = self.behind()
        for sign in reversed(signs):
            value = self.at(sign, signed(sign.text, value))
        return value

    def behind(self) -> ast.expr:
        """A value with ``.name`` and ``[…]`` behind it."""
        value = self.primary()
        while True:
            token = self.token
            if self.takes("."):
                value = self.entry(value)
            elif self.takes("["):
                place = self.expression()
                self.expect("]")
                value = self.at(token, ast.Subscript(value, place, ast.Load()))
            else:
                return value
