# ruff: noqa: RUF001 - letters that look like others are among what is tried
"""Texts that somebody might write who means harm: grown from the grammar, or changed from known ones. The same for a seed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from tests.engine.runtime.jail import EXPRESSIONS, SCRIPTS

NAMES = (
    "x",
    "y",
    "text",
    "long",
    "rows",
    "m",
    "n",
    "deep",
    "deeper",
    "s",
    "e",
    "f",
    "none",
    "yes",
    "d",
    "ho_so",
    "z",
    "k",
    "i",
)
ESCAPES = (
    "__class__", "__globals__", "__import__('os')", "eval('1')", "open('a')", "lambda: 0", "[i for i in x]", "f'{x}'", "(q := 1)", "*x", "**m", "x[0:1]", "2 ** 9", "~n", "x.real", "_x",
    "globals()", "x.sort()", "ｅｖａｌ('1')", "__own", "__budget", "true", "null",
)  # fmt: skip
GLUE = (
    " and ",
    " or ",
    " == ",
    " != ",
    " < ",
    " >= ",
    " in ",
    " not in ",
    " + ",
    " - ",
    " * ",
    " / ",
    " // ",
    " % ",
    " is ",
    " ** ",
    " << ",
)
FORMS = {
    "number": (
        "n", "f", "i", "k", "0", "1", "-1", "7", "0.5", "1e308", "1e999", "99999", "10000", "9007199254740993", "0x" + "f" * 200, "({number} + {number})", "({number} - {number})",
        "({number} * {number})", "({number} / {number})", "({number} // {number})", "({number} % {number})", "-{number}", "abs({number})", "int({text})", "float({number})", "len({list})",
        "len({text})", "max({list})", "min({number}, {number})", "round({number}, {number})", "sum({list})", "sum(range({number}))", "year({date})", "month({date})", "day({date})", "weekday({date})",
        "days_between({date}, {date})", "years_between({date}, {date})", "working_days_between({date}, {date})", "get({map}, {text}, {number})", "{list}[{number}]", "({number} if {truth} else {number})",
    ),
    "text": (
        "text", "long", "s", "d", "'a'", "'ă' * 9999", "''", "'k1'", "'9' * 1299", "','", "'b'", "({text} + {text})", "({text} * {number})", "str({number})", "{text}.upper()", "{text}.lower()",
        "{text}.strip()", "{text}.strip({text})", "{text}.replace({text}, {text})", "{text}.join({list})", "{text}.join({text}.split({text}))", "{text}[{number}]", "max({text})", "({text} if {truth} else {text})", "{date}",
    ),
    "list": (
        "x", "y", "rows", "deep", "deeper", "e", "z", "ho_so['giay']", "[]", "[{any}, {any}]", "[{number}, {number}, {number}]", "[{list}]", "({list} + {list})", "({list} * {number})", "range({number})", "range(99999)",
        "sorted({list})", "{map}.keys()", "{map}.values()", "{map}.items()", "{text}.split()", "{text}.split({text})", "({list} if {truth} else {list})", "({list} or {list})", "[{list}] * {number}", "rows('phi', {date})", "rows('phi', {date}, 'loai', {any})",
    ),
    "map": ("m", "ho_so", "{}", "{'a': {any}}", "{'a': {any}, 'b': {map}}", "{{text}: {any}}", "({map} if {truth} else {map})", "get({map}, {text}, {map})", "row('phi', {date}, 'muc', {any})"),
    "truth": (
        "yes", "none", "not {any}", "({truth} and {truth})", "({truth} or {truth})", "({number} < {number})", "({number} <= {number} != {number})", "({text} == {text})", "({list} == {list})", "({list} < {list})",
        "({map} == {map})", "({any} in {list})", "({text} in {text})", "({text} not in {map})", "({any} is None)", "any({list})", "all({list})", "bool({any})", "is_empty({any})", "is_working_day({date})",
        "{text}.startswith({text})", "{text}.endswith({text})", "({any} == {any})",
    ),
    "date": (
        "today()", "now()", "d", "'2026-11-24'", "'2026-02-30'", "'9999-12-31'", "'0001-01-01'", "date({date})", "time({date})", "date({number}, {number}, {number})", "add({date}, {duration})",
        "add_working_days({date}, {number})", "due({date}, {duration})",
    ),
    "duration": ("'P1D'", "'-P1D'", "'P1M'", "'PT1S'", "'P999999999Y'", "'-P999999999Y'", "'5 working-days'", "'9999 working-days'", "'9999 calendar-days'", "'same-day'", "{text}"),
}  # fmt: skip
"""Expressions by what they give; in braces what stands inside, so that most of them are of the right kind."""
_INSIDE = re.compile(r"\{(number|text|list|map|truth|date|duration|any)\}")


class Writer:
    """Writes one text after the other."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def value(self, depth: int, kind: str = "any") -> str:
        """An expression in the language's notation, now and then with something that is not of it."""
        pick = self.random.random()
        if pick < 0.003:
            return self.random.choice(ESCAPES)
        if pick < 0.006:
            return f"{self.value(depth - 1)}{self.random.choice(GLUE)}{self.value(depth - 1)}"
        if kind == "any" or pick < 0.03:
            kind = self.random.choice(tuple(FORMS))
        forms = FORMS[kind] if depth > 0 else [form for form in FORMS[kind] if "{" not in form]
        form = self.random.choice(forms)
        made = _INSIDE.sub(lambda inside: self.value(depth - 1, inside[1]), form)
        return self.repeated(made) if self.random.random() < 0.03 else made

    def repeated(self, value: str) -> str:
        """One value many times, as long as a text may be."""
        glue = self.random.choice((" or ", " + ", ", ", " == "))
        return f"[{glue.join([value] * min(30, 1 + 900 // (1 + len(value))))}]"

    # statements
    def script(self, depth: int) -> str:
        """Statements, loops among them."""
        return "\n".join(self.block(depth, ""))

    def block(self, depth: int, margin: str) -> list[str]:
        lines = [line for _ in range(self.random.randint(1, 4)) for line in self.statement(depth, margin)]
        return lines * self.random.choice((1, 1, 1, 1, 5, 15)) if depth < 2 else lines

    def statement(self, depth: int, margin: str) -> list[str]:
        pick = self.random.random()
        if depth > 0 and pick < 0.3:
            target = self.random.choice(("i", "k", "z", "i, k", "x"))
            over = self.random.choice(("range(10000)", "range(100)", "x", "m.items()", "rows", self.value(1)))
            return [f"{margin}for {target} in {over}:", *self.block(depth - 1, margin + " ")]
        if depth > 0 and pick < 0.4:
            return [f"{margin}if {self.value(1)}:", *self.block(depth - 1, margin + " ")]
        name = self.random.choice(NAMES)
        path = name + "".join(f"[{self.value(0)}]" for _ in range(self.random.choice((0, 0, 0, 1, 2))))
        if pick < 0.6:
            return [f"{margin}{path} = {self.value(2)}"]
        if pick < 0.7:
            return [
                f"{margin}{self.random.choice(('n', 'z', 'k', 'text'))} {self.random.choice(('+=', '-=', '*=', '//=', '%='))} {self.value(1, 'number')}"
            ]
        if pick < 0.9:
            return [f"{margin}{self.change()}"]
        return [
            margin
            + self.random.choice(
                ("break", "continue", "pass", "bpmn_error('E1')", "x.append(x)", "z = [z, z]", "k = [k, x + []]")
            )
        ]

    def change(self) -> str:
        """A method that changes a variable."""
        name = self.random.choice(("x", "z", "rows", "e", "y", "deep", "ho_so['giay']", "rows[i]", "m"))
        form = self.random.choice(
            (".append({any})", ".append(i)", ".extend({list})", ".insert({number}, {any})", ".remove({any})", ".pop()", ".pop({number})", ".update({map})", "[{number}] = {any}", "[str(i)] = {any}"),
        )  # fmt: skip
        return name + _INSIDE.sub(lambda inside: self.value(1, inside[1]), form)

    # other notations
    def juel(self, depth: int) -> str:
        return (
            "${"
            + self.foreign(
                depth, ("&&", "||", "==", "!=", "<", "ge", "+", "-", "*", "/", "%", "mod", "and", "or", "eq", "=")
            )
            + "}"
        )

    def feel(self, depth: int) -> str:
        return "=" + self.foreign(depth, ("and", "or", "=", "!=", "<", ">=", "+", "-", "*", "/", "in", "==")).replace(
            "'", '"'
        )

    def foreign(self, depth: int, glue: tuple[str, ...]) -> str:
        pick = self.random.random()
        if depth <= 0 or pick < 0.2:
            return self.random.choice(
                (
                    *NAMES,
                    *NAMES,
                    "ho_so.phi",
                    "ho_so.giay",
                    "m.a",
                    "'a'",
                    "1",
                    "2.5",
                    "true",
                    "null",
                    "x.__class__",
                    "execution",
                    "[x, y]",
                )
            )
        if pick < 0.6:
            return f"({self.foreign(depth - 1, glue)} {self.random.choice(glue)} {self.foreign(depth - 1, glue)})"
        if pick < 0.75:
            return f"{self.random.choice(('len', 'abs', 'sum', 'sorted', 'today', 'date', 'year', 'size'))}({self.foreign(depth - 1, glue)})"
        if pick < 0.85:
            return self.random.choice(("!", "-", "not ", "empty ", "not(")) + self.foreign(depth - 1, glue)
        if pick < 0.95:
            return self.random.choice(("({0} ? {1} : {0})", "if {0} then {1} else {0}", "{0}[{1}]", "{0}.{1}")).format(
                self.foreign(depth - 1, glue), self.foreign(depth - 1, glue)
            )
        return f" {self.random.choice(glue)} ".join([self.foreign(depth - 1, glue)] * self.random.choice((3, 30, 100)))

    # mutations
    def mutated(self, text: str) -> str:
        """A known text with something else in it."""
        for _ in range(self.random.randint(1, 3)):
            at, to = sorted((self.random.randint(0, len(text)), self.random.randint(0, len(text))))
            ways: tuple[str, ...] = (
                text[:at] + text[to:],
                text[:to] + text[at:to] * self.random.choice((2, 2, 9)) + text[to:],
                text[:at] + self.random.choice((*NAMES, *ESCAPES, *GLUE, "(", ")", "[", "]", ".", ",", ":", "\n", "'", "\\", "\x00", "\ud800", "_", "é", "${", "}", "=")) + text[at:],
                text[:at] + text[at:to].translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}) + text[to:],
                f"({text})", f"len({text})", f"[{text}] * 99999", text.replace("x", "text"), text.replace("(", "((", 1),
            )  # fmt: skip
            text = self.random.choice(ways)
        return text

    def text(self) -> tuple[str, bool]:
        """A text, and whether it is a script."""
        pick = self.random.random()
        depth = self.random.choice((1, 2, 3, 3, 4))
        if pick < 0.3:
            return self.value(depth), False
        if pick < 0.6:
            return self.script(min(depth, 3)), True
        if pick < 0.7:
            return self.random.choice((self.juel, self.feel))(depth), False
        if pick < 0.8:
            return self.mutated(self.random.choice(SCRIPTS)), True
        if pick < 0.9:
            return self.mutated(self.random.choice(EXPRESSIONS)), False
        return self.mutated(self.random.choice((self.script, self.value))(2)), self.random.random() < 0.7


def texts(count: int, seed: int) -> Iterator[tuple[str, bool]]:
    """So many texts, and whether each is a script."""
    writer = Writer(seed)
    for _ in range(count):
        yield writer.text()
