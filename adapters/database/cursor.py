"""Cursors of lists: the sort key of the last row seen, as text that is safe in a URL."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Column, Integer

from engine.domain.errors import Fault, InvalidValues

_LARGEST = 2**63 - 1


def cursor(key: tuple[Any, ...]) -> str:
    """The place in a list behind the row with this sort key."""
    return urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def sort_key(text: str, columns: Sequence[Column[Any]]) -> tuple[Any, ...]:
    """Read a cursor back: a value that each of these columns could hold.

    Raises:
        InvalidValues: it is none that this list gave.
    """
    try:
        parts = orjson.loads(b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except ValueError:
        raise _bad_cursor() from None
    if not isinstance(parts, list) or len(parts) != len(columns):
        raise _bad_cursor()
    if not all(_fits(part, column) for part, column in zip(parts, columns, strict=True)):
        raise _bad_cursor()
    return tuple(parts)


def _fits(part: object, column: Column[Any]) -> bool:
    if part is None:
        return bool(column.nullable)
    if isinstance(column.type, Integer):
        return type(part) is int and 0 <= part <= _LARGEST
    return isinstance(part, str) and "\0" not in part  # which PostgreSQL cannot hold


def _bad_cursor() -> InvalidValues:
    return InvalidValues(
        [
            Fault(
                pointer="/after",
                code="badCursor",
                vi="Vị trí trang không hợp lệ; hãy dùng đúng giá trị next của trang trước.",
                en="The cursor is not valid; use the value of next from the page before.",
            )
        ]
    )
