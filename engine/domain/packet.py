"""Packets of other systems: which fields stand in which order, written as what, and why one is not written at all.

A packet is frozen: a value that does not fit is refused, never bent, and nothing is invented for one that is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from engine.domain.values import written

WHY: Mapping[str, tuple[str, str]] = {
    "dataMissing": ("thiếu dữ liệu", "data is missing"),
    "valueWrong": ("giá trị không đúng dạng", "the value has not the form it must have"),
    "dateWrong": ("ngày giờ không đúng dạng hoặc không có múi giờ", "the date is not of its form, or has no offset"),
    "amountWrong": ("số tiền không phải số nguyên dương", "the amount is no whole number above 0"),
    "fieldUnknown": ("gói tin không có trường này", "the packet has no such field"),
    "notReadable": ("gói tin không đọc được", "the packet cannot be read"),
    "forged": ("mã xác thực không đúng", "the packet does not prove whom it is from"),
    "statusUnknown": ("mã trạng thái không có trong bảng", "the status is not in the table"),
    "statusFalse": ("trạng thái không đúng với hồ sơ", "the status is not that of the dossier"),
    "inputAsResult": ("tệp đầu vào không phải là kết quả", "an input file is no result"),
    "ownerInvented": ("định danh chủ hồ sơ là giá trị giả", "the owner's id is a dummy"),
    "serviceUnknown": ("hệ thống không có dịch vụ này", "the system has no such service"),
}
"""Why a packet is not sent, or not taken."""

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class PacketRefused(Exception):
    """The packet is not written, or not read. ``code`` is one of :data:`WHY`, ``where`` names the field; no value is shown."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{where} ({code})" if where else code)
        self.code, self.where = code, where


def said(refusal: str) -> tuple[str, str]:
    """A refusal of a packet in both languages; what is none is given back as it is."""
    where, _, code = refusal.removesuffix(")").rpartition("(")
    vi, en = WHY.get(code, (refusal, refusal))
    return (f"{where.strip()}: {vi}", f"{where.strip()}: {en}") if code in WHY and where else (vi, en)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value stands in a packet, and how it is read from there; either refuses with ``ValueError`` of a code."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


class _No(ValueError):
    """A value that has not the kind; says which of :data:`WHY`."""


_NEEDED = "needed"
_LEFT_OUT = "left out"
_EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as it is sent, its kind, and what is done without a value."""

    name: str
    kind: Kind
    otherwise: str = _NEEDED
    always: Any = None
    within: tuple[Field, ...] = ()
    many: bool = False

    @property
    def key(self) -> str:
        """Its name among the variables of a process: ``MaHoSo`` is ``ma_ho_so``."""
        return key_of(self.name)


Fields: TypeAlias = tuple[Field, ...]


@lru_cache(maxsize=2_000)
def key_of(name: str) -> str:
    """The name of a field among variables."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


# ---- kinds


def _text(most: int) -> Kind:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise _No("valueWrong")
        return value

    return Kind(check, check)


def _amount_written(value: Any) -> str:
    if type(value) is not int or value <= 0:
        raise _No("amountWrong")
    return str(value)


def _amount_read(value: Any) -> int:
    """Digits only: neither ``1e5`` nor ``150.000`` is guessed at."""
    if type(value) is int and value > 0:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]{0,14}", value):
        raise _No("amountWrong")
    return int(value)


def moment_as(form: str) -> Kind:
    """A moment as local time of Vietnam in a form of ``strftime``; among variables it is ISO 8601 with an offset."""

    def write(value: Any) -> str:
        return _moment(value).astimezone(ZONE).strftime(form)

    def read(value: Any) -> str:
        found = _parsed(value, form)
        return written(found.replace(tzinfo=ZONE).astimezone(UTC))

    return Kind(write, read)


def day_as(form: str) -> Kind:
    """A day; among variables it is ``2021-01-04``."""

    def write(value: Any) -> str:
        return _parsed(value, "%Y-%m-%d").strftime(form)

    def read(value: Any) -> str:
        return _parsed(value, form).strftime("%Y-%m-%d")

    return Kind(write, read)


def _parsed(value: Any, form: str) -> datetime:
    """Exactly that form: ``strptime`` alone would take a missing zero."""
    try:
        found = datetime.strptime(value, form)  # noqa: DTZ007 - its zone is that of the system, not of the text
    except (ValueError, TypeError):
        raise _No("dateWrong") from None
    if found.strftime(form) != value:
        raise _No("dateWrong")
    return found


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise _No("dateWrong") from None
    if found.tzinfo is None:
        raise _No("dateWrong")
    return found


def one_of(*values: str) -> Kind:
    """One of a few texts."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise _No("valueWrong")
        return value

    return Kind(check, check)


def matching(pattern: str) -> Kind:
    """A text of a form."""
    form = re.compile(pattern)

    def check(value: Any) -> str:
        if not isinstance(value, str) or form.fullmatch(value) is None:
            raise _No("valueWrong")
        return value

    return Kind(check, check)


def _truth_written(value: Any) -> str:
    if not isinstance(value, bool):
        raise _No("valueWrong")
    return str(value)


def _truth_read(value: Any) -> bool:
    if value not in ("True", "False"):
        raise _No("valueWrong")
    return bool(value == "True")


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise _No("valueWrong")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or value < 0:
        raise _No("valueWrong")
    found: float = value
    return found


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _No("valueWrong")
    return value


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise _No("valueWrong")
    return value


TEXT = _text(4_000)
LONG = _text(15_000_000)
"""Files in base64."""
AMOUNT = Kind(_amount_written, _amount_read)
WHOLE = Kind(_whole, _whole)
NUMBER = Kind(_number, _number)
FLAG = Kind(_flag, _flag)
TRUTH = Kind(_truth_written, _truth_read)
INNER = Kind(_mapping, _mapping)
MOMENT = moment_as("%Y%m%d%H%M%S")
"""``yyyyMMddHHmmss``, 24 hours: the national systems."""


def text(most: int) -> Kind:
    """Text of so many characters at most."""
    return _text(most)


# ---- fields


def must(name: str, kind: Kind = TEXT) -> Field:
    """Never sent without."""
    return Field(name, kind)


def may(name: str, kind: Kind = TEXT) -> Field:
    """Left out where there is no value."""
    return Field(name, kind, _LEFT_OUT)


def blank(name: str, kind: Kind = TEXT) -> Field:
    """Empty where there is no value."""
    return Field(name, kind, _EMPTY)


def fixed(name: str, value: Any) -> Field:
    """Always the same."""
    return Field(name, TEXT, always=value)


def inner(name: str, *fields: Field) -> Field:
    """An object of its own."""
    return Field(name, INNER, within=fields)


def rows(name: str, *fields: Field, needed: bool = False) -> Field:
    """A list, empty where there are no values; one that is ``needed`` has at least one."""
    return Field(name, INNER, _NEEDED if needed else _EMPTY, within=fields, many=True)


# ---- writing


def made(fields: Fields, values: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The packet of these values, in the order of the fields.

    Raises:
        PacketRefused: a value is missing, has not the form it must have, or has no field.
    """
    for name in values.keys() - {field.key for field in fields if field.always is None}:
        raise PacketRefused("fieldUnknown", where + name)
    return {field.name: value for field in fields for value in _of(field, values.get(field.key), where)}


def _of(field: Field, value: Any, where: str) -> Iterator[Any]:
    place = where + field.name
    if field.always is not None:
        yield field.always
    elif value is None or value in ("", []):
        if field.otherwise == _NEEDED:
            raise PacketRefused("dataMissing", place)
        if field.otherwise == _EMPTY:
            yield [] if field.many else ""
    elif field.many:
        yield [made(field.within, row, f"{place}/{number}/") for number, row in enumerate(_listed(value, place))]
    else:
        yield _written(field, value, place)


def _written(field: Field, value: Any, place: str) -> Any:
    try:
        found = field.kind.write(value)
    except _No as no:
        raise PacketRefused(str(no), place) from None
    return made(field.within, found, f"{place}/") if field.within else found


def _listed(value: Any, place: str) -> Sequence[Any]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise PacketRefused("valueWrong", place)
    return value


def as_json(packet: Any) -> bytes:
    """The packet as it goes out: UTF-8, no spaces, the fields in their order."""
    return json.dumps(packet, ensure_ascii=False, separators=(",", ":")).encode()


# ---- reading


def from_json(body: bytes) -> Any:
    """What came in.

    Raises:
        PacketRefused: it is no JSON, or names a field twice.
    """
    try:
        return json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise PacketRefused("notReadable") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two fields of one name different readers take different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def read(fields: Fields, packet: Any, where: str = "") -> dict[str, Any]:
    """The values of a packet that came in; fields that we do not know are passed over.

    Raises:
        PacketRefused: a field is missing, or has not the form it must have.
    """
    if not isinstance(packet, dict):
        raise PacketRefused("notReadable", where)
    return {field.key: value for field in fields for value in _from(field, packet.get(field.name), where)}


def _from(field: Field, value: Any, where: str) -> Iterator[Any]:
    place = where + field.name
    if field.always is not None:
        if value != field.always:
            raise PacketRefused("dataMissing" if value is None else "valueWrong", place)
    elif value is None or value in ("", []):
        if field.otherwise == _NEEDED:
            raise PacketRefused("dataMissing", place)
    elif field.many:
        yield [read(field.within, row, f"{place}/{number}/") for number, row in enumerate(_listed(value, place))]
    else:
        yield _read(field, value, place)


def _read(field: Field, value: Any, place: str) -> Any:
    try:
        found = field.kind.read(value)
    except _No as no:
        raise PacketRefused(str(no), place) from None
    return read(field.within, found, f"{place}/") if field.within else found
