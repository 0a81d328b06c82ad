"""``=…``: the Friendly Enough Expression Language of DMN."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from engine.runtime.reader import SUM, Operators, Reader, Token
from engine.runtime.sameness import signed, truth

_ORDER: Operators = {
    "=": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
_DATE_AND_TIME = re.compile(r"date\s+and\s+time\s*\(")
"""A function of FEEL whose name would be read as two values."""
_RANGE = ("Viết x >= a and x <= b thay cho khoảng giá trị.", "Write x >= a and x <= b instead of a range.")
_COUNTS_FROM_1 = (
    "FEEL đếm danh sách từ 1, ở đây từ 0: bỏ dấu = ở đầu rồi viết danh_sach[0].",
    "FEEL counts lists from 1, this language from 0: leave out the = in front and write items[0].",
)
_IN_A_SCRIPT = ("Viết for trong tác vụ kịch bản.", "Write for in a script task.")
_WITHOUT_IT = (
    "Bỏ dấu = ở đầu và viết bằng ký hiệu của ngôn ngữ ở đây.",
    "Leave out the = in front and use this language's own notation.",
)


class Feel(Reader):
    """``=…``: the Friendly Enough Expression Language of DMN, as Camunda 8 uses it."""

    levels = (
        {"or": ast.Or},
        {"and": ast.And},
        _ORDER,
        SUM,
        {"*": ast.Mult, "/": ast.Div},
    )
    quotes = '"'
    between = frozenset({"if", "then", "else", "in", "return", "satisfies", "of"})
    instead: Mapping[str, tuple[str, str]] = {
        "==": ("So sánh bằng viết là một dấu =.", "Equality is written with one =."),
        "..": _RANGE,
        "between": _RANGE,
        "for": _IN_A_SCRIPT,
        "some": _IN_A_SCRIPT,
        "every": _IN_A_SCRIPT,
        "function": _WITHOUT_IT,
        "instance": _WITHOUT_IT,
        "[": _COUNTS_FROM_1,
        "{": _WITHOUT_IT,
        "**": _WITHOUT_IT,
        "%": _WITHOUT_IT,
        "&&": ("Viết and.", "Write and."),
        "||": ("Viết or.", "Write or."),
        "!": ("Viết not(…).", "Write not(…)."),
        "?": ("Viết if … then … else ….", "Write if … then … else …."),
        "@": ('Ngày viết là văn bản ISO 8601 trong dấu " ".', 'A date is an ISO 8601 text in " ".'),
    }

    def whole(self) -> ast.expr:
        value = self.expression()
        token, before = self.token, self.tokens[self.next - 1]
        if token.kind == before.kind == "word" and token.text not in self.instead and token.text not in self.between:
            raise self._error(
                "Tên biến không có dấu cách; hãy đặt tên kiểu dien_tich.",
                "A variable's name has no spaces; name it like land_area.",
                before.at,
            )
        self.end()
        return value

    def choice(self) -> ast.expr:
        token = self.token
        if not self.takes("if"):
            return self.binary()
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return self.at(token, ast.IfExp(truth(condition), yes, self.expression()))

    def binary(self, level: int = 0) -> ast.expr:
        value = super().binary(level)
        token = self.token
        if self.levels[level : level + 1] != (_ORDER,) or not self.takes("in"):
            return value
        if not self.takes("["):
            raise self._error(
                "Sau in là danh sách viết ra, như [1, 2, 3].", "Behind in stands a list like [1, 2, 3].", self.token.at
            )
        self.next -= 1
        return self.at(token, ast.Compare(value, [ast.In()], [self.primary()]))

    def unary(self) -> ast.expr:
        signs = []
        while self.token.text == "-" and self.token.kind == "sign":
            signs.append(self.take())
        value = self.negated() if self.token.text == "not" else self.behind()
        for sign in reversed(signs):
            value = self.at(sign, signed("-", value))
        return value

    def word(self, token: Token) -> ast.expr:
        if _DATE_AND_TIME.match(self.text, token.at):
            raise self._error(
                'Thời điểm viết là văn bản ISO 8601 trong dấu " ".', 'A moment is an ISO 8601 text in " ".', token.at
            )
        return super().word(token)

    def primary(self) -> ast.expr:
        token = self.token
        if not self.takes("["):
            return super().primary()
        return self.at(token, ast.List(self.listed("]"), ast.Load()))

    def negated(self) -> ast.expr:
        """``not(x)``."""
        token = self.take()
        self.expect("(")
        value = self.expression()
        self.expect(")")
        return self.at(token, signed("not()", value))

    def behind(self) -> ast.expr:
        """A value with ``.name`` behind it."""
        value = self.primary()
        while self.takes("."):
            value = self.entry(value)
        return value
