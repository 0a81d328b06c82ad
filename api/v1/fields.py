"""Fields of what callers send. What is wrong is told by a code and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import marshmallow
from marshmallow import ValidationError, fields

from engine.domain.errors import Fault, InvalidValues
from engine.domain.feed import TYPE
from engine.domain.record import KINDS
from engine.domain.values import escape_pointer, moment, written


@dataclass(frozen=True, slots=True)
class Why:
    """Why a value is not taken."""

    code: str
    vi: str
    en: str


REQUIRED = Why("required", "Thiếu trường bắt buộc.", "This field is required.")
NULL = Why("null", "Không được để null.", "This may not be null.")
UNKNOWN = Why("unknownField", "Không có trường này.", "There is no such field.")
NOT_AN_OBJECT = Why("notAnObject", "Phải là một đối tượng JSON.", "This must be a JSON object.")
NOT_TEXT = Why("notText", "Phải là chuỗi ký tự.", "This must be a string.")
NOT_WHOLE = Why("notWhole", "Phải là số nguyên.", "This must be an integer.")
NOT_A_LIST = Why("notAList", "Phải là một danh sách JSON.", "This must be a JSON array.")
NOT_A_FLAG = Why("notAFlag", "Phải là true hoặc false.", "This must be true or false.")
NOT_A_DAY = Why("notADay", "Phải là ngày, ví dụ 2026-11-24.", "This must be a date, as 2026-11-24.")
NOT_A_TIME = Why(
    "notATime",
    "Phải là thời điểm ISO 8601 có múi giờ, ví dụ 2026-11-24T08:00:00+07:00.",
    "This must be an ISO 8601 time with an offset, as 2026-11-24T08:00:00+07:00.",
)
CONTROL = Why("controlCharacter", "Không được có ký tự điều khiển.", "Control characters are not allowed.")


class Body(marshmallow.Schema):
    """What a caller sends: nothing that is not known."""

    class Meta:
        """What is not known is refused."""

        unknown = marshmallow.RAISE

    error_messages = {"unknown": UNKNOWN, "type": NOT_AN_OBJECT}  # type: ignore[dict-item]  # noqa: RUF012


TOLD: Any = {"required": [REQUIRED], "null": [NULL]}
"""What is missing or null is told in our words."""


class Text(fields.String):
    """A line of text."""

    default_error_messages = TOLD

    def __init__(self, longest: int = 255, *, shortest: int = 1, pattern: str | None = None, **kwargs: Any) -> None:
        self.shortest, self.longest = shortest, longest
        metadata = {"minLength": shortest, "maxLength": longest, "pattern": pattern or PRINTABLE}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError([NOT_TEXT])
        if not self.shortest <= len(value) <= self.longest:
            raise ValidationError([_length(self.shortest, self.longest)])
        if any(sign < " " or sign == "\x7f" for sign in value):
            raise ValidationError([CONTROL])
        return value


class Lines(Text):
    """Several lines of text."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(longest, pattern=LINES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError([NOT_TEXT])
        super()._deserialize(value.translate(_BREAKS), attr, data, **kwargs)
        return value


_BREAKS = dict.fromkeys(map(ord, "\n\r\t"), " ")
PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"
LINES = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$"


def _length(shortest: int, longest: int) -> Why:
    return Why(
        "length", f"Phải có {shortest} đến {longest} ký tự.", f"This must have {shortest} to {longest} characters."
    )


class _Bounded(fields.List[Any]):
    """A list that may be only so long."""

    default_error_messages = TOLD | {"invalid": [NOT_A_LIST]}

    def __init__(self, of: fields.Field[Any], most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(of, metadata={"maxItems": most}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise ValidationError([_count(self.most)])
        return super()._deserialize(value, attr, data, **kwargs)


class Texts(_Bounded):
    """Not too many lines of text."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(Text(), most, **kwargs)


class Objects(_Bounded):
    """Not too many objects of one kind."""

    def __init__(self, of: type[Body], most: int, **kwargs: Any) -> None:
        super().__init__(fields.Nested(of), most, **kwargs)


def _count(most: int) -> Why:
    return Why("count", f"Tối đa {most} mục.", f"At most {most} items are taken.")


class Choice(fields.String):
    """One of a few words."""

    default_error_messages = TOLD

    def __init__(self, *choices: str, **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(metadata={"enum": list(choices)}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value not in self.choices:
            words = ", ".join(self.choices)
            raise ValidationError([Why("choice", f"Phải là một trong: {words}.", f"This must be one of: {words}.")])
        return str(value)


class Choices(fields.List[str]):
    """Some of a few words."""

    default_error_messages = TOLD | {"invalid": [NOT_A_LIST]}

    def __init__(self, *choices: str, **kwargs: Any) -> None:
        super().__init__(Choice(*choices), metadata={"maxItems": len(choices)}, **kwargs)
        self.most = len(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise ValidationError([_count(self.most)])
        return super()._deserialize(value, attr, data, **kwargs)


class Kinds(fields.List[str]):
    """Types of events: the kinds of their records, with or without what every type begins with; in a query with commas between."""

    MOST = 20
    default_error_messages = TOLD | {"invalid": [NOT_A_LIST]}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Choice(*sorted(KINDS)), metadata={"maxItems": self.MOST}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        value = value.split(",") if isinstance(value, str) else value
        if not isinstance(value, list):
            raise ValidationError([NOT_A_LIST])
        if len(value) > self.MOST:
            raise ValidationError([_count(self.MOST)])
        kinds = [kind.removeprefix(TYPE) if isinstance(kind, str) else kind for kind in value]
        return tuple(super()._deserialize(kinds, attr, data, **kwargs))


class Rows(fields.List[Any]):
    """A list of objects, each looked at by the use case."""

    default_error_messages = TOLD | {"invalid": [NOT_A_LIST]}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Values(), **kwargs)


class Whole(fields.Integer):
    """An integer within limits; in a query it is written in digits."""

    default_error_messages = TOLD

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(metadata={"minimum": least, "maximum": most}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError([NOT_WHOLE])
        if not self.least <= value <= self.most:
            raise ValidationError([_range(self.least, self.most)])
        return value


def _range(least: int, most: int) -> Why:
    return Why("range", f"Phải từ {least} đến {most}.", f"This must be from {least} to {most}.")


class Flag(fields.Boolean):
    """true or false, in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError([NOT_A_FLAG])
        return bool(value == "true")


class Moment(fields.String):
    """A time; read into the form in which the log has it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "date-time"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return written(moment(value))
        except (ValueError, TypeError, OverflowError):
            raise ValidationError([NOT_A_TIME]) from None


class Day(fields.String):
    """A date."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "date"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except (ValueError, TypeError):
            raise ValidationError([NOT_A_DAY]) from None


class Values(fields.Dict):
    """Variables: whatever JSON they hold. The use case looks at each."""

    default_error_messages = TOLD

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise ValidationError([NOT_AN_OBJECT])
        return value


def refused(error: ValidationError) -> InvalidValues:
    """Everything that a schema found, by JSON pointer."""
    return InvalidValues([Fault(pointer, why.code, why.vi, why.en) for pointer, why in _whys(error.messages, "")])


def _whys(found: Any, pointer: str) -> Iterator[tuple[str, Why]]:
    if isinstance(found, Why):
        yield pointer, found
    elif isinstance(found, dict):
        for name, inner in found.items():
            yield from _whys(inner, pointer if name == "_schema" else f"{pointer}/{escape_pointer(str(name))}")
    elif isinstance(found, list):
        for inner in found:
            yield from _whys(inner, pointer)
    else:
        yield pointer, Why("invalid", str(found), str(found))


class Answer(marshmallow.Schema):
    """What is answered; it documents, presenters write."""

    class Meta:
        """What is not known is refused."""

        unknown = marshmallow.RAISE


def said(**kwargs: Any) -> fields.String:
    """Text that is always there."""
    return fields.String(required=True, **kwargs)


def maybe() -> fields.String:
    """Text or null."""
    return fields.String(required=True, allow_none=True)


def when() -> fields.String:
    """A time, always there."""
    return fields.String(required=True, metadata={"format": "date-time"})


def maybe_when() -> fields.String:
    """A time or null."""
    return fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


def number() -> fields.Integer:
    """An integer, always there."""
    return fields.Integer(required=True)


def maybe_number() -> fields.Integer:
    """An integer or null."""
    return fields.Integer(required=True, allow_none=True)


def texts() -> fields.List[str]:
    """Texts."""
    return fields.List(fields.String(), required=True)


def some(of: type[Answer]) -> fields.List[Any]:
    """Any number of them."""
    return fields.List(fields.Nested(of), required=True)


def one(of: type[Answer], **kwargs: Any) -> fields.Nested:
    """One of them."""
    return fields.Nested(of, required=True, **kwargs)


def values() -> fields.Dict:
    """Variables by name."""
    return fields.Dict(keys=fields.String(), required=True)


def answer(name: str, /, **members: Any) -> type[Answer]:
    """A kind of answer; members are named as callers see them."""
    return type(name, (Answer,), members)


def extended(of: type[Answer], name: str, /, **members: Any) -> type[Answer]:
    """A kind of answer that says more than another."""
    return type(name, (of,), members)


def body(name: str, /, **members: Any) -> type[Body]:
    """A kind of body or query."""
    return type(name, (Body,), members)


def page_of(of: type[Answer], name: str) -> type[Answer]:
    """A page of a list."""
    return answer(name, items=some(of), next=maybe())


PAGE: dict[str, Any] = {"limit": Whole(1, 200, load_default=50), "after": Text(2000, load_default=None)}
"""Which part of a list."""
NOTHING = body("Nothing")
"""A body that may be left out, and has nothing in it."""
