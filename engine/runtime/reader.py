"""Reads a condition in another notation from left to right, into the tree that Python's notation is parsed to."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from unicodedata import normalize

from engine.runtime.sameness import joined
from engine.runtime.syntax import DEEPEST, LanguageError

Operators: TypeAlias = dict[str, Callable[[], Any]]
"""What is written, and the node that it becomes."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<word>[^\W\d]\w*)
    |(?P<sign>\.\.|&&|\|\||\*\*|[=!<>]=|[-+*/%<>=!?:.,;()\[\]{}@$#])
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_OWN_CONSTANTS = {"True": "true", "False": "false", "None": "null"}

SUM: Operators = {"+": ast.Add, "-": ast.Sub}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign, number or text, and where it stands."""

    kind: str
    text: str
    at: int


class Reader:
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

    def _tokens(self, start: int) -> list[Token]:
        found = []
        while start < len(self.text):
            match = _TOKEN.match(self.text, start)
            if match is None:
                raise self._error("Ký tự không hiểu được.", "A character that means nothing here.", start)
            if match.lastgroup != "space":
                text = normalize("NFKC", match[0]) if match.lastgroup == "word" else match[0]
                found.append(Token(match.lastgroup or "", text, start))
            start = match.end()
        return [*found, Token("end", "", start)]

    # what comes next
    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
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
            left = self.at(token, joined(left, operation, right))
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

    def word(self, token: Token) -> ast.expr:
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

    def _unquoted(self, token: Token) -> str:
        if token.text[0] not in self.quotes:
            raise self._error('Văn bản đứng trong dấu " ".', 'A text stands in " ".', token.at)
        return _ESCAPE.sub(lambda escape: self._character(escape[1], token), token.text[1:-1])

    def _character(self, escaped: str, token: Token) -> str:
        if len(escaped) > 1:
            return chr(int(escaped[1:], 16))
        if escaped not in _ESCAPED:
            raise self._error(f"Không có ký hiệu \\{escaped}.", f"There is no escape \\{escaped}.", token.at)
        return _ESCAPED[escaped]

    # places
    def at(self, token: Token, node: Any) -> Any:
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
        return LanguageError(vi, en, self.at(Token("", "", at), ast.Pass()))


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text)
