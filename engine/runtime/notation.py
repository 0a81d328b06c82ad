"""Conditions as other modelers write them, read where they mean the same: ``${…}`` (JUEL) and ``=…`` (FEEL).

They become the same tree that Python's notation is parsed to, so everything that holds for it holds for them. What
would mean something else here (FEEL counts lists from 1, JUEL turns texts into numbers) is refused or an incident,
never another result: see engine/runtime/sameness.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from engine.runtime.syntax import DEEPEST, LanguageError

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<word>[^\W\d]\w*)
    |(?P<sign>\.\.|&&|\|\||\*\*|[=!<>]=|[-+*/%<>=!?:.,;()\[\]{}@$#])
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_DATE_AND_TIME = re.compile(r"date\s+and\s+time\s*\(")
"""A function of FEEL whose name would be read as two values."""
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_OWN_CONSTANTS = {"True": "true", "False": "false", "None": "null"}

_OR: dict[str, Callable[[], Any]] = {"||": ast.Or, "or": ast.Or}
_AND: dict[str, Callable[[], Any]] = {"&&": ast.And, "and": ast.And}
_EQUAL: dict[str, Callable[[], Any]] = {"==": ast.Eq, "eq": ast.Eq, "!=": ast.NotEq, "ne": ast.NotEq}
_ORDER: dict[str, Callable[[], Any]] = {
    "<": ast.Lt, "lt": ast.Lt, "<=": ast.LtE, "le": ast.LtE, ">": ast.Gt, "gt": ast.Gt, ">=": ast.GtE, "ge": ast.GtE,
}  # fmt: skip
_SUM: dict[str, Callable[[], Any]] = {"+": ast.Add, "-": ast.Sub}
_PRODUCT: dict[str, Callable[[], Any]] = {"*": ast.Mult, "/": ast.Div, "div": ast.Div, "%": ast.Mod, "mod": ast.Mod}
_FEEL_ORDER: dict[str, Callable[[], Any]] = {
    "=": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
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


_TRUTHS = frozenset({"==", "!", "!null", "is_empty"})
"""Calls that give a truth value."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def is_foreign(text: str) -> bool:
    """Whether a condition is written in another modeler's notation."""
    return text.startswith(("${", "="))


def parsed(text: str) -> ast.Expression:
    """Read a foreign condition.

    Raises:
        LanguageError: it means nothing here, or something else.
    """
    reader = _Feel(text, 1) if text.startswith("=") else _Juel(text, 2)
    return ast.Expression(reader.whole())


class _Reader:
    """Reads one text from left to right; binary operators by levels, the loosest first."""

    levels: tuple[dict[str, Callable[[], Any]], ...]
    instead: Mapping[str, tuple[str, str]]
    """What to write instead of a word or sign that the notation has and this language has not."""
    quotes: str
    between: frozenset[str] = frozenset()
    """Words that stand between values and are no names."""

    def __init__(self, text: str, start: int) -> None:
        self.text, self.depth, self.next = text, 0, 0
        self.tokens = self._tokens(start)

    def _tokens(self, start: int) -> list[_Token]:
        found = []
        while start < len(self.text):
            match = _TOKEN.match(self.text, start)
            if match is None:
                raise self._error("Ký tự không hiểu được.", "A character that means nothing here.", start)
            if match.lastgroup != "space":
                text = normalize("NFKC", match[0]) if match.lastgroup == "word" else match[0]
                found.append(_Token(match.lastgroup or "", text, start))
            start = match.end()
        return [*found, _Token("end", "", start)]

    # what comes next
    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def take(self) -> _Token:
        """The next token, which is then behind."""
        token = self.token
        self.next = min(self.next + 1, len(self.tokens) - 1)
        return token

    def takes(self, *signs: str) -> bool:
        """Go past one of these, if it comes next."""
        if self.token.kind in ("sign", "word") and self.token.text in signs:
            self.next += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        """Go past this, which must come next."""
        if not self.takes(sign):
            raise self.unexpected(sign)

    def whole(self) -> ast.expr:
        """The value of the whole text."""
        raise NotImplementedError

    def end(self) -> None:
        """Nothing may follow."""
        if self.token.kind != "end":
            raise self.unexpected()

    # values
    def expression(self) -> ast.expr:
        """A value of any kind."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error("Biểu thức lồng quá sâu.", "Nested too deep.", self.token.at)
        value = self.choice()
        self.depth -= 1
        return value

    def choice(self) -> ast.expr:
        """One value or another, or just a value."""
        raise NotImplementedError

    def binary(self, level: int = 0) -> ast.expr:
        """A value with operators of this level or tighter ones."""
        if level == len(self.levels):
            return self.unary()
        left, operators = self.binary(level + 1), self.levels[level]
        while self.token.kind in ("sign", "word") and self.token.text in operators:
            token = self.take()
            operation = operators[token.text]()
            right = self.binary(level + 1)
            left = self.at(token, _joined(left, operation, right))
            if isinstance(operation, ast.cmpop) and self.token.text in operators:
                raise self._error(
                    "Mỗi so sánh có hai vế; nối các so sánh bằng and.",
                    "A comparison has two sides; join comparisons with and.",
                    self.token.at,
                )
        return left

    def unary(self) -> ast.expr:
        """A value with signs before it."""
        raise NotImplementedError

    def primary(self) -> ast.expr:
        """A constant, a variable, a call, or something in brackets."""
        token = self.take()
        if token.kind == "number":
            return self.at(token, ast.Constant(_number(token.text)))
        if token.kind == "text":
            return self.at(token, ast.Constant(self._unquoted(token)))
        if token.kind == "word" and token.text not in self.instead and not self._joins(token.text):
            return self.word(token)
        if token.text == "(" and token.kind == "sign":
            value = self.expression()
            self.expect(")")
            return value
        self.next -= token.kind != "end"
        raise self.unexpected()

    def _joins(self, word: str) -> bool:
        return word in self.between or any(word in level for level in self.levels)

    def word(self, token: _Token) -> ast.expr:
        """A constant, a call or a variable."""
        if token.text in _CONSTANTS:
            return self.at(token, ast.Constant(_CONSTANTS[token.text]))
        if token.text in _OWN_CONSTANTS:
            right = _OWN_CONSTANTS[token.text]
            raise self._error(
                f"Trong ký hiệu này “{token.text}” viết là {right}.",
                f"In this notation '{token.text}' is written {right}.",
                token.at,
            )
        name = self.at(token, ast.Name(token.text, ast.Load()))
        return self.at(token, ast.Call(name, self.listed(")"), [])) if self.takes("(") else name

    def listed(self, end: str) -> list[ast.expr]:
        """Values with commas between, up to a closing bracket."""
        values: list[ast.expr] = []
        while not self.takes(end):
            if values:
                self.expect(",")
            values.append(self.expression())
        return values

    def entry(self, value: ast.expr) -> ast.expr:
        """``.name`` behind a map."""
        token = self.take()
        if token.kind != "word":
            self.next -= token.kind != "end"
            raise self.unexpected()
        if token.text.startswith("_"):
            raise self._error(
                f"Tên “{token.text}” không được phép.", f"The name '{token.text}' is not allowed.", token.at
            )
        if self.token.text == "(" and self.token.kind == "sign":
            raise self._error(
                f"Ký hiệu này không gọi phương thức .{token.text}(); hãy dùng ký hiệu riêng của ngôn ngữ ở đây.",
                f"This notation calls no methods like .{token.text}(); use this language's own notation.",
                token.at,
            )
        return self.at(token, ast.Subscript(value, self.at(token, ast.Constant(token.text)), ast.Load()))

    def _unquoted(self, token: _Token) -> str:
        if token.text[0] not in self.quotes:
            raise self._error('Văn bản đứng trong dấu " ".', 'A text stands in " ".', token.at)
        return _ESCAPE.sub(lambda escape: self._character(escape[1], token), token.text[1:-1])

    def _character(self, escaped: str, token: _Token) -> str:
        if len(escaped) > 1:
            return chr(int(escaped[1:], 16))
        if escaped not in _ESCAPED:
            raise self._error(f"Không có ký hiệu \\{escaped}.", f"There is no escape \\{escaped}.", token.at)
        return _ESCAPED[escaped]

    # places
    def at(self, token: _Token, node: Any) -> Any:
        """A node with its place in the text."""
        node.lineno = node.end_lineno = self.text.count("\n", 0, token.at) + 1
        node.col_offset = token.at - (self.text.rfind("\n", 0, token.at) + 1)
        node.end_col_offset = node.col_offset + 1
        return node

    def unexpected(self, wanted: str = "") -> LanguageError:
        """What comes next does not belong there."""
        token = self.token
        if token.text in self.instead and token.kind in ("sign", "word"):
            return self._error(*self.instead[token.text], token.at)
        if token.kind == "end":
            missing = f": {wanted}" if wanted else ""
            return self._error(f"Biểu thức còn thiếu phần cuối{missing}.", f"The end is missing{missing}.", token.at)
        wanted_vi, wanted_en = (f"; cần “{wanted}”", f"; '{wanted}' is needed") if wanted else ("", "")
        shown = token.text[:40]
        return self._error(
            f"“{shown}” không đứng ở đây được{wanted_vi}.", f"'{shown}' cannot stand here{wanted_en}.", token.at
        )

    def _error(self, vi: str, en: str, at: int) -> LanguageError:
        return LanguageError(vi, en, self.at(_Token("", "", at), ast.Pass()))


class _Juel(_Reader):
    """``${…}``: the Unified Expression Language of Java, as Camunda 7 and Flowable use it."""

    levels = (_OR, _AND, _EQUAL, _ORDER, _SUM, _PRODUCT)
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
        return self.at(token, ast.IfExp(_truth(value), yes, self.expression()))

    def unary(self) -> ast.expr:
        signs = []
        while self.token.kind in ("sign", "word") and self.token.text in ("-", "!", "not", "empty"):
            signs.append(self.take())
        value = self.behind()
        for sign in reversed(signs):
            value = self.at(sign, _signed(sign.text, value))
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


class _Feel(_Reader):
    """``=…``: the Friendly Enough Expression Language of DMN, as Camunda 8 uses it."""

    levels = (
        {"or": ast.Or},
        {"and": ast.And},
        _FEEL_ORDER,
        _SUM,
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
        return self.at(token, ast.IfExp(_truth(condition), yes, self.expression()))

    def binary(self, level: int = 0) -> ast.expr:
        value = super().binary(level)
        token = self.token
        if self.levels[level : level + 1] != (_FEEL_ORDER,) or not self.takes("in"):
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
            value = self.at(sign, _signed("-", value))
        return value

    def word(self, token: _Token) -> ast.expr:
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
        return self.at(token, _signed("not()", value))

    def behind(self) -> ast.expr:
        """A value with ``.name`` behind it."""
        value = self.primary()
        while self.takes("."):
            value = self.entry(value)
        return value


def _joined(left: ast.expr, operation: Any, right: ast.expr) -> ast.expr:
    if isinstance(operation, ast.Eq):
        return _same("==", left, right)
    if isinstance(operation, ast.NotEq):
        return ast.UnaryOp(ast.Not(), _same("==", left, right))
    if isinstance(operation, ast.cmpop):
        return ast.Compare(left, [operation], [right])
    if isinstance(operation, ast.Mod):
        return _same("%", left, right)
    if isinstance(operation, ast.operator):
        return ast.BinOp(left, operation, right)
    if isinstance(left, ast.BoolOp) and type(left.op) is type(operation):
        return ast.BoolOp(operation, [*left.values, _truth(right)])
    return ast.BoolOp(operation, [_truth(left), _truth(right)])


def _truth(value: ast.expr) -> ast.expr:
    return value if _is_truth(value) else _same("?", value)


def _is_truth(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in _TRUTHS
    return isinstance(value, ast.Compare | ast.BoolOp | ast.UnaryOp) and not _is_minus(value)


def _is_minus(value: ast.expr) -> bool:
    return isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)


def _same(sign: str, *values: ast.expr) -> ast.expr:
    called = ast.copy_location(ast.Name(sign, ast.Load()), values[0])
    return ast.copy_location(ast.Call(called, list(values), []), values[0])


def _signed(sign: str, value: ast.expr) -> ast.expr:
    if sign == "empty":
        return ast.Call(ast.Name("is_empty", ast.Load()), [value], [])
    if sign == "-":
        return ast.UnaryOp(ast.USub(), value)
    return _same("!null" if sign == "not()" else "!", value)


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text)
