"""Forms: JSON Schemas that say what people enter, and which of it is personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

import jsonschema_rs
import orjson

from engine.domain.errors import Fault, InvalidValues
from engine.domain.values import escape_pointer, fault_in
from engine.runtime.functions import RESERVED

LONGEST_NAME = 100
"""Characters of a variable's name."""

_WHY = {
    "integerTooLarge": (
        "Số nguyên vượt 2^53 nên không lưu chính xác được.",
        "An integer beyond 2^53 cannot be kept exactly.",
    ),
    "numberNotFinite": ("Số phải hữu hạn.", "The number must be finite."),
    "nestedTooDeep": ("Dữ liệu lồng quá sâu.", "The value is nested too deep."),
    "notJson": ("Không phải giá trị JSON.", "Not a JSON value."),
    "tooLarge": ("Dữ liệu quá lớn.", "The value is too large."),
    "notUnicode": (
        "Văn bản có ký tự không lưu được (NUL hoặc nửa cặp surrogate).",
        "The text has a character that cannot be kept: NUL or half of a surrogate pair.",
    ),
    "badName": (
        "Tên biến phải bắt đầu bằng chữ, chỉ gồm chữ, số, gạch dưới (Unicode NFKC), tối đa 100 ký tự, không phải từ khoá.",
        "A name begins with a letter, has letters, digits and '_' only (Unicode NFKC), at most 100, and is no keyword.",
    ),
}


class FormRefused(Exception):
    """The file is no form; the message says why."""


class Form:
    """One form. ``public`` are its properties that say ``"x-personal": false``."""

    def __init__(self, content: bytes) -> None:
        """Read and check a schema.

        Raises:
            FormRefused: it is no JSON Schema of an object.
        """
        try:
            self.schema: dict[str, Any] = orjson.loads(content)
        except ValueError as error:
            raise FormRefused(str(error)) from error
        if not isinstance(self.schema, dict) or self.schema.get("type") != "object":
            raise FormRefused('a form is a schema of {"type": "object"}')
        if _refers_elsewhere(self.schema):
            raise FormRefused("a form may not refer to other documents")
        try:
            jsonschema_rs.meta.validate(self.schema)
            self._validator = jsonschema_rs.validator_for(self.schema, validate_formats=True, mask="the value")
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise FormRefused(getattr(error, "message", str(error))) from error
        properties = self.schema.get("properties", {})
        self.public = frozenset(
            n for n, p in properties.items() if isinstance(p, dict) and p.get("x-personal") is False
        )
        self.personal = frozenset(properties) - self.public

    def check(self, values: Mapping[str, Any], pointer: str) -> None:
        """Check what somebody entered.

        Raises:
            InvalidValues: with every fault found.
        """
        faults = [
            Fault(pointer + _place(error), error.kind.name, _in_vietnamese(error), _in_english(error))
            for error in self._validator.iter_errors(dict(values))
        ]
        if faults:
            raise InvalidValues(faults)


def public_names(forms: Iterable[Form]) -> frozenset[str]:
    """Variables that some form says are not personal, and none has without saying so."""
    forms = list(forms)
    public: frozenset[str] = frozenset().union(*(form.public for form in forms))
    return public.difference(*(form.personal for form in forms))


def check_values(values: Mapping[str, Any], form: Form | None, pointer: str) -> None:
    """Check values that are to become variables: storable exactly, well named, and as the form wants them.

    Raises:
        InvalidValues: with every fault found.
    """
    faults = []
    for name, value in values.items():
        place = f"{pointer}/{escape_pointer(name)}"
        if not is_name(name):
            faults.append(_fault(place, "badName"))
        elif fault := fault_in(value, place):
            faults.append(_fault(*fault))
    if faults:
        raise InvalidValues(faults)
    if form is not None:
        form.check(values, pointer)


def is_name(name: str) -> bool:
    """Whether an expression could read a variable of that name: it sees names as Python does, in NFKC."""
    return (
        name.isidentifier()
        and not name.startswith("_")
        and len(name) <= LONGEST_NAME
        and normalize("NFKC", name) == name
        and not iskeyword(name)
        and name not in RESERVED
    )


def _fault(pointer: str, code: str) -> Fault:
    return Fault(pointer, code, *_WHY[code])


_VIETNAMESE = {
    "additionalProperties": "Biểu mẫu không có mục {unexpected}.",
    "const": "Phải đúng bằng giá trị quy định.",
    "enum": "Phải là một trong: {options}.",
    "exclusiveMaximum": "Phải nhỏ hơn {limit}.",
    "exclusiveMinimum": "Phải lớn hơn {limit}.",
    "format": "Không đúng dạng {format}.",
    "maxItems": "Nhiều nhất {limit} mục.",
    "maxLength": "Dài nhất {limit} ký tự.",
    "maximum": "Không được lớn hơn {limit}.",
    "minItems": "Ít nhất {limit} mục.",
    "minLength": "Ít nhất {limit} ký tự.",
    "minimum": "Không được nhỏ hơn {limit}.",
    "pattern": "Không đúng mẫu quy định.",
    "required": "Thiếu mục bắt buộc này.",
    "type": "Sai kiểu dữ liệu; cần {types}.",
    "uniqueItems": "Các mục không được trùng nhau.",
}
"""What people read when a value does not fit, by JSON Schema keyword."""


def _in_vietnamese(error: jsonschema_rs.ValidationError) -> str:
    facts = {name: ", ".join(map(str, v)) if isinstance(v, list) else v for name, v in error.kind.as_dict().items()}
    return _VIETNAMESE.get(error.kind.name, "Giá trị không hợp lệ theo biểu mẫu.").format_map(facts)


def _in_english(error: jsonschema_rs.ValidationError) -> str:
    """Without the value: what somebody entered is in no answer that is kept, and in no log of his own system."""
    return f"{error.message[:1].upper()}{error.message[1:]}."


def _place(error: jsonschema_rs.ValidationError) -> str:
    """Where the fault is; of something missing, where it should be."""
    path = [*error.instance_path, *([error.kind.as_dict()["property"]] if error.kind.name == "required" else [])]
    return "".join(f"/{escape_pointer(str(part))}" for part in path)


def _refers_elsewhere(schema: Any) -> bool:
    """Whether a schema has a ``$ref`` out of itself."""
    if isinstance(schema, dict):
        ref = schema.get("$ref", "#")
        return not str(ref).startswith("#") or any(_refers_elsewhere(item) for item in schema.values())
    return isinstance(schema, list) and any(_refers_elsewhere(item) for item in schema)
