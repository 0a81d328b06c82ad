"""Reads what people write beside a diagram, key by key: what is unknown, missing or of a wrong kind is told, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from engine.domain.errors import Fault
from engine.domain.values import escape_pointer


class Reading:
    """One table of a file. Each key is asked for once; :meth:`end` refuses what nobody asked for."""

    def __init__(self, content: Any, pointer: str = "", faults: list[Fault] | None = None) -> None:
        self.pointer, self.faults = pointer, [] if faults is None else faults
        self.asked: set[str] = set()
        self.content: Mapping[str, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            self.refuse(None, "phải là một bảng (khóa = giá trị)", "it must be a table (key = value)")

    def text(self, name: str, default: str = "", *, required: bool = False, most: int = 2_000) -> str:
        """A text that is not empty."""
        value = self._take(name, required=required)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            self.refuse(
                name, f"phải là văn bản có 1–{most} ký tự", f"it must be a text with 1 to {most} characters; write one"
            )
            return default
        return value

    def one_of(self, name: str, known: Mapping[str, Any] | tuple[str, ...], default: str = "") -> str:
        """One of some words."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in known:
            words = ", ".join(known)
            self.refuse(name, f"phải là một trong: {words}", f"it must be one of: {words}")
            return default
        return value

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        value = self._take(name)
        if value is None or (type(value) is int and least <= value <= most):
            return value
        self.refuse(
            name, f"phải là số nguyên từ {least} đến {most}", f"it must be a whole number from {least} to {most}"
        )
        return None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self._take(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.refuse(name, "phải là true hoặc false", "it must be true or false")
        return default

    def maybe_flag(self, name: str) -> bool | None:
        """True or false; None where nobody has said."""
        said = self.flag(name)
        return said if name in self.content else None

    def day(self, name: str, *, required: bool = False) -> str | None:
        """A date, as TOML writes dates or as a text."""
        value = self._take(name, required=required)
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        try:
            return date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            self.refuse(name, "phải là ngày dạng 2026-11-24", "it must be a date such as 2026-11-24")
            return None

    def days(self, *, required: bool = False) -> tuple[str | None, str | None]:
        """``valid_from`` and ``valid_until``, both days included."""
        first, last = self.day("valid_from", required=required), self.day("valid_until")
        if first is not None and last is not None and last < first:
            self.refuse("valid_until", "đứng trước valid_from", "it comes before valid_from; exchange them")
        return first, last

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.refuse(name, 'phải là danh sách văn bản: ["…", "…"]', 'it must be a list of texts: ["…", "…"]')
            return ()
        return tuple(value)

    def inside(self, name: str) -> Reading | None:
        """A table within; None where there is none."""
        value = self._take(name)
        return None if value is None else Reading(value, self._place(name), self.faults)

    def each(self, name: str) -> Iterator[Reading]:
        """The tables of a list, written ``[[name]]``."""
        value = self._take(name)
        if value is not None and not isinstance(value, list):
            self.refuse(name, f"phải viết thành [[{name}]]", f"it must be written as [[{name}]]")
            return
        for number, item in enumerate(value or ()):
            yield Reading(item, f"{self._place(name)}/{number}", self.faults)

    def rest(self) -> dict[str, Any]:
        """What was not asked for, which then counts as asked for."""
        left = {name: value for name, value in self.content.items() if name not in self.asked}
        self.asked |= left.keys()
        return left

    def end(self) -> None:
        """Refuse what nobody asked for."""
        known = ", ".join(sorted(self.asked))
        for name in self.content:
            if name not in self.asked:
                self.refuse(name, f"không có khóa này; chỉ có: {known}", f"there is no such key; there are: {known}")

    def refuse(self, name: str | None, vi: str, en: str) -> None:
        """Something is wrong with a key, or with the whole table."""
        self.faults.append(Fault(self.pointer if name is None else self._place(name), "notRead", vi, en))

    def _take(self, name: str, *, required: bool = False) -> Any:
        self.asked.add(name)
        if required and name not in self.content:
            self.refuse(name, "thiếu khóa bắt buộc này", "this key is missing; add it")
        return self.content.get(name)

    def _place(self, name: str) -> str:
        return f"{self.pointer}/{escape_pointer(name)}"
