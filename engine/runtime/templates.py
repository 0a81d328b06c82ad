"""What an operator writes where values go into a request: texts that are taken as they are, or one whole ``${…}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.functions import NOW
from engine.runtime.language import Expression, LanguageError, VariableMissing, check_lookups, expression

Part: TypeAlias = "str | Expression"
Template: TypeAlias = "Expression | str | int | float | bool | list[Template] | dict[str, Template]"

_BETWEEN = re.compile(r"/(?![^{]*\})")
"""A slash that is not inside ``${…}``."""
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]*")
_UPWARDS = frozenset({"", ".", ".."})


class Given(dict[str, Any]):
    """The values that templates and mappings read; ``at`` is their time."""

    def __init__(self, values: Mapping[str, Any], at: str | None = None) -> None:
        super().__init__(values)
        self.at = at

    def __missing__(self, name: str) -> Any:
        if name == NOW and self.at is not None:
            return self.at
        raise VariableMissing(name)

    def seen(self, names: tuple[str, ...]) -> dict[str, Any]:
        """None: an incident of a call shows no values."""
        return {}


def part(text: str) -> Part:
    """A text, or the expression that it is.

    Raises:
        LanguageError: it is neither.
    """
    if "${" not in text:
        return text
    if not text.startswith("${"):
        raise LanguageError(
            "Ký hiệu ${…} phải là toàn bộ văn bản; nối văn bản bằng + bên trong.",
            "${…} must be the whole text; join texts with + inside.",
        )
    return without_tables(text)


def template(value: Any) -> Template:
    """A tree of values, compiled.

    Raises:
        LanguageError: a text in it is neither a text nor an expression, or a value is none of JSON's.
    """
    if isinstance(value, str):
        return part(value)
    if isinstance(value, dict):
        return {name: template(item) for name, item in value.items()}
    if isinstance(value, list):
        return [template(item) for item in value]
    if isinstance(value, bool | int | float):
        return value
    raise LanguageError("Giá trị này không có trong JSON.", "JSON has no such value.")


def without_tables(text: str) -> Expression:
    """An expression of a connector: it is registered for all procedures, so it has no data tables.

    Raises:
        LanguageError: it is not of the language, or asks for a table.
    """
    made = expression(text, strict=True)
    check_lookups(made, {})
    return made


def names_in(made: Template) -> Iterator[str]:
    """The variables that a template reads."""
    if isinstance(made, Expression):
        yield from (name for name in made.names if name != NOW)
    elif isinstance(made, dict | list):
        for item in made.values() if isinstance(made, dict) else made:
            yield from names_in(item)


def filled(made: Template, given: Given) -> Any:
    """The tree with the values in their places.

    Raises:
        StepFailed: an expression has no value.
    """
    if isinstance(made, Expression):
        return evaluate(made, given)  # type: ignore[arg-type]
    if isinstance(made, dict):
        return {name: filled(item, given) for name, item in made.items()}
    if isinstance(made, list):
        return [filled(item, given) for item in made]
    return made


def path(text: str) -> tuple[Part, ...]:
    """The segments of a path.

    Raises:
        LanguageError: it does not begin with a slash, or a segment is neither plain nor an expression.
    """
    if not text.startswith("/"):
        raise LanguageError("Đường dẫn phải bắt đầu bằng /.", "The path must begin with /.")
    segments = tuple(part(segment) for segment in _BETWEEN.split(text[1:]))
    for number, segment in enumerate(segments):
        is_last = number == len(segments) - 1
        if isinstance(segment, str) and (not _is_plain(segment) and not (is_last and segment == "")):
            raise LanguageError(
                f"Đoạn “{segment}” không đứng được trong đường dẫn.", f"'{segment}' cannot stand in a path."
            )
    return segments


def _is_plain(segment: str) -> bool:
    return segment not in _UPWARDS and _LITERAL.fullmatch(segment) is not None


def filled_path(segments: tuple[Part, ...], given: Given) -> str:
    """The path; each value is one segment of it, whatever it holds.

    Raises:
        StepFailed: a value is no text or whole number, or leads out of its place.
    """
    return "".join("/" + (s if isinstance(s, str) else _segment(filled(s, given))) for s in segments)


def _segment(value: Any) -> str:
    """Some servers read ``%2F`` as a slash: a value that would then lead upwards is refused too."""
    text = text_of(value)
    if any(step in _UPWARDS for step in re.split(r"[/\\]", text)):
        raise StepFailed("callRefused", "", "valueRefused")
    return quote(text, safe="")


def filled_query(parts: Mapping[str, Part], given: Given) -> str:
    """The query, with its question mark; what is null is left out."""
    values = {name: filled(made, given) for name, made in parts.items()}
    pairs = (
        f"{quote(name, safe='')}={quote(text_of(value), safe='')}"
        for name, value in values.items()
        if value is not None
    )
    said = "&".join(pairs)
    return f"?{said}" if said else ""


def text_of(value: Any) -> str:
    """A value as a text of a path, query or header.

    Raises:
        StepFailed: it is a list, a map or nothing.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise StepFailed("callRefused", "", "valueRefused")
