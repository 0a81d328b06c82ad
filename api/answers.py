"""Answers: JSON over the wire, in the shape that callers get."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

import orjson
from flask import Response

from engine.ports import Listed
from engine.service.command import Rendered

Row = TypeVar("Row")
JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def rendered(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Rendered:
    """A body ready to be sent or kept."""
    return Rendered(status, {**JSON, **(headers or {})}, orjson.dumps(body))


def response(answer: Rendered) -> Response:
    """What Flask sends."""
    return Response(answer.body, answer.status, answer.headers)


def json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A body as JSON."""
    return response(rendered(body, status, headers))


def listed(page: Listed[Row], present: Callable[[Row], dict[str, Any]]) -> Response:
    """A page of a list."""
    return json({"items": [present(row) for row in page.rows], "next": page.next})


def numbered(rows: Iterable[dict[str, Any]], limit: int, number: str) -> Response:
    """The first ``limit`` of ``rows``; the cursor is a row's number."""
    items = list(islice(rows, limit + 1))
    more = len(items) > limit
    items = items[:limit]
    return json({"items": items, "next": str(items[-1][number]) if more else None})


def etag(seq: int) -> dict[str, str]:
    """The state of an instance, as a header."""
    return {"ETag": f'"{seq}"'}
